package org.dualanodiff.pipeline.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.apache.hadoop.conf.Configuration;
import org.dualanodiff.pipeline.dataset.DatasetRequest;
import org.dualanodiff.pipeline.dataset.Quarantined;
import org.dualanodiff.pipeline.dataset.Quarantined.Reason;
import org.dualanodiff.pipeline.dataset.SplitRule;
import org.dualanodiff.pipeline.inspect.DuplicateSearch.Duplicate;
import org.dualanodiff.pipeline.inspect.DuplicateSearch.Duplicate.Concern;
import org.dualanodiff.pipeline.inspect.DuplicateSearch.Duplicate.Kind;
import org.dualanodiff.pipeline.store.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InspectDatasetTest {
    @TempDir
    Path root;

    @Test
    void inspection_ofDataset_countsAndMeasures() throws IOException {
        for (int i = 0; i < 6; i++) {
            defect("crack", i, pattern(i, 64, 48), 8 + i);
        }
        good("train", "0", pattern(20, 64, 48));
        good("test", "1", pattern(21, 80, 48));
        Files.write(root.resolve("tile/train/good/broken.png"), new byte[] {1, 2});

        DatasetReport report = inspect();

        DatasetReport.Category tile = report.categories().get(0);
        assertThat(report.format()).isEqualTo("mvtec");
        assertThat(tile.goodTraining()).isEqualTo(2);
        assertThat(tile.goodTest()).isEqualTo(1);
        assertThat(tile.sizes())
                .containsExactly(new DatasetReport.SizeCount(64, 48, 7), new DatasetReport.SizeCount(80, 48, 1));
        DatasetReport.Defect crack = tile.defects().get(0);
        assertThat(crack.training()).isEqualTo(2);
        assertThat(crack.test()).isEqualTo(4);
        assertThat(crack.smallestMask()).isEqualTo(64);
        assertThat(crack.maskArea().min()).isEqualTo(64.0 / 64 / 48);
        assertThat(crack.maskArea().median()).isEqualTo((10 * 10 + 11 * 11) / 2.0 / 64 / 48);
        assertThat(crack.maskArea().max()).isEqualTo(13.0 * 13 / 64 / 48);
        assertThat(report.problems())
                .extracting(Quarantined::file, Quarantined::reason)
                .containsExactly(tuple("tile/train/good/broken.png", Reason.IMAGE_UNREADABLE));
        assertThat(report.duplicates()).isEmpty();
        assertThat(report.usable()).isTrue();
        assertThat(report.warnings()).containsExactly("tile/crack has 2 images to train on; about ten are usual");
    }

    @Test
    void inspection_ofCopies_listsThem() throws IOException {
        for (int i = 0; i < 9; i++) {
            defect("crack", i, pattern(i, 64, 48), 8);
        }
        defect("crack", 5, pattern(0, 64, 48), 8);
        defect("crack", 6, darker(pattern(1, 64, 48)), 8);
        defect("crack", 7, pattern(2, 128, 96), 8);
        good("train", "0", pattern(3, 64, 48));

        assertThat(inspect().duplicates())
                .extracting(Duplicate::kind, Duplicate::concern, Duplicate::first, Duplicate::second)
                .containsExactly(
                        tuple(Kind.EXACT, Concern.TRAINING_AND_TEST, "tile/test/crack/0.png", "tile/test/crack/5.png"),
                        tuple(Kind.EXACT, Concern.TRAINING_AND_TEST, "tile/train/good/0.png", "tile/test/crack/3.png"),
                        tuple(Kind.NEAR, Concern.TRAINING_AND_TEST, "tile/test/crack/1.png", "tile/test/crack/6.png"),
                        tuple(Kind.NEAR, Concern.TRAINING_AND_TEST, "tile/test/crack/2.png", "tile/test/crack/7.png"));
    }

    @Test
    void inspection_ofAnImageWithTwoDefects_callsItNoCopyOfItself() throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 4; i++) {
            defect("crack", i, pattern(i, 64, 48), 8);
            for (String defect : List.of("crack", "hole")) {
                lines.append(
                        "{\"image\": \"tile/test/crack/%d.png\", \"mask\": \"tile/ground_truth/crack/%d_mask.png\", \"defect\": \"%s\"}\n"
                                .formatted(i, i, defect));
            }
        }
        Files.writeString(root.resolve("manifest.jsonl"), lines);

        assertThat(inspect().duplicates()).isEmpty();
    }

    @Test
    void inspection_ofFlatImages_callsNoneAlike() throws IOException {
        for (int i = 0; i < 6; i++) {
            BufferedImage flat = new BufferedImage(64, 48, BufferedImage.TYPE_3BYTE_BGR);
            Arrays.fill(((DataBufferByte) flat.getRaster().getDataBuffer()).getData(), (byte) (20 * i));
            defect("crack", i, flat, 8);
        }

        assertThat(inspect().duplicates()).isEmpty();
    }

    @Test
    void inspection_ofSetWithoutTraining_isNotUsable() throws IOException {
        defect("crack", 0, pattern(0, 64, 48), 8);
        Files.delete(root.resolve("tile/ground_truth/crack/0_mask.png"));

        DatasetReport report = inspect();

        assertThat(report.usable()).isFalse();
        assertThat(report.warnings()).contains("tile/crack has no image to train on");
        assertThat(report.categories().get(0).defects().get(0).setAside()).isEqualTo(1);
    }

    @Test
    void report_asTextAndJson_saysTheSame() throws IOException {
        defect("crack", 0, pattern(0, 64, 48), 8);
        defect("crack", 1, pattern(0, 64, 48), 8);

        DatasetReport report = inspect();

        JsonObject json = JsonParser.parseString(new String(Json.bytes(report), StandardCharsets.UTF_8))
                .getAsJsonObject();
        JsonObject crack = json.getAsJsonArray("categories")
                .get(0)
                .getAsJsonObject()
                .getAsJsonArray("defects")
                .get(0)
                .getAsJsonObject();
        assertThat(crack.get("training").getAsInt()).isEqualTo(1);
        assertThat(crack.get("smallest_mask").getAsInt()).isEqualTo(64);
        assertThat(json.getAsJsonArray("duplicates")).hasSize(1);
        assertThat(report.lines())
                .anyMatch(line -> line.contains("sizes 64 x 48 (2)"))
                .anyMatch(line -> line.matches(" *crack +1 +1 +0 +2\\.1% +2\\.1% +2\\.1% +64"))
                .anyMatch(line -> line.contains("the same image: 1 pairs"))
                .anyMatch(line -> line.contains("0.png and tile/test/crack/1.png (one trains, the other tests)"));
    }

    @Test
    void inspection_ofChosenDefects_asksNothingOfTheOtherCategories() throws IOException {
        defect("crack", 0, pattern(0, 64, 48), 8);
        write("plate/test/dent/0.png", pattern(1, 64, 48));

        assertThat(inspect("tile/crack").usable()).isTrue();
        assertThat(inspect().usable()).isFalse();
    }

    private DatasetReport inspect(String... defects) {
        return new InspectDataset(new Configuration())
                .run(new DatasetRequest(root.toString(), List.of(), List.of(defects), new SplitRule.FirstThird()));
    }

    /** Smooth random waves, the same at any size. */
    private static BufferedImage pattern(int seed, int width, int height) {
        Random random = new Random(seed);
        double[] waves = random.doubles(12, -9, 9).toArray();
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                double sum = 0;
                for (int i = 0; i < waves.length; i += 3) {
                    sum += Math.sin(waves[i] * (x + 0.5) / width + waves[i + 1] * (y + 0.5) / height + waves[i + 2]);
                }
                int level = (int) (128 + 30 * sum);
                image.setRGB(x, y, level << 16 | level << 8 | level);
            }
        }
        return image;
    }

    private static BufferedImage darker(BufferedImage image) {
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                int level = (image.getRGB(x, y) & 0xFF) * 7 / 10;
                image.setRGB(x, y, level << 16 | level << 8 | level);
            }
        }
        return image;
    }

    private void defect(String defect, int name, BufferedImage image, int side) throws IOException {
        BufferedImage mask = new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_BYTE_GRAY);
        mask.createGraphics().fillRect(4, 4, side, side);
        write("tile/test/%s/%d.png".formatted(defect, name), image);
        write("tile/ground_truth/%s/%d_mask.png".formatted(defect, name), mask);
    }

    private void good(String part, String name, BufferedImage image) throws IOException {
        write("tile/%s/good/%s.png".formatted(part, name), image);
    }

    private void write(String file, BufferedImage image) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        ImageIO.write(image, "png", path.toFile());
    }
}
