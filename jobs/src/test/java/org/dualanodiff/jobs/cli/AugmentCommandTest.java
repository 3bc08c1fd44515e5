package org.dualanodiff.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.dualanodiff.jobs.s3.StoredPictures;
import org.dualanodiff.pipeline.procedural.SampleDataset;
import org.dualanodiff.pipeline.samples.GeneratedSample;
import org.dualanodiff.pipeline.samples.SampleFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main job on a local Spark, the tiny model and procedural products: the promises a nightly job lives by. */
@Tag("slow")
class AugmentCommandTest {

    /** Some characters of it are patterns to Spark, others escapes in addresses. */
    private static final String STORE = "line [1] {a,b} 50% #x";

    @TempDir
    private static Path shared;

    @TempDir
    private Path folder;

    @BeforeAll
    static void writeData() throws IOException {
        SampleDataset.write(shared.resolve("data"), 1, new SampleDataset.Size(2, 1, 6), List.of("cloth"));
    }

    @Test
    void augment_runAgainAndWithMoreSamples_onlyAddsWhatIsMissing() throws IOException {
        CommandLineRun first = augment("generation.samples-per-defect=3");
        assertThat(first.exit()).as(first.err()).isZero();
        assertThat(first.count("trained")).isEqualTo(2);
        assertThat(first.count("generated")).isEqualTo(6);
        assertThat(first.err()).contains("cloth/hole: step 2/2, loss").contains("pair 4/4");
        Map<String, String> before = pictures(folder.resolve(STORE));

        CommandLineRun again = augment("generation.samples-per-defect=3");
        assertThat(again.exit()).isZero();
        assertThat(again.count("trained")).isZero();
        assertThat(again.count("generated")).isZero();
        assertThat(again.count("existing")).isEqualTo(6);

        CommandLineRun more = augment("generation.samples-per-defect=5");
        assertThat(more.count("trained")).isZero();
        assertThat(more.count("generated")).isEqualTo(4);
        Map<String, String> after = pictures(folder.resolve(STORE));
        assertThat(after).hasSize(10).containsAllEntriesOf(before);
        assertThat(files(folder.resolve(STORE + "/staging"))).isEmpty();
        assertThat(more.manifest().get("status").getAsString()).isEqualTo("complete");
    }

    @Test
    void augment_withOtherParallelism_givesTheSameBytes() throws IOException {
        augment("generation.samples-per-defect=5");
        CommandLineRun parallel = run(
                "augment",
                shared.resolve("data"),
                folder.resolve("parallel"),
                "generation.samples-per-defect=5",
                "generation.pairs-per-task=2",
                "spark.master=local[3]");
        assertThat(parallel.exit()).as(parallel.err()).isZero();
        assertThat(pictures(folder.resolve("parallel"))).isEqualTo(pictures(folder.resolve(STORE)));
    }

    @Test
    void augment_withAnotherGenerationSeed_makesOtherPairsOfTheSameAdapters() throws IOException {
        augment("generation.samples-per-defect=2");
        CommandLineRun night = augment("generation.samples-per-defect=2", "generation.seed=20260101");
        assertThat(night.count("trained")).isZero();
        assertThat(night.count("generated")).isEqualTo(night.count("reused") * 2);
        assertThat(files(folder.resolve(STORE + "/samples")).stream()
                        .filter(file -> file.toString().endsWith(".parquet"))
                        .flatMap(file -> samples(file).stream())
                        .map(StoredPictures::content))
                .hasSize(2 * night.count("generated"))
                .doesNotHaveDuplicates();
    }

