package org.dualanodiff.jobs.cli;

import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import org.apache.hadoop.util.ShutdownHookManager;
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
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParseResult;

/** The command line. */
@Command(
        name = "dualanodiff",
        description = "Learns defects from a few images and makes any number of new image-mask pairs (DualAnoDiff).",
        mixinStandardHelpOptions = true,
        versionProvider = DualAnoDiffCommand.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nExit codes:%n")
public final class DualAnoDiffCommand {

    private DualAnoDiffCommand() {}

    /** Runs a command line on the console and returns the process's exit code. */
    public static int run(String... arguments) {
        return run(new PrintWriter(System.out, true), new PrintWriter(System.err, true), arguments);
    }

    static int run(PrintWriter out, PrintWriter err, String... arguments) {
        return line().setOut(Console.of(out))
                .setErr(Console.ofErrors(err))
                .execute(arguments.length == 0 ? new String[] {"--help"} : arguments);
    }

    /** With all commands, ready to parse. */
    static CommandLine line() {
        CommandLine line = new CommandLine(new DualAnoDiffCommand());
        for (CommandGroup group : CommandGroup.values()) {
            group.addTo(line);
        }
        line.getCommandSpec().usageMessage().exitCodeList(ExitCode.meanings());
        line.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST_HEADING, help -> "");
        line.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST, CommandGroup::list);
        line.getSubcommands().values().forEach(DualAnoDiffCommand::headExample);
        return line.setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF))
                .setExecutionExceptionHandler(new Failures())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpAutoWidth(true);
    }

    /** The footer of a command is an example. */
    private static void headExample(CommandLine command) {
        UsageMessageSpec help = command.getCommandSpec().usageMessage();
        if (help.footer().length > 0) {
            help.footerHeading("%nExample:%n  ");
        }
        command.getSubcommands().values().forEach(DualAnoDiffCommand::headExample);
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
                if (ShutdownHookManager.get().isShutdownInProgress()) {
                    // Spark has been taken away from a command at work, which is no fault of its own.
                    command.getErr().printf("error: %s was interrupted%n", command.getCommandName());
                    return code;
                }
                LOG.error("unexpected failure", failure);
            }
            problems(failure).forEach(problem -> command.getErr().println("error: " + problem));
            return code;
        }

        /**
         * The model's own exceptions for the user stand beside {@link UserError}, which it does not know, and so do the
         * JDK's of files: their places come from options and settings.
         */
        static int code(Exception failure) {
            if (failure instanceof UserError mendable) {
                return mendable.isOfData() ? ExitCode.DATA : ExitCode.USAGE;
            }
            boolean ofOthers = failure instanceof CheckpointException
                    || failure instanceof DeviceException
                    || failure instanceof FileSystemException;
            return ofOthers ? ExitCode.USAGE : ExitCode.UNEXPECTED;
        }

        static List<String> problems(Exception failure) {
            if (failure instanceof UserError mendable) {
                return mendable.problems();
            }
            if (failure instanceof FileSystemException ofFile) {
                return List.of("cannot read or write %s: %s".formatted(ofFile.getFile(), reason(ofFile)));
            }
            return List.of(failure.getMessage() == null ? failure.toString() : failure.getMessage());
        }

        /** The most frequent kinds have no words of their own. */
        private static String reason(FileSystemException failure) {
            if (failure.getReason() != null) {
                return failure.getReason();
            } else if (failure instanceof NoSuchFileException) {
                return "there is no such file, or no such folder for it";
            } else if (failure instanceof AccessDeniedException) {
                return "permission denied";
            }
            return failure instanceof FileAlreadyExistsException
                    ? "it is there already"
                    : failure.getClass().getSimpleName();
        }
    }
}
