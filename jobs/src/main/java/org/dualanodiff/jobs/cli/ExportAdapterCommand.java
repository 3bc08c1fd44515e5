package org.dualanodiff.jobs.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.dualanodiff.model.dual.AdapterFile;
import org.dualanodiff.pipeline.run.RunInputs;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.AdapterRegistry;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.AdapterRegistry.PublishedAdapter;
import org.dualanodiff.pipeline.store.StoreException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "export-adapter",
        mixinStandardHelpOptions = true,
        description = "Copies the adapter that this configuration means out of the store, for the released code.")
final class ExportAdapterCommand extends AdapterCommand {

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FILE",
            description = "Ends in .safetensors, or in .bin for a file as torch.save writes it.")
    private Path out;

    @Override
    void run(ObjectStore store, RunInputs inputs, AdapterId id) throws IOException {
        AdapterRegistry registry = new AdapterRegistry(store);
        PublishedAdapter adapter = registry.find(id)
                .orElseThrow(() -> new StoreException("%s has no adapter of %s/%s for these settings; run train first"
                        .formatted(store.root(), id.category(), id.defect())));
        Path local = Files.createTempFile("dualanodiff-export-", ".safetensors");
        try {
            registry.download(adapter, local);
            AdapterFile.convert(local, out);
        } finally {
            Files.deleteIfExists(local);
        }
        spec.commandLine().getOut().println(adapter.weightsUri() + " is now " + out);
    }
}
