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
        return new ParameterException(spec.commandLine(), problem);
    }

    /** The value of an option, which is refused if it is less. */
    final int atLeast(int least, String option, int value) {
        if (value < least) {
            throw refused("%s must be at least %d, was %d".formatted(option, least, value));
        }
        return value;
    }
}
