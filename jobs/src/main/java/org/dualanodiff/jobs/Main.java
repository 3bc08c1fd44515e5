package org.dualanodiff.jobs;

import org.dualanodiff.jobs.cli.DualAnoDiffCommand;
import org.dualanodiff.jobs.cli.ExitCode;
import org.dualanodiff.jobs.metrics.TerminalBars;

/** Entry point of the command line and of {@code spark-submit}. */
public final class Main {

    private Main() {}

    public static void main(String[] arguments) {
        TerminalBars.start();
        Startup.prepare().ifPresent(Main::refuse);
        int exit = DualAnoDiffCommand.run(arguments);
        // In cluster mode Spark takes an exit from main as the application's end; 0 needs none.
        if (exit != 0) {
            System.exit(exit);
        }
    }

    private static void refuse(String why) {
        System.err.println("error: " + why);
        System.exit(ExitCode.USAGE);
    }
}
