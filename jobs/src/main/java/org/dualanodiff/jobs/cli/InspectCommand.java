package org.dualanodiff.jobs.cli;

import org.dualanodiff.jobs.spark.Machine;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.inspect.DatasetReport;
import org.dualanodiff.pipeline.inspect.InspectDataset;
import org.dualanodiff.pipeline.run.RunInputs;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "inspect",
        footer = "bin/dualanodiff inspect --set dataset.root=YOUR_IMAGES",
        description = {
            "Opens every image of the data set and reports what is there.",
            "Counts, sizes, mask areas, files that cannot be used, and images that are there twice. Writes nothing, and needs no"
                    + " base model. Ends with 3 where a category has nothing to train on, as augment would."
        })
final class InspectCommand extends ConsoleCommand {

    @Mixin
    private Options.OfConfig options;

    @Mixin
    private Options.OfJson json;

    @Override
    public Integer call() {
        PipelineConfig config = options.load();
        Machine machine = Machine.of(config.spark().conf());
        DatasetReport report = new InspectDataset(machine.hadoop()).run(RunInputs.request(config, machine.cache()));
        json.print(stdout(), report, report.lines());
        return report.usable() ? ExitCode.DONE : ExitCode.DATA;
    }
}
