package org.dualanodiff.jobs.cli;

import org.dualanodiff.jobs.cli.AdapterCommand.ImportAdapterFile;
import org.dualanodiff.jobs.cli.AdapterCommand.ExportAdapter;
import org.dualanodiff.jobs.cli.RunCommand.ShowPlan;
import org.dualanodiff.jobs.cli.RunCommand.Generate;
import org.dualanodiff.jobs.cli.RunCommand.Train;
import org.dualanodiff.jobs.cli.RunCommand.Augment;
import java.io.PrintWriter;
import org.dualanodiff.pipeline.ProductVersion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** The command line. */
@Command(
        name = "dualanodiff",
        description = "Learns defects from a few images and makes any number of new image-mask pairs (DualAnoDiff).",
        subcommands = {
            DemoCommand.class,
            Augment.class,
            ShowPlan.class,
            InspectCommand.class,
            Train.class,
            Generate.class,
            FiguresCommand.class,
            EvaluateCommand.class,
            AblateCommand.class,
            ReportCommand.class,
            ExportCommand.class,
            PublishCommand.class,
            ImportAdapterFile.class,
            ExportAdapter.class,
            VerifyCommand.class,
            StatusCommand.class,
            GcCommand.class,
            PretrainCommand.class,
            SampleDataCommand.class,
            RandomModelCommand.class,
            BenchCommand.class,
            CommandLine.HelpCommand.class
        },
        mixinStandardHelpOptions = true,
        versionProvider = DualAnoDiffCommand.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Exit codes: 0 done, 1 unexpected failure, 2 configuration or usage, 3 input data unusable,",
            "4 partial (some units failed, the rest is committed)."
        })
public final class DualAnoDiffCommand {

    private DualAnoDiffCommand() {}

    /** Runs a command line on the console and returns the process's exit code. */
    public static int run(String... arguments) {
        return run(new PrintWriter(System.out, true), new PrintWriter(System.err, true), arguments);
    }

    static int run(PrintWriter out, PrintWriter err, String... arguments) {
        return new CommandLine(new DualAnoDiffCommand())
                .setOut(Console.of(out))
                .setErr(Console.ofErrors(err))
                .setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF))
                .setExecutionExceptionHandler(new Failures())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpAutoWidth(true)
                .execute(arguments.length == 0 ? new String[] {"--help"} : arguments);
    }

    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"dualanodiff " + ProductVersion.current()};
        }
    }
}
