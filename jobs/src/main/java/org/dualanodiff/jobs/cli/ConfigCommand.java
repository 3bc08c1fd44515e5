package org.dualanodiff.jobs.cli;

import java.io.PrintWriter;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.config.ConfigLoader;
import org.dualanodiff.pipeline.config.ConfigLoader.EffectiveSetting;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "config",
        footer = "bin/dualanodiff config --effective --config conf/fast.conf --search guidance",
        description = {
            "Prints all settings with their defaults and what they mean, or the values in effect.",
            "With --effective, or with --config or --set: the value of each setting as a command would take it from the same"
                    + " options, and the file and line, variable or option that it comes from. Values of secrets are"
                    + " hidden."
        })
final class ConfigCommand extends ConsoleCommand {

    @Mixin
    private Options.OfConfig options;

    @Option(names = "--effective", description = "The values in effect, with where each comes from.")
    private boolean effective;

    @Option(
            names = "--search",
            paramLabel = "WORD",
            description = "Only settings with this in their names or descriptions.")
    private String word;

    @Override
    public Integer call() {
        PrintWriter out = stdout();
        boolean inForce = effective || options.given();
        if (word == null && !inForce) {
            out.print(ConfigLoader.referenceText());
        } else {
            (inForce ? options.settings() : ConfigLoader.defaultSettings())
                    .stream()
                            .filter(setting -> word == null || setting.mentions(word))
                            .flatMap(setting -> inForce ? Stream.of(withOrigin(setting)) : described(setting))
                            .forEach(out::println);
        }
        out.flush();
        return ExitCode.DONE;
    }

    // Both as they may stand in a configuration file.

    private static String withOrigin(EffectiveSetting setting) {
        return "%-50s # %s".formatted(setting.key() + " = " + setting.value(), setting.origin());
    }

    private static Stream<String> described(EffectiveSetting setting) {
        return Stream.concat(
                setting.meaning().stream().map(line -> "# " + line),
                Stream.of(setting.key() + " = " + setting.value(), ""));
    }
}
