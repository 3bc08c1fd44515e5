package org.dualanodiff.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.config.PipelineConfig.QualityConfig;
import org.dualanodiff.pipeline.procedural.SampleDataset;
import org.dualanodiff.pipeline.quality.LearnQuality.TrainingPair;
import org.dualanodiff.pipeline.quality.PairMeasures.Measure;
import org.dualanodiff.pipeline.samples.GeneratedSample;
import org.dualanodiff.pipeline.samples.RunSamples;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs whose quality gate rejects about half of what the tiny model makes: the limits are set between the values that its
 * pairs have.
 */
@Tag("slow")
class QualityGateRunTest {

    private static final int SIDE = 32;

    @TempDir
    private static Path shared;

    private static double contrast;

    @BeforeAll
    static void writeDataAndMeasure() throws IOException {
        SampleDataset.write(shared.resolve("data"), 1, new SampleDataset.Size(8, 1, 9), List.of("hex_nut"));
        CommandLineRun free = run("free", 12, "quality.enabled=false");
        assertThat(free.exit()).as(free.err()).isZero();
        contrast = samples("free").values().stream()
                .mapToDouble(sample -> sample.verdict().measures().of(Measure.CONTRAST))
                .sorted()
                .skip(5)
                .limit(2)
                .average()
                .orElseThrow();
    }

    @Test
    void augment_withRejectedPairs_replacesThemUntilTheTargetIsMet() throws IOException {
        CommandLineRun run = gated("replaced", 5);
        assertThat(run.exit()).as(run.err()).isZero();
        Map<Long, GeneratedSample> samples = samples("replaced");
        assertThat(accepted(samples)).isEqualTo(5);
        assertThat(samples.size()).isGreaterThan(5);
        assertThat(samples.keySet()).containsExactlyElementsOf(indicesBelow(samples.size()));
        assertThat(samples.get((long) samples.size() - 1).accepted()).isTrue();
        assertThat(run.count("accepted")).isEqualTo(5);
        assertThat(run.count("rejected")).isEqualTo(samples.size() - 5);
        assertThat(run.json().getAsJsonObject("rejections").get("no_change").getAsInt())
                .isEqualTo(samples.size() - 5);

        CommandLineRun again = gated("replaced", 5);
        assertThat(again.exit()).isZero();
        assertThat(again.count("generated")).isZero();
    }

    @Test
    void augment_withOtherParallelismOrInSteps_endsWithTheSameSamples() throws IOException {
        gated("grown", 3);
        CommandLineRun grown = gated("grown", 6);
        assertThat(grown.exit()).as(grown.err()).isZero();
        CommandLineRun parallel = gated("parallel", 6, "generation.pairs-per-task=2", "spark.master=local[3]");
        assertThat(parallel.exit()).as(parallel.err()).isZero();
        assertThat(contents("parallel")).isEqualTo(contents("grown"));
    }

    @Test
    void augment_withAllTriesUsed_isPartialAndCountsTheReasons() throws IOException {
        CommandLineRun run = open("tried", 3, Stream.of("quality.min-deviation=255", "quality.max-attempts=2"));
        assertThat(run.exit()).isEqualTo(ExitCode.PARTIAL);
        assertThat(run.json().get("status").getAsString()).isEqualTo("partial");
        assertThat(run.err()).contains("0 of 3 pairs are good after 6 tries, rejected for flat 6");
        JsonObject unit = run.manifest().getAsJsonArray("units").get(0).getAsJsonObject();
        assertThat(unit.getAsJsonObject("quality").toString())
                .contains("\"wanted\":3", "\"accepted\":0", "\"rejected\":6", "\"flat\":6");
        assertThat(unit.getAsJsonObject("samples").get("failed").getAsInt()).isZero();

        CommandLineRun export = CommandLineRun.onStore(
                store(),
                "export",
                "--run",
                "tried",
                "--format",
                "png",
                "--out",
                shared.resolve("none").toString());
        assertThat(export.exit()).isNotZero();
        assertThat(export.err()).contains("run tried has no accepted pair; nothing was exported");

        CommandLineRun again = open("tried", 3, Stream.of("quality.min-deviation=255", "quality.max-attempts=2"));
        assertThat(again.exit()).isEqualTo(ExitCode.PARTIAL);
        assertThat(again.count("generated")).isZero();
        CommandLineRun more = open("tried", 3, Stream.of("quality.min-deviation=255", "quality.max-attempts=3"));
        assertThat(more.count("generated")).isEqualTo(3);
        CommandLineRun train = CommandLineRun.ofTiny(
                List.of("train"),
                List.of(
                        "dataset.root=" + shared.resolve("data"),
                        "dataset.defects=[rust]",
                        "run.id=tried",
                        "store=" + store()));
        assertThat(train.exit()).as(train.err()).isZero();
        assertThat(train.count("reused")).isEqualTo(1);
    }

