package org.dualanodiff.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.image.PngCodec;
import org.dualanodiff.pipeline.config.PipelineConfig.QualityConfig;
import org.dualanodiff.pipeline.samples.GeneratedSample;
import org.dualanodiff.pipeline.samples.SampleFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs on defects of 12 px in images of 1024 px, with windows of 32 px. The tiny model makes noise, but in its place. */
@Tag("slow")
class CropRunTest {

    private static final int WINDOW = 32;

    @TempDir
    private static Path shared;

    @TempDir
    private Path folder;

    @BeforeAll
    static void writeData() throws IOException {
        SmallDefects.write(shared.resolve("data"), 4, 9);
    }

    @Test
    void augment_anchoredInCrops_changesFullSizeImagesWithinTheWindowAlone() throws Exception {
        String[] anchored = {
            "generation.background=anchored",
            "generation.place=object",
            "generation.anchor-detail=true",
            "generation.strength=0.5",
            "mask.min-change=2"
        };
        CommandLineRun run = augment(anchored);
        assertThat(run.exit()).as(run.err()).isZero();
        assertPairs();
        assertThat(augment(anchored).count("generated")).isZero();
        checkInPython(run);
    }

    @Test
    void augment_generatedInCrops_clonesThemIntoTheSameFullSizeImagesHoweverCut() throws Exception {
        CommandLineRun run = augment("generation.background=generated");
        assertThat(run.exit()).as(run.err()).isZero();
        assertPairs();
        assertThat(generatedMaskArea(run)).isLessThan(0.1);
        checkInPython(run);
        Map<Long, GeneratedSample> together = samples(folder.resolve("store"));
        CommandLineRun apart =
                run(folder.resolve("apart"), "generation.background=generated", "generation.pairs-per-task=2");
        assertThat(apart.exit()).as(apart.err()).isZero();
        samples(folder.resolve("apart")).forEach((index, sample) -> {
            assertThat(sample.origin().background())
                    .isEqualTo(together.get(index).origin().background());
            assertThat(sample.pictures().image())
                    .isEqualTo(together.get(index).pictures().image());
        });
    }

    @Test
    void augment_withCropsAndCompensation_isRefused() {
        CommandLineRun run = augment("background.mode=auto");
        assertThat(run.exit()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("background must be off for all categories when dataset.crop is defect");
    }

    private void assertPairs() throws IOException {
        Map<Long, GeneratedSample> samples = samples(folder.resolve("store"));
        assertThat(samples).hasSize(4);
        assertThat(samples.values().stream()
                        .map(sample -> sample.origin().background().replaceFirst("#.*", ""))
                        .distinct())
                .hasSize(4);
        for (GeneratedSample sample : samples.values()) {
            String[] background = sample.origin().background().split("#xywh=");
            BufferedImage good = ImageIO.read(Path.of(URI.create(background[0])).toFile());
            int[] window = Arrays.stream(background[1].split(","))
                    .mapToInt(Integer::parseInt)
                    .toArray();
            assertThat(window[2]).isEqualTo(WINDOW);
            assertThat(sample.mask().width()).isEqualTo(SmallDefects.SIDE);
            assertThat(changedOutside(
                            window,
                            Image.rgb(good),
                            Image.rgb(PngCodec.decode(sample.pictures().image()))))
                    .isZero();
            // Pits lie around (350, 680).
            assertThat(window[0] + WINDOW / 2).isBetween(190, 510);
            assertThat(window[1] + WINDOW / 2).isBetween(520, 840);
        }
    }

    /** As the run's page gives it: percent of the photograph, of which a window is a thousandth. */
    private double generatedMaskArea(CommandLineRun run) throws IOException {
        String id = run.json().get("run_id").getAsString();
        String page = Files.readString(folder.resolve("store/runs/" + id + "/report.html"));
        Matcher areas =
                Pattern.compile("[0-9.]+ %</td><td[^>]*>([0-9.]+) %</td>").matcher(page);
        assertThat(areas.find()).isTrue();
        return Double.parseDouble(areas.group(1));
    }

    private static long changedOutside(int[] window, Image good, Image made) {
        long changed = 0;
        for (int i = 0; i < good.levels().length; i++) {
            int x = i % good.width() - window[0];
            int y = i / good.width() % good.height() - window[1];
            boolean inside = Math.min(x, y) >= 0 && x < window[2] && y < window[3];
            changed += inside || good.levels()[i] == made.levels()[i] ? 0 : 1;
        }
        return changed;
    }

    private void checkInPython(CommandLineRun run) throws Exception {
        PythonCheck.assumePossible();
        PythonCheck.of("check_crops.py", folder.resolve("store/samples"), shared.resolve("data/plate"));
        PythonCheck.of(
                "check_quality.py",
                folder.resolve("store"),
                run.json().get("run_id").getAsString());
    }

    private CommandLineRun augment(String... more) {
        return run(folder.resolve("store"), more);
    }

    /** The limits that real pairs give would refuse all that an untrained model makes. */
    private static CommandLineRun run(Path store, String... more) {
        return CommandLineRun.ofTiny(
                List.of("augment"),
                List.of(
                        "dataset.root=" + shared.resolve("data"),
                        "dataset.crop=defect",
                        "generation.samples-per-defect=4",
                        "mask.low=0.05",
                        "mask.high=0.1",
                        "store=" + store,
                        "quality.enabled=true"),
                QualityConfig.LIMITS.stream().map("quality.%s=off"::formatted).toList(),
                List.of("quality.min-accepted-distance=1"),
                List.of(more));
    }

    private static Map<Long, GeneratedSample> samples(Path store) throws IOException {
        Map<Long, GeneratedSample> samples = new TreeMap<>();
        try (Stream<Path> walk = Files.walk(store.resolve("samples"))) {
            for (Path file : walk.filter(f -> f.toString().endsWith(".parquet")).toList()) {
                SampleFile.read(file).forEach(sample -> samples.put(sample.id().index(), sample));
            }
        }
        return samples;
    }
}
