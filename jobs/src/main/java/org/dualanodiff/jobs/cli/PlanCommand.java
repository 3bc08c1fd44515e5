package org.dualanodiff.jobs.cli;

import org.dualanodiff.jobs.run.Stages;
import picocli.CommandLine.Command;

@Command(
        name = "plan",
        mixinStandardHelpOptions = true,
        description = "Shows what augment would do: which adapters are missing, and how many samples. Writes nothing.")
final class PlanCommand extends RunCommand {

    @Override
    Stages stages() {
        return Stages.NONE;
    }
}