    @Test
    void augment_withNearCopies_keepsTheFirstAndNoPixelsOfTheOthers() throws IOException {
        CommandLineRun run = open(
                "copies",
                2,
                Stream.of(
                        "quality.min-accepted-distance=255",
                        "quality.copy-overlap=0",
                        "quality.keep-rejected-pixels=false",
                        "quality.max-attempts=3"));
        assertThat(run.exit()).isEqualTo(ExitCode.PARTIAL);
        Map<Long, GeneratedSample> samples = samples("copies");
        assertThat(accepted(samples)).isEqualTo(1);
        assertThat(samples).hasSize(6);
        assertThat(samples.values()).allSatisfy(sample -> {
            boolean first = sample.id().index() == 0;
            assertThat(sample.hasPixels()).isEqualTo(first);
            assertThat(sample.verdict().reasons()).isEqualTo(first ? List.of() : List.of("near_copy_of_accepted"));
            assertThat(Double.isNaN(sample.verdict().measures().of(Measure.ACCEPTED_DISTANCE)))
                    .isEqualTo(first);
        });
        assertThat(run.count("accepted")).isEqualTo(1);
    }

    /** The same noise draws the same pairs in another run: each is a copy of one of the night before. */
    @Test
    void augment_withPairsOfThePublishedNightBefore_rejectsThemAsCopiesHoweverOftenItIsRun() throws IOException {
        assertThat(open("night-1", 4, Stream.of("quality.min-accepted-distance=0"))
                        .exit())
                .isZero();
        publish("night-1");

        CommandLineRun copies = secondNight(2);
        assertThat(copies.exit()).isEqualTo(ExitCode.PARTIAL);
        assertThat(samples("night-2"))
                .hasSize(4)
                .allSatisfy((index, sample) ->
                        assertThat(sample.verdict().reasons()).containsExactly("near_copy_of_accepted"));

        // Index 4 is new, and what is published meanwhile is not looked at.
        open("night-3", 8, Stream.of("quality.min-accepted-distance=0"));
        publish("night-3");
        CommandLineRun grown = secondNight(6);
        assertThat(grown.json().get("accepted").getAsInt()).as(grown.err()).isPositive();
        Map<Long, String> contents = contents("night-2");
        assertThat(secondNight(6).count("generated")).isZero();
        assertThat(contents("night-2")).isEqualTo(contents);
    }

    private static CommandLineRun secondNight(int pairs) {
        return open(
                "night-2",
                pairs,
                Stream.of(
                        "quality.earlier-dataset=nights",
                        "quality.min-accepted-distance=0.001",
                        "quality.copy-overlap=0",
                        "quality.max-attempts=2"));
    }

    private static void publish(String run) {
        CommandLineRun published = CommandLineRun.onStore(store(), "publish", "--name", "nights", "--run", run);
        assertThat(published.exit()).as(published.err()).isZero();
    }

    @Test
    void augment_withLimitsAndMaskLevelsLearned_writesThemDown() throws IOException {
        CommandLineRun run = run("learned", 2, "mask.low=auto", "mask.high=auto");
        assertThat(run.exit()).as(run.err()).isIn(ExitCode.DONE, ExitCode.PARTIAL);
        String runId = run.json().get("run_id").getAsString();
        JsonObject learned = CommandLineRun.read(store().resolve("runs/" + runId + "/quality/hex_nut/rust.json"));
        // The nut's edges have contrast wherever a mask lies.
        assertThat(learned.getAsJsonObject("limits").keySet())
                .contains("mask_too_small", "off_object", "part_differs", "near_copy_of_training")
                .doesNotContain("no_change");
        assertThat(learned.get("mask_high").getAsDouble()).isBetween(0.1, 0.5);
        assertThat(learned.get("object_threshold").getAsDouble()).isPositive();

        CommandLineRun verify = CommandLineRun.onStore(store(), "verify");
        assertThat(verify.exit()).as(verify.out() + verify.err()).isZero();
    }

