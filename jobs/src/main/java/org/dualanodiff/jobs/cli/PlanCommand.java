package org.dualanodiff.jobs.cli;

import org.dualanodiff.jobs.run.AugmentRun.Stages;
import picocli.CommandLine.Command;

@Command(
        name = "plan",
        mixinStandardHelpOptions = true,
        description = {
            "Shows what augment would do: which adapters are missing, and how many samples. Writes nothing.",
            "Tells what it is going to take, in hours of one device and in bytes, by the speeds of earlier runs in the store."
        })
final class PlanCommand extends RunCommand {

    @Override
    Stages stages() {
        return Stages.NONE;
    }
}
