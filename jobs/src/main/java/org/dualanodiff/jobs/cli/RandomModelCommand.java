package org.dualanodiff.jobs.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.dualanodiff.model.checkpoint.RandomModel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "random-model",
        mixinStandardHelpOptions = true,
        description = {
            "Writes a base model of random weights in the diffusers layout, to try sizes and speeds without the real ones.",
            "Its pictures are noise."
        })
final class RandomModelCommand implements Callable<Integer> {

    @Option(
            names = "--layout",
            paramLabel = "LAYOUT",
            description =
                    "tiny (a few million parameters) or sd15 (Stable Diffusion 1.5, 860 + 84 + 123 million). Default: tiny.")
    private RandomModel.Preset layout = RandomModel.Preset.TINY;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Folder to write to.")
    private Path out;

    @Option(names = "--seed", paramLabel = "N", description = "The same seed gives the same bytes. Default: 1.")
    private long seed = 1;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        RandomModel.write(out, layout, seed);
        spec.commandLine().getOut().println("a random " + layout + " model in " + out);
        return ExitCode.DONE;
    }
}