    /** With some limits learned, others set, and pairs that are copies of others in between; and with all of them learned. */
    @Test
    void verdicts_computedAnewInPython_areTheSame() throws Exception {
        PythonCheck.assumePossible();
        CommandLineRun run = run(
                "anew",
                6,
                "quality.min-contrast=" + contrast,
                "quality.min-accepted-distance=30",
                "quality.max-mask-ratio=1",
                "quality.max-components=1000",
                "quality.max-outside-object=1",
                "quality.copy-overlap=0.2",
                "training.flips.vertical=false");
        assertThat(run.exit()).as(run.err()).isIn(ExitCode.DONE, ExitCode.PARTIAL);
        writeRealPairs(shared.resolve("real/hex_nut/rust"));
        assertThat(checked("anew")).startsWith("hex_nut/rust | ").contains("no_change");

        run("all-learned", 2);
        assertThat(checked("all-learned")).startsWith("hex_nut/rust | ");
    }

    private static String checked(String runId) throws Exception {
        return PythonCheck.of("check_quality.py", store(), runId, shared.resolve("real"));
    }

    /** The first third of the images, as the run trains on them. */
    private static void writeRealPairs(Path target) throws IOException {
        Files.createDirectories(target);
        for (String name : List.of("000", "001", "002")) {
            BufferedImage image = ImageIO.read(shared.resolve("data/hex_nut/test/rust/%s.png".formatted(name))
                    .toFile());
            BufferedImage mask =
                    ImageIO.read(shared.resolve("data/hex_nut/ground_truth/rust/%s_mask.png".formatted(name))
                            .toFile());
            TrainingPair view = TrainingPair.views(image, mask, SIDE).get(0);
            ImageIO.write(
                    view.image(), "png", target.resolve(name + "_image.png").toFile());
            ImageIO.write(view.mask(), "png", target.resolve(name + "_mask.png").toFile());
        }
    }

    private static CommandLineRun gated(String runId, int target, String... more) {
        return open(runId, target, Stream.concat(Stream.of("quality.min-contrast=" + contrast), Stream.of(more)));
    }

    /** One for all runs: they share the adapter. */
    private static Path store() {
        return shared.resolve("store");
    }

    /** Learned limits would refuse all that an untrained model makes, so all are off but those in {@code more}. */
    private static CommandLineRun open(String runId, int target, Stream<String> more) {
        Stream<String> off = QualityConfig.LIMITS.stream().map(name -> "quality.%s=off".formatted(name));
        List<String> settings = Stream.of(off, Stream.of("quality.max-attempts=10"), more)
                .flatMap(part -> part)
                .toList();
        return run(runId, target, settings.toArray(String[]::new));
    }

    private static CommandLineRun run(String runId, int target, String... more) {
        return CommandLineRun.ofTiny(
                List.of("augment"),
                List.of(
                        "dataset.root=" + shared.resolve("data"),
                        "dataset.defects=[rust]",
                        "generation.samples-per-defect=" + target,
                        "quality.enabled=true",
                        "run.id=" + runId,
                        "store=" + store()),
                List.of(more));
    }

    private static long accepted(Map<Long, GeneratedSample> samples) {
        return samples.values().stream().filter(GeneratedSample::accepted).count();
    }

    private static List<Long> indicesBelow(int end) {
        return Stream.iterate(0L, i -> i + 1).limit(end).toList();
    }

    private static Map<Long, GeneratedSample> samples(String runId) throws IOException {
        Map<Long, GeneratedSample> samples = new TreeMap<>();
        try (ObjectStore opened = ObjectStore.open(store().toString(), Map.of())) {
            for (GeneratedSample sample : new RunSamples(opened, runId)
                    .first(new UnitKey("hex_nut", "rust"), any -> true, Integer.MAX_VALUE)) {
                assertThat(samples.put(sample.id().index(), sample)).isNull();
            }
        }
        return samples;
    }

    private static Map<Long, String> contents(String runId) throws IOException {
        Map<Long, String> contents = new TreeMap<>();
        samples(runId)
                .forEach((index, sample) -> contents.put(
                        index,
                        Fingerprint.ofBytes(sample.pictures().image()).hex()
                                + Fingerprint.ofBytes(sample.pictures().mask()).hex()
                                + sample.verdict().reasons()));
        return contents;
    }
}
