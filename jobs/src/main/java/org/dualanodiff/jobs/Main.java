package org.dualanodiff.jobs;

import org.dualanodiff.jobs.cli.DualAnoDiffCommand;

/** Entry point of the command line and of {@code spark-submit}. */
public final class Main {

    private Main() {}

    public static void main(String[] arguments) {
        int exit = DualAnoDiffCommand.run(arguments);
        // In cluster mode Spark takes an exit from main as the application's end; 0 needs none.
        if (exit != 0) {
            System.exit(exit);
        }
    }
}