    private static List<GeneratedSample> samples(Path file) {
        try {
            return SampleFile.read(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void augment_withBadFilesAmongTheData_setsThemAsideAndFinishes() throws IOException {
        Path data = copyOfData();
        Path hole = data.resolve("cloth/test/hole");
        Path masks = data.resolve("cloth/ground_truth/hole");
        Files.write(hole.resolve("000a.jpg"), new byte[] {(byte) 0xFF, (byte) 0xD8, 1, 2, 3});
        writeMask(masks.resolve("000a_mask.png"), 128, 255);
        Files.copy(hole.resolve("001.png"), hole.resolve("000b.png"));
        writeMask(masks.resolve("000b_mask.png"), 7, 255);
        Files.copy(hole.resolve("002.png"), hole.resolve("000c.png"));
        writeMask(masks.resolve("000c_mask.png"), 128, 0);

        CommandLineRun run = run("augment", data, folder.resolve(STORE));

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(run.count("quarantined")).isEqualTo(3);
        assertThat(run.err())
                .contains("warning: 3 input files are set aside")
                .contains("000a.jpg: IMAGE_UNREADABLE")
                .contains("SIZE_MISMATCH")
                .contains("MASK_EMPTY");
        assertThat(run.manifest().getAsJsonArray("quarantine")).hasSize(3);
    }

    @Test
    void augment_ofCategoryWithoutUsableImage_endsWith3AndLeavesOnlyWhatWasFound() throws IOException {
        Path data = copyOfData();
        for (Path image : files(data.resolve("cloth/test"))) {
            Files.write(image, new byte[0]);
        }
        CommandLineRun run = run("augment", data, folder.resolve(STORE));
        assertThat(run.exit()).isEqualTo(ExitCode.DATA);
        assertThat(run.err()).contains("no usable training image in cloth").contains("IMAGE_UNREADABLE");
        Path store = folder.resolve(STORE);
        assertThat(files(store)).allMatch(file -> file.startsWith(store.resolve("inspected")));
    }

    @Test
    void augment_withOtherSettingsUnderTheSameRunId_isRefusedWithTheDifference() {
        augment("run.id=night", "generation.samples-per-defect=1");
        CommandLineRun other = augment("run.id=night", "generation.guidance-scale=3");
        assertThat(other.exit()).isEqualTo(ExitCode.USAGE);
        assertThat(other.err())
                .contains("generation.guidance-scale: 2.0 there, 3.0 here")
                .contains("another run.id");
        CommandLineRun planned = run(
                "augment --dry-run",
                shared.resolve("data"),
                folder.resolve(STORE),
                "run.id=night",
                "generation.guidance-scale=3");
        assertThat(planned.exit()).isEqualTo(ExitCode.USAGE);
        assertThat(planned.err()).contains("generation.guidance-scale: 2.0 there, 3.0 here");
    }

    @Test
    void augment_withImagesThatHaveBecomeUnreadable_keepsTheirSamplesInTheManifest() throws IOException {
        Path data = copyOfData();
        CommandLineRun first = run("augment", data, folder.resolve(STORE));
        assertThat(first.exit()).as(first.err()).isZero();
        JsonObject before = unit(first, "hole");
        for (Path image : files(data.resolve("cloth/test/hole"))) {
            Files.write(image, new byte[0]);
        }

        CommandLineRun again = run("augment", data, folder.resolve(STORE));

        assertThat(again.exit()).as(again.err()).isEqualTo(ExitCode.PARTIAL);
        JsonObject hole = unit(again, "hole");
        assertThat(hole.get("error").getAsString()).contains("no usable training image");
        assertThat(hole.getAsJsonArray("files")).isNotEmpty();
        for (String same : List.of("adapter", "training", "samples", "files", "quality")) {
            assertThat(hole.get(same)).as(same).isEqualTo(before.get(same));
        }
        assertVerifies();
    }

    /** A driver that is killed between merge and manifest is one whose manifest is taken away, or is the one before. */
    @Test
    void augment_ofAnotherDefectAfterAKilledDriver_listsTheSamplesThatItLeft() throws IOException {
        String[] hole = {"run.id=night", "dataset.defects=[hole]"};
        String[] stain = {"run.id=night", "dataset.defects=[stain]", "generation.samples-per-defect=1"};
        Path manifest = folder.resolve(STORE + "/runs/night/manifest.json");
        CommandLineRun killed = augment(hole);
        assertThat(killed.exit()).as(killed.err()).isZero();
        JsonObject before = unit(killed, "hole");
        Files.delete(manifest);

        CommandLineRun other = augment(stain);
        assertThat(other.exit()).as(other.err()).isZero();
        JsonObject left = unit(other, "hole");
        for (String same : List.of("adapter", "files", "error")) {
            assertThat(left.get(same)).as(same).isEqualTo(before.get(same));
        }
        assertThat(left.getAsJsonObject("samples").get("existing").getAsInt()).isEqualTo(2);
        assertThat(left.getAsJsonObject("quality").get("accepted").getAsInt()).isEqualTo(2);
        assertVerifies();

        byte[] standing = Files.readAllBytes(manifest);
        assertThat(augment("run.id=night", "dataset.defects=[hole]", "generation.samples-per-defect=3")
                        .exit())
                .isZero();
        Files.write(manifest, standing);

        JsonObject grown = unit(augment(stain), "hole");
        assertThat(grown.getAsJsonObject("samples").get("existing").getAsInt()).isEqualTo(3);
        assertThat(grown.getAsJsonArray("files").size())
                .isGreaterThan(left.getAsJsonArray("files").size());
        assertVerifies();
    }

    private void assertVerifies() {
        CommandLineRun verify = CommandLineRun.onStore(folder.resolve(STORE), "verify");
        assertThat(verify.exit()).as(verify.out() + verify.err()).isZero();
    }

    private static JsonObject unit(CommandLineRun run, String defect) {
        return run.manifest().getAsJsonArray("units").asList().stream()
                .map(JsonElement::getAsJsonObject)
                .filter(unit -> unit.get("defect").getAsString().equals(defect))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void generate_withoutTrainedAdapters_isPartialAndSaysWhatToRun() {
        CommandLineRun run = run("generate", shared.resolve("data"), folder.resolve(STORE));
        assertThat(run.exit()).isEqualTo(ExitCode.PARTIAL);
        assertThat(run.count("failed_units")).isEqualTo(2);
        assertThat(run.manifest().toString()).contains("run train or augment");
    }

    @Test
    void generate_ofACompleteRunInSeveralFiles_needsNoAdapter() throws IOException {
        augment("generation.samples-per-defect=1");
        augment();
        for (Path file : files(folder.resolve(STORE + "/adapters"))) {
            Files.delete(file);
        }

        CommandLineRun again = run("generate", shared.resolve("data"), folder.resolve(STORE));

        assertThat(again.exit()).as(again.err()).isZero();
        assertThat(again.count("existing")).isEqualTo(4);
    }

    @Test
    void trainThenGenerate_doesWhatAugmentDoes() throws IOException {
        CommandLineRun train = run("train", shared.resolve("data"), folder.resolve(STORE));
        assertThat(train.exit()).isZero();
        assertThat(train.count("trained")).isEqualTo(2);
        CommandLineRun generate = run("generate", shared.resolve("data"), folder.resolve(STORE));
        assertThat(generate.exit()).isZero();
        assertThat(generate.count("generated")).isEqualTo(4);
        run("augment", shared.resolve("data"), folder.resolve("other"));
        assertThat(pictures(folder.resolve("other"))).isEqualTo(pictures(folder.resolve(STORE)));
    }

    @Test
    void plan_showsWhatIsMissingAndWritesNothing() throws IOException {
        CommandLineRun plan = run("plan", shared.resolve("data"), folder.resolve(STORE));
        assertThat(plan.exit()).as(plan.err()).isZero();
        assertThat(plan.err()).contains("cloth/hole: train yes, 0 existing, 2 to generate");
        assertThat(files(folder.resolve(STORE))).isEmpty();
    }

    private CommandLineRun augment(String... more) {
        return run("augment", shared.resolve("data"), folder.resolve(STORE), more);
    }

    private static CommandLineRun run(String command, Path data, Path store, String... more) {
        return CommandLineRun.ofTiny(
                List.of(command.split(" ")),
                List.of(
                        "dataset.root=" + data,
                        "dataset.defects=[hole, stain]",
                        "training.batch-size=auto",
                        "generation.samples-per-defect=2",
                        "generation.sampler=pndm",
                        "generation.steps=2",
                        "generation.guidance-scale=2",
                        "store=" + store),
                List.of(more));
    }

    private static void writeMask(Path file, int size, int level) throws IOException {
        BufferedImage mask = new BufferedImage(size, size, BufferedImage.TYPE_BYTE_GRAY);
        mask.getRaster().setSample(0, 0, 0, level);
        ImageIO.write(mask, "png", file.toFile());
    }

    private Path copyOfData() throws IOException {
        Path copy = folder.resolve("data");
        for (Path file : files(shared.resolve("data"))) {
            Path target = copy.resolve(shared.resolve("data").relativize(file).toString());
            Files.createDirectories(target.getParent());
            Files.copy(file, target);
        }
        return copy;
    }

    private static List<Path> files(Path root) throws IOException {
        if (!Files.exists(root)) {
            return List.of();
        }
        try (Stream<Path> walk = Files.walk(root)) {
            return walk.filter(Files::isRegularFile).sorted().toList();
        }
    }

    /** Hash of the three pictures by unit and index; fails if a sample is there twice. */
    private static Map<String, String> pictures(Path store) throws IOException {
        Map<String, String> pictures = new TreeMap<>();
        for (Path file : files(store.resolve("samples"))) {
            if (file.toString().endsWith(".parquet")) {
                for (GeneratedSample sample : SampleFile.read(file)) {
                    String key =
                            sample.id().adapter().defect() + " " + sample.id().index();
                    assertThat(pictures.put(key, StoredPictures.content(sample)))
                            .as("%s is there twice", key)
                            .isNull();
                }
            }
        }
        return pictures;
    }
}
