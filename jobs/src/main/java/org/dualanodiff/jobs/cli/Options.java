package org.dualanodiff.jobs.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dualanodiff.jobs.metrics.TerminalBars;
import org.dualanodiff.jobs.spark.JsonLog;
import org.dualanodiff.jobs.spark.Machine;
import org.dualanodiff.pipeline.config.ConfigLoader;
import org.dualanodiff.pipeline.config.ConfigLoader.EffectiveSetting;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.evaluate.PairComparison;
import org.dualanodiff.pipeline.store.ObjectStore;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Options that several commands have, each described once. */
final class Options {

    private Options() {}

    /** Where settings come from. */
    static final class OfConfig {

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
         * @param more settings, each {@code key=value}, over all others
         * @throws org.dualanodiff.pipeline.UserError with every problem at once
         */
        PipelineConfig load(List<String> more) {
            PipelineConfig config = ConfigLoader.load(
                    Optional.ofNullable(file), withLogFormat(more), System.getenv(), System.getProperties());
            JsonLog.start(config.log());
            if (config.log().isJson() && config.log().file().isBlank()) {
                // What is said to people shares standard error with the log.
                TerminalBars.stop();
                command.commandLine().setErr(Console.ofErrors(JsonLog.console()));
            }
            return config;
        }

        /** Whether there are any. */
        boolean given() {
            return file != null || !sets.isEmpty();
        }

        /** Whether a setting has a value from anywhere: a file, a variable, a system property, or these options. */
        boolean isSet(String key) {
            return settings().stream()
                    .anyMatch(setting ->
                            setting.key().equals(key) && !setting.origin().equals("default"));
        }

        /** The same settings with where each comes from; the log stays as it is. */
        List<EffectiveSetting> settings() {
            return ConfigLoader.settings(
                    Optional.ofNullable(file), withLogFormat(List.of()), System.getenv(), System.getProperties());
        }

        private List<String> withLogFormat(List<String> more) {
            List<String> all = new ArrayList<>(sets);
            all.addAll(more);
            logFormat.ifPresent(format -> all.add("log.format=" + format));
            return all;
        }

        /** As the other, with no more settings. */
        PipelineConfig load() {
            return load(List.of());
        }
    }

    /** Which store a command is about, and all that has to do with it. */
    static final class OfStore {

        @Mixin
        private OfConfig config;

        @Option(
                names = "--store",
                paramLabel = "ADDRESS",
                description = "The store: path or URI. Default: the configuration's.")
        private Optional<String> address = Optional.empty();

        /** Whether any settings are given, other than the store. */
        boolean hasSettings() {
            return config.given();
        }

        /** The settings, their store being the one that the command is about. */
        PipelineConfig load() {
            return config.load(address.map(given -> "store=" + given).stream().toList());
        }

        /** Opens the store without Spark, once it has answered. */
        ObjectStore open() {
            return open(load());
        }

        /** As the other, with the settings that {@link #load} has read. */
        ObjectStore open(PipelineConfig settings) {
            Machine machine = Machine.of(settings.spark().conf());
            machine.require("store", settings.store());
            return machine.open(settings.store());
        }
    }

    /** For commands that say the same to people and to programs. */
    static final class OfJson {

        @Option(names = "--json", description = "One line of JSON instead of text.")
        private boolean json;

        /** Prints the answer, as JSON if it is asked for, else its lines. */
        void print(PrintWriter out, Object answer, List<String> lines) {
            if (json) {
                out.println(Console.json(answer));
            } else {
                lines.forEach(out::println);
            }
            out.flush();
        }
    }

    /**
     * The network that generated pairs are compared with real ones by. What does not fit is refused as it is read: before
     * hours of work rather than after them.
     */
    static final class OfComparison {

        @Spec(Spec.Target.MIXEE)
        private CommandSpec command;

        int side;
        int steps;

        @Option(
                names = "--side",
                paramLabel = "PIXELS",
                defaultValue = "" + PairComparison.SIDE,
                description =
                        "Side of the images that the network sees, a multiple of 8; larger for small defects. Default: ${DEFAULT-VALUE}.")
        void side(int pixels) {
            if (pixels < PairComparison.SIDE_FACTOR || pixels % PairComparison.SIDE_FACTOR != 0) {
                throw ConsoleCommand.refused(
                        command,
                        "--side must be a multiple of %d, was %d".formatted(PairComparison.SIDE_FACTOR, pixels));
            }
            side = pixels;
        }

        @Option(
                names = "--steps",
                paramLabel = "N",
                defaultValue = "" + PairComparison.STEPS,
                description =
                        "Steps that the network is trained; more for small or faint defects. Default: ${DEFAULT-VALUE}.")
        void steps(int number) {
            steps = ConsoleCommand.atLeast(command, 1, "--steps", number);
        }
    }
}
