package org.dualanodiff.jobs.cli;

import org.dualanodiff.jobs.run.Stages;
import picocli.CommandLine.Command;

@Command(
        name = "augment",
        mixinStandardHelpOptions = true,
        description = {
            "Trains what is missing, generates what is missing, and merges it into the store.",
            "Run again, it continues; run with more samples, it adds only those."
        })
final class AugmentCommand extends RunCommand {

    @Override
    Stages stages() {
        return Stages.ALL;
    }
}
