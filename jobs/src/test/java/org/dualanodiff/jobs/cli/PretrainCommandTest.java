package org.dualanodiff.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which settings count for {@code pretrain}; none of these commands gets as far as to train. */
class PretrainCommandTest {

    @TempDir
    private Path folder;

    @Test
    void settings_thatNameNoDataSet_meanNone() {
        CommandLineRun run = pretrain("--set", "dataset.split=10", "--category", "none");

        assertThat(run.exit()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("--category is of a data set");
    }

    @Test
    void dataset_ofAConfigurationFile_isLearned() throws IOException {
        Path missing = folder.resolve("missing");
        Path file = Files.writeString(folder.resolve("own.conf"), "dataset.root = \"" + missing + "\"");

        CommandLineRun run = pretrain("--config", file.toString());

        assertThat(run.exit()).isEqualTo(ExitCode.DATA);
        assertThat(run.err()).contains(missing.toString());
    }

    @Test
    void logFormat_withoutOtherSettings_counts() {
        CommandLineRun run = pretrain("--data", folder.resolve("missing").toString(), "--log-format", "xml");

        assertThat(run.exit()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("log.format");
    }

    private CommandLineRun pretrain(String... options) {
        String out = folder.resolve("model").toString();
        List<String> command = new ArrayList<>(List.of("pretrain", "--out", out));
        command.addAll(List.of(options));
        return CommandLineRun.of(command);
    }
}
