package org.dualanodiff.jobs.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dualanodiff.jobs.log.JsonLog;
import org.dualanodiff.pipeline.config.ConfigLoader;
import org.dualanodiff.pipeline.config.PipelineConfig;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

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

    @Option(
            names = "--log-format",
            paramLabel = "FORMAT",
            description = "How the log is written, text or json, over the configuration's log.format.")
    private Optional<String> logFormat = Optional.empty();

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    /**
     * Reads the settings and, if they say so, turns this process's log into JSON.
     *
     * @throws org.dualanodiff.pipeline.UserError with every problem at once
     */
    PipelineConfig load() {
        return load(List.of());
    }

    /** As {@link #load()}, with more settings, each {@code key=value}, over all others. */
    PipelineConfig load(List<String> more) {
        List<String> all = new ArrayList<>(sets);
        all.addAll(more);
        logFormat.ifPresent(format -> all.add("log.format=" + format));
        PipelineConfig config =
                ConfigLoader.load(Optional.ofNullable(file), all, System.getenv(), System.getProperties());
        JsonLog.start(config.log());
        if (config.log().isJson() && config.log().file().isBlank()) {
            // What is said to people shares standard error with the log.
            command.commandLine().setErr(Console.ofErrors(JsonLog.console()));
        }
        return config;
    }
}
