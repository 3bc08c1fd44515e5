package org.dualanodiff.jobs.cli;

import org.dualanodiff.jobs.run.AugmentRun.Stages;
import picocli.CommandLine.Command;

@Command(
        name = "generate",
        mixinStandardHelpOptions = true,
        description = "Generates the missing samples with adapters that the store has, and trains nothing.")
final class GenerateCommand extends RunCommand {

    @Override
    Stages stages() {
        return Stages.GENERATE;
    }
}
