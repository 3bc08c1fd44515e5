package org.dualanodiff.jobs.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.dualanodiff.pipeline.procedural.SampleDataset;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "sample-data",
        footer = "bin/dualanodiff sample-data --small --products cloth,wood --out work/samples",
        description = "Writes a data set of procedural products with defects and exact masks, in the MVTec AD layout.")
final class SampleDataCommand extends ConsoleCommand {

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Folder to write to.")
    private Path out;

    @Option(names = "--seed", paramLabel = "N", description = "The same seed gives the same bytes. Default: 1.")
    private long seed = 1;

    @Option(names = "--small", description = "A few images of each kind instead of hundreds.")
    private boolean small;

    @Option(names = "--products", split = ",", paramLabel = "NAME", description = "Only these products. Default: all.")
    private List<String> products = SampleDataset.products();

    @Override
    public Integer call() throws IOException {
        SampleDataset.Size size = small ? SampleDataset.Size.small() : SampleDataset.Size.standard();
        SampleDataset.Written result = SampleDataset.write(out, seed, size, products);
        stdout().printf("%d images and %d masks of %s in %s%n", result.images(), result.masks(), products, out);
        return ExitCode.DONE;
    }
}
