package org.dualanodiff.jobs.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.dualanodiff.jobs.spark.HadoopProperties;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.torch.Compute;
import org.dualanodiff.pipeline.base.BaseModelSource;
import org.dualanodiff.pipeline.base.LocalCache;
import org.dualanodiff.pipeline.run.RunInputs;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.train.ImportAdapter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "import-adapter",
        mixinStandardHelpOptions = true,
        description = {
            "Puts an adapter that was trained elsewhere into the store, in the place of the one that this configuration",
            "would train. Reads pytorch_lora_weights.safetensors or .bin of the released code; executes nothing in it."
        })
final class ImportAdapterCommand extends AdapterCommand {

    @Parameters(paramLabel = "FILE", description = "The adapter file.")
    private Path file;

    @Override
    void run(ObjectStore store, RunInputs inputs, AdapterId id) throws IOException {
        BaseModelSource source = new BaseModelSource(
                LocalCache.ofUser(),
                HadoopProperties.of(inputs.settings().config().spark().conf()));
        try (BaseModel base =
                BaseModel.load(source.locate(inputs.settings().base().name()), Compute.CPU)) {
            String uri = new ImportAdapter(store).run(base, inputs, id, file).weightsUri();
            spec.commandLine().getOut().println(file + " is now " + uri);
        }
    }
}
