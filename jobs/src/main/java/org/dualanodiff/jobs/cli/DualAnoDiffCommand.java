package org.dualanodiff.jobs.cli;

import java.io.PrintWriter;
import java.util.List;
import org.dualanodiff.jobs.cli.AdapterCommand.ExportAdapter;
import org.dualanodiff.jobs.cli.AdapterCommand.ImportAdapterFile;
import org.dualanodiff.jobs.cli.RunCommand.Augment;
import org.dualanodiff.jobs.cli.RunCommand.Generate;
import org.dualanodiff.jobs.cli.RunCommand.ShowPlan;
import org.dualanodiff.jobs.cli.RunCommand.Train;
import org.dualanodiff.jobs.cli.StoreCommand.Publish;
import org.dualanodiff.model.checkpoint.CheckpointException;
import org.dualanodiff.model.torch.Devices.DeviceException;
import org.dualanodiff.pipeline.ProductVersion;
import org.dualanodiff.pipeline.UserError;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ParseResult;

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
            Publish.class,
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

    /** Turns an exception into what the user should read and the exit code that a scheduler should see. */
    static final class Failures implements IExecutionExceptionHandler {

        private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

        @Override
        public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
            int code = code(failure);
            if (code == ExitCode.UNEXPECTED) {
                LOG.error("unexpected failure", failure);
            }
            problems(failure).forEach(problem -> command.getErr().println("error: " + problem));
            return code;
        }

        /** The model's own exceptions for the user stand beside {@link UserError}, which it does not know. */
        private static int code(Exception failure) {
            if (failure instanceof UserError mendable) {
                return mendable.isOfData() ? ExitCode.DATA : ExitCode.USAGE;
            }
            boolean ofModel = failure instanceof CheckpointException || failure instanceof DeviceException;
            return ofModel ? ExitCode.USAGE : ExitCode.UNEXPECTED;
        }

        private static List<String> problems(Exception failure) {
            if (failure instanceof UserError mendable) {
                return mendable.problems();
            }
            return List.of(failure.getMessage() == null ? failure.toString() : failure.getMessage());
        }
    }
}
