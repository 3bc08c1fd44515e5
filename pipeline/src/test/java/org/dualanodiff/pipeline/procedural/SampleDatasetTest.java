package org.dualanodiff.pipeline.procedural;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.image.PngCodec;
import org.dualanodiff.pipeline.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SampleDatasetTest {
    private static final SampleDataset.Size TINY = new SampleDataset.Size(2, 1, 2);

    @TempDir
    Path folder;

    @Test
    void write_allProducts_givesTheMvtecLayout() throws IOException {
        SampleDataset.Written result = SampleDataset.write(folder, 1, TINY);

        assertThat(result).isEqualTo(new SampleDataset.Written(SampleDataset.products(), 4 * (2 + 1 + 6), 4 * 6));
        for (Product product : SampleDataset.PRODUCTS) {
            Path home = folder.resolve(product.name());
            assertThat(names(home)).containsExactly("ground_truth", "test", "train");
            assertThat(names(home.resolve("train/good"))).containsExactly("000.png", "001.png");
            assertThat(names(home.resolve("test/good"))).containsExactly("000.png");
            for (Defect defect : product.defects()) {
                assertThat(names(home.resolve("test").resolve(defect.name()))).containsExactly("000.png", "001.png");
                assertThat(names(home.resolve("ground_truth").resolve(defect.name())))
                        .containsExactly("000_mask.png", "001_mask.png");
            }
        }
    }

    @Test
    void write_images_areRgbAndMasksAreBlackAndWhite() throws IOException {
        SampleDataset.write(folder, 1, TINY, List.of("cloth"));

        Image image = decode("cloth/test/hole/000.png");
        Image mask = decode("cloth/ground_truth/hole/000_mask.png");
        assertThat(List.of(image.width(), image.height(), image.channels())).containsExactly(128, 128, 3);
        assertThat(List.of(mask.width(), mask.height(), mask.channels())).containsExactly(128, 128, 1);
        assertThat(mask.levels()).containsOnly((byte) 0, (byte) 255);
    }

    @Test
    void write_withSameSeed_givesSameBytes() throws IOException {
        SampleDataset.write(folder.resolve("a"), 5, TINY);
        SampleDataset.write(folder.resolve("b"), 5, TINY);

        assertThat(digests("a")).hasSize(60).isEqualTo(digests("b"));
    }

    @Test
    void write_withOtherSeed_changesEveryFile() throws IOException {
        SampleDataset.write(folder.resolve("a"), 5, TINY, List.of("hex_nut"));
        SampleDataset.write(folder.resolve("b"), 6, TINY, List.of("hex_nut"));

        Map<String, String> other = digests("b");
        digests("a").forEach((file, digest) -> assertThat(other.get(file)).isNotEqualTo(digest));
    }

    @Test
    void write_ofLargerSize_beginsWithThePicturesOfTheSmaller() throws IOException {
        SampleDataset.write(folder.resolve("a"), 5, TINY, List.of("wood"));
        SampleDataset.write(folder.resolve("b"), 5, new SampleDataset.Size(3, 2, 3), List.of("wood"));

        assertThat(digests("b")).containsAllEntriesOf(digests("a"));
    }

    @Test
    void write_ofUnknownProduct_listsTheKnownAndWritesNothing() {
        assertThatExceptionOfType(UserError.class)
                .isThrownBy(() -> SampleDataset.write(folder, 1, TINY, List.of("cloth", "bottle")))
                .withMessageContainingAll("bottle", "cloth", "wood", "hex_nut", "capsule");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void write_overExistingProduct_isRefused() throws IOException {
        SampleDataset.write(folder, 1, TINY, List.of("capsule"));

        assertThatExceptionOfType(UserError.class)
                .isThrownBy(() -> SampleDataset.write(folder, 2, TINY))
                .withMessageContaining("capsule");
        assertThat(names(folder)).containsExactly("capsule");
    }

    private Image decode(String file) throws IOException {
        return Image.of(PngCodec.decode(Files.readAllBytes(folder.resolve(file))));
    }

    private static List<String> names(Path home) throws IOException {
        try (Stream<Path> files = Files.list(home)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private Map<String, String> digests(String name) throws IOException {
        Path home = folder.resolve(name);
        Map<String, String> digests = new TreeMap<>();
        try (Stream<Path> files = Files.walk(home)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                digests.put(home.relativize(file).toString(), digest(Files.readAllBytes(file)));
            }
        }
        return digests;
    }

    private static String digest(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
