package org.dualanodiff.jobs.cli;

import java.util.List;
import org.dualanodiff.jobs.preflight.Doctor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "doctor",
        footer = "bin/dualanodiff doctor --set store=s3a://bucket/defects",
        description = {
            "Looks whether this machine has what a run needs, and says what to do where it has not.",
            "Java, locale, heap, memory, cores, temporary files, libtorch, GPU, Spark and the store of the configuration, each"
                    + " in a line with ok, warn or bad. Ends with 2 if anything is bad. What a run needs of its data set"
                    + " and its base model is told by plan."
        })
final class DoctorCommand extends ConsoleCommand {

    @Mixin
    private Options.OfConfig options;

    @Mixin
    private Options.OfJson json;

    @Override
    public Integer call() {
        List<Doctor.Finding> findings = new Doctor(options.load()).examine();
        json.print(
                stdout(), findings, findings.stream().map(Doctor.Finding::line).toList());
        return findings.stream().anyMatch(finding -> finding.state() == Doctor.State.BAD)
                ? ExitCode.USAGE
                : ExitCode.DONE;
    }
}
