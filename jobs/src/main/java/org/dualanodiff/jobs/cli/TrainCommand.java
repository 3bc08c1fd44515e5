package org.dualanodiff.jobs.cli;

import org.dualanodiff.jobs.run.AugmentRun.Stages;
import picocli.CommandLine.Command;

@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        description = "Trains the adapters that the store does not have yet, and generates nothing.")
final class TrainCommand extends RunCommand {

    @Override
    Stages stages() {
        return Stages.TRAIN;
    }
}
