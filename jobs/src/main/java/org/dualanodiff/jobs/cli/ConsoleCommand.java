package org.dualanodiff.jobs.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What all commands have: help, a name, and the two streams that they write to. */
@Command(mixinStandardHelpOptions = true)
abstract class ConsoleCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    final String name() {
        return spec.name();
    }

    /** For results. */
    final PrintWriter stdout() {
        return spec.commandLine().getOut();
    }

    /** For what people should know besides. */
    final PrintWriter stderr() {
        return spec.commandLine().getErr();
    }

    /** To be thrown where options do not fit; the command's usage is shown with it. */
    final ParameterException refused(String problem) {
        return refused(spec, problem);
    }

    /** The value of an option, which is refused if it is less. */
    final int atLeast(int least, String option, int value) {
        return atLeast(spec, least, option, value);
    }

    /** As {@link #refused(String)}, for options that a command has mixed in. */
    static ParameterException refused(CommandSpec command, String problem) {
        return new ParameterException(command.commandLine(), problem);
    }

    /** As {@link #atLeast(int, String, int)}, for options that a command has mixed in. */
    static int atLeast(CommandSpec command, int least, String option, int value) {
        if (value < least) {
            throw refused(command, "%s must be at least %d, was %d".formatted(option, least, value));
        }
        return value;
    }
}
