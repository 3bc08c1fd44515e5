package org.dualanodiff.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
    void augment_withBaseThatIsNoModel_saysWhatIsMissing() {
        CommandLineRun run =
                CommandLineRun.of("augment", "--set", "base-model=" + folder, "--set", "store=" + folder.resolve("s"));
        assertThat(run.exit()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("unet").contains("tokenizer");
    }

    @Test
    void help_ofEveryCommand_isThere() {
        for (String command : new String[] {"augment", "plan", "train", "generate", "sample-data", "random-model"}) {
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
