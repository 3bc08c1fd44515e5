package org.dualanodiff.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.dualanodiff.model.base.RandomModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigProblemsTest {

    @TempDir
    private Path folder;

    @Test
    void augment_withFiveMistakes_namesAllFiveAndEndsWith2() throws IOException {
        Path file = Files.writeString(folder.resolve("bad.conf"), """
                generation.steps = 0
                generation.sampler = "euler"
                training.stepz = 10
                training.rank = many
                mask { low = 0.9, high = 0.2 }
                """);
        CommandLineRun run = CommandLineRun.of("augment", "--config", file.toString());
        assertThat(run.exit()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err())
                .contains("bad.conf:1: generation.steps")
                .contains("bad.conf:2: generation.sampler")
                .contains("bad.conf:3: ")
                .contains("training.steps")
                .contains("bad.conf:4: training.rank")
                .contains("bad.conf:5: mask.low");
    }

    @Test
    void randomModel_inAFolderOfOtherThings_isRefusedAndLeavesThem() throws IOException {
        Files.writeString(folder.resolve("model_index.json"), "{}");
        CommandLineRun run = CommandLineRun.of("random-model", "--out", folder.toString());
        assertThat(run.exit()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("holds no random model: there is model_index.json");
        assertThat(folder.resolve("model_index.json")).hasContent("{}");

        Path own = folder.resolve("own");
        assertThat(CommandLineRun.of("random-model", "--out", own.toString()).exit())
                .isZero();
        assertThat(CommandLineRun.of("random-model", "--out", own.toString()).exit())
                .isZero();
    }

    @Test
    void console_ofACommandThatIsWrong_showsNeitherSecretsNorControls() {
        CommandLineRun run = CommandLineRun.of("augment", "-set", "spark.hadoop.fs.s3a.secret.key=S3CRET\u001b[2J");
        assertThat(run.exit()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err())
                .contains("secret.key=(hidden)")
                .doesNotContain("S3CRET")
                .doesNotContain("\u001b");
    }

    @Test
    void augment_withBaseThatIsNoModel_saysWhatIsMissing() {
        CommandLineRun run =
                CommandLineRun.of("augment", "--set", "base-model=" + folder, "--set", "store=" + folder.resolve("s"));
        assertThat(run.exit()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("unet").contains("tokenizer");
    }

    @Test
    void augment_withTruncatedBase_saysSoBeforeAnyWork() throws IOException {
        Path base = copyOfTinyModel();
        Path unet = base.resolve("unet/diffusion_pytorch_model.safetensors");
        Files.write(unet, Arrays.copyOf(Files.readAllBytes(unet), 100_000));
        CommandLineRun run = CommandLineRun.of(
                "augment", "--set", "base-model=" + base, "--set", "store=" + folder.resolve("store"));
        assertThat(run.exit()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains(unet.toString()).contains("truncated");
        assertThat(folder.resolve("store")).doesNotExist();
    }

    @Test
    void augment_withBaseOfWrongShapes_namesTensorExpectedAndFound() throws IOException {
        Path base = copyOfTinyModel();
        Path config = base.resolve("unet/config.json");
        Files.writeString(
                config,
                Files.readString(config).replaceFirst("\"cross_attention_dim\": \\d+", "\"cross_attention_dim\": 80"));
        CommandLineRun run = CommandLineRun.of(
                "augment", "--set", "base-model=" + base, "--set", "store=" + folder.resolve("store"));
        assertThat(run.exit()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("attn2.to_k.weight").contains("80").contains("expected shape");
    }

    private Path copyOfTinyModel() throws IOException {
        Path base = folder.resolve("base");
        RandomModel.write(Files.createDirectory(base), RandomModel.Preset.TINY, 1);
        return base;
    }

    @Test
    void help_ofEveryCommand_isThere() {
        for (String command : new String[] {
            "augment",
            "plan",
            "inspect",
            "train",
            "generate",
            "import-adapter",
            "export-adapter",
            "verify",
            "gc",
            "sample-data",
            "random-model"
        }) {
            CommandLineRun run = CommandLineRun.of(command, "--help");
            assertThat(run.exit()).isZero();
            assertThat(run.out()).contains("Usage: dualanodiff " + command);
        }
    }

    @Test
    void unknownOption_endsWith2() {
        CommandLineRun run = CommandLineRun.of("augment", "--frobnicate");
        assertThat(run.exit()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("--frobnicate");
    }
}
