package org.dualanodiff.jobs.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.dualanodiff.model.base.RandomModel;
import org.dualanodiff.pipeline.UserError;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "random-model",
        footer = "bin/dualanodiff random-model --layout tiny --out work/random",
        description = {
            "Writes a base model of random weights in the diffusers layout, to try sizes and speeds without the real ones.",
            "Its pictures are noise."
        })
final class RandomModelCommand extends ConsoleCommand {

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

    /** Real weights lie under the same names; only what this command wrote is written over. */
    private void claim() throws IOException {
        Path mark = out.resolve("random-model.json");
        if (Files.isDirectory(out) && !Files.isRegularFile(mark, LinkOption.NOFOLLOW_LINKS)) {
            try (Stream<Path> inside = Files.list(out)) {
                inside.findFirst().ifPresent(found -> {
                    throw new UserError(
                            "--out %s is not empty and holds no random model: there is %s; give another folder"
                                    .formatted(out, found.getFileName()));
                });
            }
        }
        Files.createDirectories(out);
        Files.writeString(mark, "{\"layout\": \"%s\", \"seed\": %d}\n".formatted(layout, seed));
    }

    @Override
    public Integer call() throws IOException {
        claim();
        RandomModel.write(out, layout, seed);
        stdout().println("a random " + layout + " model in " + out);
        return ExitCode.DONE;
    }
}
