package org.dualanodiff.pipeline.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.dualanodiff.pipeline.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InvalidConfigTest {
    @TempDir
    Path folder;

    @Test
    void file_withFiveDifferentMistakes_givesFiveLinesWithFileAndLine() throws IOException {
        Path file = write("""
                base-model = "builtin:tiny"
                generatoin { steps = 5 }
                generation {
                  steps = 0
                  batch-size = 3
                }
                training.rank = many
                mask { low = 0.5, high = 0.25 }
                """);

        assertThat(problems(file))
                .containsExactly(
                        file + ":2: generatoin is not a setting; did you mean generation?",
                        file + ":4: generation.steps must be auto or a whole number 1..1000, was 0",
                        file
                                + ":5: generation.pairs-per-task must be a multiple of generation.batch-size, were 64 and 3",
                        file + ":7: training.rank must be a whole number, was \"many\"",
                        file + ":8: mask.low must be at most mask.high, were 0.5 and 0.25");
    }

    @Test
    void sources_eachWithAMistake_areAllNamed() throws IOException {
        Path file = write("\nseed = 1.5\n");
        Properties system = new Properties();
        system.setProperty("dualanodiff.compute.device", "tpu");

        assertThat(problems(
                        Optional.of(file),
                        List.of("generation.steps=0", "nonsense", "a..b=1", "store="),
                        Map.of("DUALANODIFF_TRAINING__BATCH_SIZE", "-1"),
                        system))
                .containsExactlyInAnyOrder(
                        file + ":2: seed must be a whole number of 64 bits, was 1.5",
                        "environment DUALANODIFF_TRAINING__BATCH_SIZE: training.batch-size must be auto or a whole number 1..1024, was -1",
                        "-Ddualanodiff.compute.device: must be auto, cpu, cuda or cuda:N, was \"tpu\"",
                        "--set generation.steps: must be auto or a whole number 1..1000, was 0",
                        "--set: must be key=value, such as --set generation.steps=50, was nonsense",
                        "--set a..b: is not the name of a setting",
                        "--set store: must be a text that is not empty, was \"\"");
    }

    @Test
    void exception_forTwoProblems_showsBothInItsMessage() {
        UserError refused = catchThrowableOfType(
                UserError.class,
                () -> ConfigLoader.load(
                        Optional.empty(), List.of("seed=x", "training.rank=0"), Map.of(), new Properties()));

        assertThat(refused.getMessage().lines()).containsExactlyElementsOf(refused.problems());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "generation.step=5 | is not a setting; did you mean generation.steps?",
                "rank=5 | is not a setting; did you mean training.rank?",
                "steps=5 | is not a setting; did you mean evaluate.steps or generation.steps or training.steps?",
                "training.flips.sideways=true | is not a setting; training.flips holds horizontal, vertical",
                "training=5 | must be a block { ... } of batch-size, checkpoint-every, checkpoint-minutes, defect-weight, flips,",
                "training.part-ground=gray | must be grey or a color #rrggbb, was \"gray\"",
                "training.flips=true | must be a block { ... } of horizontal, vertical",
                "training.steps=null | must not be null; leave it out to get the default",
                "training.steps={a = 1} | must be a whole number, was {\"a\":1}",
                "training.steps=5.5 | must be a whole number, was 5.5",
                "training.steps=1e999999999 | must be 1..10000000, was ",
                "training.learning-rate=0 | must be above 0 and at most 1, was 0",
                "training.weight-decay=1.01 | must be 0..1, was 1.01",
                "training.flips.vertical=maybe | must be true or false, was \"maybe\"",
                "generation.guidance=prompt | must be one of text, interaction, was \"prompt\"",
                "generation.guidance-scale=0.5 | must be auto or a number 1..100, was 0.5",
                "generation.guidance-scale=NaN | must be auto or a number 1..100, was \"NaN\"",
                "generation.sampler=euler | must be one of pndm, ddim, dpm-solver++, was \"euler\"",
                "generation.strength=0 | must be above 0 and at most 1, was 0",
                "generation.karras-sigmas=true | generation.karras-sigmas must be false unless generation.sampler is dpm-solver++, were true and pndm",
                "generation.final-sigma-zero=on | generation.final-sigma-zero must be false unless generation.sampler is dpm-solver++, were true and pndm",
                "generation.final-sigma-zero=2 | must be true or false, was 2",
                "generation.guidance-interval=0.5 | must be two numbers [from, to] with 0 <= from <= to <= 1, was 0.5",
                "generation.guidance-interval=[0.5] | must be two numbers [from, to] with 0 <= from <= to <= 1, was [0.5]",
                "generation.guidance-interval=[0, 0.5, 1] | must be two numbers",
                "generation.guidance-interval=[0.6, 0.5] | must be two numbers",
                "generation.guidance-interval=[0, 1.01] | must be two numbers",
                "generation.guidance-interval=[low, 1] | must be two numbers",
                "generation.pairs-per-task=6 | generation.pairs-per-task must be a multiple of generation.batch-size, were 6 and 4",
                "dataset.categories=bottle | must be a list of names such as [bottle, cable], was \"bottle\"",
                "dataset.defects=[crack, \"\"] | must be a list of names such as",
                "dataset.format=voc | must be one of",
                "dataset.crop=defects | must be one of whole, defect, was \"defects\"",
                "dataset.mask-level=0 | must be auto or a grey level 1..255, was 0",
                "dataset.bit-depth=7 | must be auto or a number of bits 8..16, was 7",
                "dataset.split=0 | must be first-third, list or a number 1..1000000, was 0",
                "dataset.split=list | dataset.split-files must name a JSON file",
                "dataset.split-files=x.json | dataset.split-files counts only when dataset.split is list, was first-third",
                "dataset.root=builtin:sample | must be a path, a URI or builtin:samples, was \"builtin:sample\"",
                "base-model=\" \" | must be a path, a URI or builtin:NAME",
                "resolution=100 | must be auto or a multiple of 8, 16..2048, was 100",
                "resolution=8 | must be auto or a multiple of 8, 16..2048, was 8",
                "mask.method=u2net | must be one of grey-distance, attention, saliency, was \"u2net\"",
                "mask.method=saliency | mask.saliency-model must name a TorchScript file",
                "mask.saliency-size=8 | must be 16..2048, was 8",
                "mask.threshold=1.5 | must be 0..1, was 1.5",
                "mask.low=auto | mask.low and mask.high must be numbers or auto together, were auto and 0.25",
                "mask.low=off | must be auto or a number 0..1",
                "quality.min-contrast=some | must be auto, off or a number 0..255",
                "quality.max-attempts=0.5 | must be 1..1000",
                "evaluate.arms=[\"real+fake\"] | must hold arms such as real+generated or generated>real, of real, procedural, cut-paste, generated and generated@RUN; real+fake is none",
                "evaluate.size=100 | must be a multiple of 16, 16..2048, was 100",
                "evaluate.channels=2 | must be one of 1, 3, was 2",
                "mask.low=0.9 | mask.low must be at most mask.high, were 0.9 and 0.2",
                "run.id=a/b | must be auto or 1..100 of A-Z a-z 0-9 . _ - (not dots alone), was \"a/b\"",
                "run.id=.. | must be auto or 1..100",
                "seed=9223372036854775808 | must be a whole number of 64 bits",
                "spark.conf.executor.memory=4g | must have a Spark property's name after spark.conf",
                "spark.conf.spark.jars=[a] | must be a text, number or boolean",
                "spark.conf=4g | must be a block { \"NAME\" = value }",
            })
    void setting_thatBreaksARule_saysWhatIsExpectedAndFound(String set, String complaint) {
        List<String> problems = problems(Optional.empty(), List.of(set), Map.of(), new Properties());

        assertThat(problems).hasSize(1);
        assertThat(problems.get(0))
                .startsWith("--set " + set.substring(0, set.indexOf('=')))
                .contains(complaint);
    }

    @ParameterizedTest
    @CsvSource({
        "compute.precision=fp16, compute.generation-precision=auto",
        "compute.generation-precision=fp16, compute.precision=fp32"
    })
    void halfPrecision_onACpu_isRefused(String half, String other) {
        List<String> sets = List.of("compute.device=cpu", half, other);

        assertThat(problems(Optional.empty(), sets, Map.of(), new Properties()))
                .singleElement()
                .asString()
                .endsWith("must not be fp16 when compute.device is cpu: fp16 is for GPUs; on a CPU take bf16 or fp32");
    }

    @Test
    void allowedLoss_withoutArmsToCompare_isRefused() {
        assertThat(problems(
                        Optional.empty(),
                        List.of("evaluate.allowed-loss=0.02", "evaluate.arms=[real, \"real+cut-paste\", generated]"),
                        Map.of(),
                        new Properties()))
                .singleElement()
                .asString()
                .startsWith("--set evaluate.allowed-loss")
                .contains("must be 1 unless evaluate.arms holds real and an arm such as real+generated, was 0.02");
    }

    @Test
    void sparkProperty_thatIsRefused_doesNotShowItsValue() {
        assertThat(problems(Optional.empty(), List.of("spark.conf.hadoop.secret=hunter2"), Map.of(), new Properties()))
                .singleElement()
                .asString()
                .doesNotContain("hunter2");
    }

    @Test
    void sparkProperties_thatAreRefused_areNamedOneByOneWithTheirLines() throws IOException {
        Path file = write("spark.conf {\n  executor.memory = 4g\n  \"spark.jars\" = [a]\n}");

        assertThat(problems(file))
                .containsExactly(
                        file + ":2: spark.conf.executor.memory must have a Spark property's name after spark.conf,"
                                + " such as spark.executor.memory",
                        file + ":3: spark.conf.spark.jars must be a text, number or boolean");
    }

    @Test
    void block_replacedByAValue_isOneProblemAmongOthers() throws IOException {
        Path file = write("generation = 5\nmask = null\nseed = x");

        assertThat(problems(file))
                .satisfiesExactly(
                        first -> assertThat(first).startsWith(file + ":1: generation must be a block { ... } of "),
                        second -> assertThat(second).startsWith(file + ":2: mask must be a block { ... } of "),
                        third -> assertThat(third).startsWith(file + ":3: seed must be a whole number"));
    }

    @Test
    void quotedDottedKey_inFile_isRefusedNotIgnored() throws IOException {
        Path file = write("\"generation.steps\" = 5");

        assertThat(problems(file))
                .containsExactly(file + ":1: \"generation.steps\" is not a setting; did you mean generation.steps?");
    }

    @Test
    void file_withSyntaxError_givesOneLineWithItsPlace() throws IOException {
        Path file = write("seed = 1\ntraining { steps = 5\n");

        assertThat(problems(file))
                .singleElement()
                .asString()
                .startsWith(file + ":")
                .contains("cannot be read: ")
                .doesNotContain("\n");
    }

    @Test
    void file_withUnknownSubstitution_namesItAndItsLine() throws IOException {
        Path file = write("seed = 1\nstore = ${NOWHERE}");

        assertThat(problems(file))
                .singleElement()
                .asString()
                .startsWith(file + ":2: ")
                .contains("${NOWHERE}");
    }

    /** The library's own message shows all that it could refer to. */
    @Test
    void file_thatTheLibraryFailsOn_isRefusedWithoutTheEnvironment() throws IOException {
        Path file = write("""
                one { training.steps = 1 }
                two = ${one} { training.steps = 2, training.steps = ${?STEPS} }
                """);

        assertThat(problems(
                        Optional.of(file), List.of(), Map.of("STEPS", "3", "DATABASE", "123secret"), new Properties()))
                .isNotEmpty()
                .noneMatch(line -> line.contains("123secret"));
    }

    @Test
    void file_thatIsMissing_isNamedBesideOtherProblems() {
        Path file = folder.resolve("nightly.conf");

        List<String> problems = problems(Optional.of(file), List.of("seed=x"), Map.of(), new Properties());

        assertThat(problems).hasSize(2).anyMatch(line -> line.startsWith(file + ": there is no such file"));
    }

    @Test
    void file_thatIsAFolder_isRefused() {
        assertThat(problems(folder)).singleElement().asString().startsWith(folder + ": it is not a file");
    }

    @Test
    void secret_thatWasTypedWrongly_isNotShown() throws IOException {
        List<String> sets = List.of(
                "spark.conf.spark.hadoop.fs.s3a.secret.key: S3CRET",
                "training.steps=\"password=S3CRET\"",
                "spark.conf.spark.hadoop.fs.azure.account.key.x=[S3CRET]");

        assertThat(problems(Optional.empty(), sets, Map.of(), new Properties()))
                .hasSize(3)
                .noneMatch(problem -> problem.contains("S3CRET"));
        assertThat(problems(write("spark.conf { spark.hadoop.fs.s3a.secret.key = S3CRET } }")))
                .isNotEmpty()
                .noneMatch(problem -> problem.contains("S3CRET"));
        Files.writeString(folder.resolve("s3.conf"), "\n\n\"spark.hadoop.fs.s3a.secret.key\" \"S3CRET\"");
        assertThat(problems(write("include required(\"s3.conf\")")))
                .isNotEmpty()
                .noneMatch(problem -> problem.contains("S3CRET"));
    }

    private static List<String> problems(Path file) {
        return problems(Optional.of(file), List.of(), Map.of(), new Properties());
    }

    private static List<String> problems(
            Optional<Path> file, List<String> sets, Map<String, String> environment, Properties system) {
        return catchThrowableOfType(UserError.class, () -> ConfigLoader.load(file, sets, environment, system))
                .problems();
    }

    private Path write(String hocon) throws IOException {
        return Files.writeString(folder.resolve("run.conf"), hocon);
    }
}
