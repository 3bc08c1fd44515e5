package org.dualanodiff.jobs.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.dualanodiff.jobs.preflight.Preflight;
import org.dualanodiff.jobs.spark.Machine;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.dual.AdapterFile;
import org.dualanodiff.model.torch.Compute;
import org.dualanodiff.pipeline.UserError;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.dataset.DefectSet;
import org.dualanodiff.pipeline.run.RunInputs;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.AdapterRegistry;
import org.dualanodiff.pipeline.store.AdapterRegistry.PublishedAdapter;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.StoreException;
import org.dualanodiff.pipeline.train.ImportAdapter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A command about the one adapter that a configuration means for a (category, defect). */
abstract class AdapterCommand extends ConsoleCommand {

    @Mixin
    private Options.OfConfig options;

    @Option(names = "--category", required = true, paramLabel = "NAME", description = "Product category.")
    private String category;

    @Option(names = "--defect", required = true, paramLabel = "NAME", description = "Defect type.")
    private String defect;

    @Override
    public Integer call() throws IOException {
        PipelineConfig config = options.load();
        Preflight.require(config, false, stderr());
        Machine machine = Machine.of(config.spark().conf());
        RunInputs inputs = machine.inputs(config);
        AdapterId id = inputs.adapters().stream()
                .filter(adapter ->
                        adapter.category().equals(category) && adapter.defect().equals(defect))
                .findFirst()
                .orElseThrow(
                        () -> new UserError("the data set has no usable images of %s/%s".formatted(category, defect)));
        try (ObjectStore store = machine.open(config.store())) {
            run(machine, store, inputs, id);
        }
        return ExitCode.DONE;
    }

    abstract void run(Machine machine, ObjectStore store, RunInputs inputs, AdapterId id) throws IOException;

    @Command(
            name = "export-adapter",
            footer = {
                "bin/dualanodiff export-adapter --config conf/local.conf \\",
                "    --category cloth --defect hole --out hole.safetensors"
            },
            description = "Copies the adapter that this configuration means out of the store, for the released code.")
    static final class ExportAdapter extends AdapterCommand {

        @Option(
                names = "--out",
                required = true,
                paramLabel = "FILE",
                description = "Ends in .safetensors, or in .bin for a file as torch.save writes it.")
        private Path out;

        @Override
        void run(Machine machine, ObjectStore store, RunInputs inputs, AdapterId id) throws IOException {
            AdapterRegistry registry = new AdapterRegistry(store);
            PublishedAdapter adapter = registry.find(id)
                    .orElseThrow(
                            () -> new StoreException("%s has no adapter of %s/%s for these settings; run train first"
                                    .formatted(store.root(), id.category(), id.defect())));
            Path local = Files.createTempFile("dualanodiff-export-", ".safetensors");
            try {
                registry.download(adapter, local);
                AdapterFile.convert(local, out);
            } finally {
                Files.deleteIfExists(local);
            }
            stdout().println(adapter.weightsUri() + " is now " + out);
        }
    }

    @Command(
            name = "import-adapter",
            footer = {
                "bin/dualanodiff import-adapter --config conf/local.conf \\",
                "    --category cloth --defect hole pytorch_lora_weights.safetensors"
            },
            description = {
                "Puts an adapter that was trained elsewhere into the store, in the place of the one that this configuration would"
                        + " train.",
                "Reads pytorch_lora_weights.safetensors or .bin of the released code; executes nothing in it."
            })
    static final class ImportAdapterFile extends AdapterCommand {

        @Parameters(paramLabel = "FILE", description = "The adapter file.")
        private Path file;

        @Override
        void run(Machine machine, ObjectStore store, RunInputs inputs, AdapterId id) throws IOException {
            try (BaseModel base = BaseModel.load(
                    machine.models().locate(inputs.settings().base().name()), Compute.CPU)) {
                DefectSet set = inputs.dataset().set(id.category(), id.defect()).orElseThrow();
                String uri = new ImportAdapter(store)
                        .run(base, inputs.trainTask(set, id), file)
                        .weightsUri();
                stdout().println(file + " is now " + uri);
            }
        }
    }
}
