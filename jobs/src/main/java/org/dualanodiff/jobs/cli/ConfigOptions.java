package org.dualanodiff.jobs.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dualanodiff.pipeline.config.ConfigLoader;
import org.dualanodiff.pipeline.config.PipelineConfig;
import picocli.CommandLine.Option;

/** Where settings come from; shared by all commands that have any. */
final class ConfigOptions {

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description =
                    "Configuration file (HOCON). Without one the defaults apply; see conf/ for complete examples.")
    private Path file;

    @Option(
            names = {"-s", "--set"},
            paramLabel = "KEY=VALUE",
            description = "One setting over the file's, such as --set training.steps=200. Repeatable.")
    private List<String> sets = new ArrayList<>();

    /** @throws org.dualanodiff.pipeline.config.InvalidConfigException with every problem at once */
    PipelineConfig load() {
        return load(List.of());
    }

    /** @param more settings, each {@code key=value}, over all others */
    PipelineConfig load(List<String> more) {
        List<String> all = new ArrayList<>(sets);
        all.addAll(more);
        return ConfigLoader.load(Optional.ofNullable(file), all, System.getenv(), System.getProperties());
    }
}
