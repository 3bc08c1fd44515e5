package org.dualanodiff.jobs.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.dualanodiff.jobs.demo.Demo;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "demo",
        footer = "bin/dualanodiff demo",
        description = {
            "Shows the whole way on this machine in some minutes: from sample data to a page of pairs.",
            "It trains adapters for a defect of each of two products, makes pairs in both ways, and measures them. Run again, it"
                    + " keeps what is there."
        })
final class DemoCommand extends ConsoleCommand {

    @Option(names = "--out", paramLabel = "DIR", description = "Folder to write to. Default: work/demo.")
    private Path out = Path.of("work", "demo");

    @Option(
            names = {"-s", "--set"},
            paramLabel = "KEY=VALUE",
            description = "One setting over the demonstration's. Repeatable.")
    private List<String> settings = new ArrayList<>();

    @Mixin
    private Options.OfComparison network;

    @Override
    public Integer call() throws IOException {
        new Demo(out, settings, network.side, network.steps, stdout()).run();
        return ExitCode.DONE;
    }
}
