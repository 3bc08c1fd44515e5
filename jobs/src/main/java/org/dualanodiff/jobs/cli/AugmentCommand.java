package org.dualanodiff.jobs.cli;

import org.dualanodiff.jobs.run.AugmentRun.Stages;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "augment",
        mixinStandardHelpOptions = true,
        description = {
            "Trains what is missing, generates what is missing, and commits it to the store.",
            "Run again, it continues; run with more samples, it adds only those."
        })
final class AugmentCommand extends RunCommand {

    @Option(
            names = "--retry-failed",
            description = "Try units again that ended because executors died at work on them.")
    private boolean retryFailed;

    @Override
    boolean retryFailed() {
        return retryFailed;
    }

    @Override
    Stages stages() {
        return Stages.ALL;
    }
}
