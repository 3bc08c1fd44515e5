package org.dualanodiff.model.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.abort;

import com.google.gson.JsonObject;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.dualanodiff.model.golden.Golden;
import org.dualanodiff.model.golden.GoldenTensors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Holds the training transform against the official one. A photograph whose raw pixels are not in the reference set, and
 * every full-size mask, is read from {@code -Ddataset.root=DIR}, the folder that holds the named data set.
 */
@Tag("parity")
class PreprocessParityTest {
    private static final float ROUNDING = 1e-6f;
    /** One grey level of 255 on the scale from -1 to 1: JPEG decoders differ by as much. */
    private static final float ONE_LEVEL = 2f / 255 + ROUNDING;

    private final GoldenTensors golden = Golden.tensors("preprocess.safetensors");
    private final TrainingTransform transform =
            new TrainingTransform(description().get("size").getAsInt());

    @ParameterizedTest
    @MethodSource("items")
    void resize_ofPhotograph_equalsOfficialLevels(Item item) throws IOException {
        BufferedImage photograph = photograph(item);
        float[] image = transform.image(photograph, Flip.NONE);
        int size = (int) golden.shape(item.tensor("resized_gray"))[0];

        BufferedImage resized = Image.ofSigned(image, size, size).buffered();
        assertWithinOneLevel(Image.gray(resized).levels(), golden.bytes(item.tensor("resized_gray")));
        assertThat(image).containsExactly(golden.floats(item.tensor("image")), within(ONE_LEVEL));
    }

    @ParameterizedTest
    @MethodSource("items")
    void transform_ofResizedPair_equalsOfficialImageMaskAndAnomaly(Item item) {
        TrainingTransform.Pixels pixels =
                square(transform, stored(item, "resized_gray"), stored(item, "resized_mask"), Flip.NONE);

        assertThat(pixels.image()).containsExactly(golden.floats(item.tensor("image")), within(ROUNDING));
        assertThat(pixels.mask()).containsExactly(golden.floats(item.tensor("mask")));
        if (golden.has(item.tensor("anomaly"))) {
            assertThat(pixels.anomaly()).containsExactly(golden.floats(item.tensor("anomaly")), within(ROUNDING));
        }
    }

    @ParameterizedTest
    @MethodSource("items")
    void softMask_ofMaskFile_equalsOfficialLevels(Item item) throws IOException {
        byte[] levels = transform.softMask(fromDataset(item.mask), Flip.NONE).levels();

        assertWithinOneLevel(levels, golden.bytes(item.tensor("resized_mask")));
    }

    @ParameterizedTest
    @MethodSource("items")
    void background_ofPhotographAndMaskFile_equalsOfficialCondition(Item item) throws IOException {
        if (!golden.has(item.tensor("background"))) {
            abort("no background stored for " + item);
        }
        float[] background = transform.background(photograph(item), fromDataset(item.mask), Flip.NONE);

        assertThat(background).containsExactly(golden.floats(item.tensor("background")), within(ONE_LEVEL));
    }

    static Stream<Item> items() {
        return description().getAsJsonArray("items").asList().stream()
                .map(element -> Item.of(element.getAsJsonObject()));
    }

    private static JsonObject description() {
        return Golden.json("preprocess.json");
    }

    private static void assertWithinOneLevel(byte[] actual, byte[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.length; i++) {
            assertThat(Math.abs((actual[i] & 0xff) - (expected[i] & 0xff)))
                    .as("level at %d", i)
                    .isLessThanOrEqualTo(1);
        }
    }

    private BufferedImage photograph(Item item) throws IOException {
        return golden.has(item.tensor("raw_gray")) ? stored(item, "raw_gray") : fromDataset(item.image);
    }

    private BufferedImage stored(Item item, String name) {
        long[] heightWidth = golden.shape(item.tensor(name));
        return new Image((int) heightWidth[1], (int) heightWidth[0], 1, golden.bytes(item.tensor(name))).buffered();
    }

    private static BufferedImage fromDataset(String file) throws IOException {
        String root = System.getProperty("dataset.root");
        if (root == null) {
            return abort(file + " is not in the reference set; give -Ddataset.root=DIR");
        }
        String dataset = description().get("dataset").getAsString();
        return ImageIO.read(Path.of(root, dataset).resolve(file).toFile());
    }

    private record Item(String key, String image, String mask) {
        static Item of(JsonObject item) {
            return new Item(
                    item.get("key").getAsString(),
                    item.get("image").getAsString(),
                    item.get("mask").getAsString());
        }

        String tensor(String name) {
            return key + "." + name;
        }

        @Override
        public String toString() {
            return key;
        }
    }

    /** Of a square pair, which has one window: all of it. */
    private static TrainingTransform.Pixels square(
            TrainingTransform transform, BufferedImage photograph, BufferedImage mask, Flip flip) {
        return transform.windows(photograph, mask, Optional.empty(), flip).get(0);
    }
}
