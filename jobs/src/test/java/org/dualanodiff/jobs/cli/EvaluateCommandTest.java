package org.dualanodiff.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.procedural.SampleDataset;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The evaluation on a local Spark, after an augmentation of procedural products by the tiny model. */
@Tag("slow")
class EvaluateCommandTest {

    @TempDir
    private static Path shared;

    @BeforeAll
    static void augment() throws IOException {
        SampleDataset.write(shared.resolve("data"), 1, new SampleDataset.Size(4, 3, 6), List.of("cloth"));
        CommandLineRun honest = command("augment");
        assertThat(honest.exit()).as(honest.err()).isZero();
        CommandLineRun leaking = command("augment", "run.id=leaking", "dataset.split=3", "dataset.defects=[hole]");
        assertThat(leaking.exit()).as(leaking.err()).isZero();
        swapGoodImages(shared.resolve("data/cloth"), shared.resolve("swapped/cloth"));
        CommandLineRun anchored = command(
                "augment",
                "run.id=anchored",
                "generation.background=anchored",
                "dataset.defects=[hole]",
                "dataset.root=" + shared.resolve("swapped"));
        assertThat(anchored.exit()).as(anchored.err()).isZero();
    }

    /** The same data set with its defect-free images for training and those for testing exchanged. */
    private static void swapGoodImages(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path name = from.relativize(file);
                String part = name.startsWith("train") ? "test" : "train";
                Path copy = to.resolve(
                        name.getName(1).toString().equals("good")
                                ? Path.of(part).resolve(name.subpath(1, 3))
                                : name);
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
    }

    @Test
    void evaluate_ofARun_writesFiguresOfEveryArmAndGivesAVerdict() throws IOException {
        Path network = TinyFeatureNetwork.write(shared.resolve("features.pt"));
        CommandLineRun run = command(
                "evaluate",
                "evaluate.arms=[real, cut-paste, generated, \"generated>real\"]",
                "evaluate.networks.features=" + network,
                "evaluate.networks.classes=" + network,
                "evaluate.networks.distances=" + network,
                "evaluate.networks.size=16");
        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(run.count("detectors")).isEqualTo(4);
        assertThat(run.err())
                .contains("cloth, generated>real, seed 0: step 3/3, loss")
                .contains("cloth, mean over types, without twins")
                .contains("pixel AP by type, without twins")
                .contains("has no training-images.json")
                .contains("cloth/hole of ")
                .contains("cannot be judged, with fewer than 3 seeds");
        Path report = Path.of(run.json().get("report").getAsString().replaceFirst("^file:/*", "/"));
        JsonObject json = CommandLineRun.read(report);
        JsonObject cloth = json.getAsJsonArray("categories").get(0).getAsJsonObject();
        assertThat(cloth.getAsJsonArray("arms")).hasSize(4);
        assertThat(cloth.getAsJsonArray("verdicts")).hasSize(6);
        assertThat(cloth.getAsJsonArray("generation")).hasSize(2).allSatisfy(measured -> {
            JsonObject figures = measured.getAsJsonObject();
            assertThat(figures.get("pairs").getAsInt()).isEqualTo(2);
            assertThat(figures.get("frechet").getAsDouble()).isPositive();
            assertThat(figures.get("kernel").isJsonNull()).isFalse();
            assertThat(figures.get("inception_score").getAsDouble()).isBetween(1.0, 12.0);
            assertThat(figures.getAsJsonObject("nearest_training").get("least").getAsDouble())
                    .isPositive();
        });
        assertThat(report.resolveSibling("table.txt")).content().contains("generated>real");
        assertThat(report.resolveSibling("cases-cloth-generated.png")).isNotEmptyFile();
        String runId = json.get("run_id").getAsString();
        assertThat(shared.resolve("store/runs").resolve(runId).resolve("report.html"))
                .content()
                .contains(
                        "Does the data help?",
                        "pixel AP by type, without twins",
                        "Loss of each arm",
                        "Cases: cloth, generated");
        assertThat(run.count("reused")).isZero();

        CommandLineRun again =
                command("evaluate", "evaluate.arms=[real, cut-paste, generated, \"generated>real\", procedural]");
        assertThat(again.count("detectors")).isEqualTo(5);
        assertThat(again.count("reused")).isEqualTo(4);
    }

    @Test
    void evaluate_ofARunWhoseTrainingSawTestImages_isRefusedWithTheirNames() {
        CommandLineRun run = command("evaluate", "evaluate.arms=[\"generated@leaking\"]");
        assertThat(run.exit()).isEqualTo(ExitCode.DATA);
        assertThat(run.err())
                .contains("evaluation refused: test images were seen in training")
                .contains("cloth/hole/002.png trained the adapter of cloth/hole")
                .contains("as 002.png");
    }

    @Test
    void evaluate_ofPairsMadeOnTestImages_isRefusedWithTheirNames() {
        CommandLineRun run = command("evaluate", "evaluate.arms=[\"generated@anchored\"]");
        assertThat(run.exit()).isEqualTo(ExitCode.DATA);
        assertThat(run.err())
                .contains("pairs of run anchored were made on cloth/good/")
                .contains("as file:")
                .contains("swapped/cloth/train/good/");
    }

    @Test
    void evaluate_ofARunOfAnotherBase_warnsOfItsBaseToo() {
        CommandLineRun run = command(
                "evaluate",
                "evaluate.arms=[\"generated@anchored\"]",
                "dataset.root=" + shared.resolve("swapped"),
                "dataset.defects=[hole]",
                "base-model=\"builtin:tiny\"");
        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(run.err())
                .contains("warning: the base model builtin:tiny has no training-images.json")
                .contains("tiny-sd has no training-images.json")
                .doesNotContain("cannot be read any more");
    }

    @Test
    void evaluate_ofARunThatDoesNotExist_saysSoBeforeAnyWork() {
        CommandLineRun run = command("evaluate", "evaluate.arms=[real, \"generated@elsewhere\"]");
        assertThat(run.exit()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("no run elsewhere in").contains("generated@RUN");
    }

    private static CommandLineRun command(String name, String... settings) {
        return CommandLineRun.ofTiny(
                List.of(name),
                List.of(
                        "dataset.root=" + shared.resolve("data"),
                        "dataset.defects=[hole, stain]",
                        "generation.samples-per-defect=2",
                        "evaluate.seeds=1",
                        "evaluate.size=32",
                        "evaluate.width=2",
                        "evaluate.steps=3",
                        "evaluate.batch-size=4",
                        "evaluate.pairs-per-defect=2",
                        "store=" + shared.resolve("store")),
                List.of(settings));
    }
}
