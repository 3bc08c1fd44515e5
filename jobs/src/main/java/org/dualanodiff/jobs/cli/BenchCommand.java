package org.dualanodiff.jobs.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.dualanodiff.jobs.bench.MemoryBenchmark;
import org.dualanodiff.model.BaseModel;
import org.dualanodiff.model.Compute;
import org.dualanodiff.pipeline.base.BaseModelSource;
import org.dualanodiff.pipeline.base.LocalCache;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = "Measures the model on this machine.",
        subcommands = BenchCommand.Memory.class)
final class BenchCommand {

    @Command(
            name = "memory",
            mixinStandardHelpOptions = true,
            description = "Resident memory while training and sampling: it must not grow.")
    static final class Memory implements Callable<Integer> {

        @Option(names = "--base", paramLabel = "DIR", description = "Base model. Default: builtin:tiny.")
        private String base = "builtin:tiny";

        @Option(names = "--resolution", paramLabel = "PIXELS", description = "Default: 64.")
        private int resolution = 64;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() throws IOException {
            BaseModelSource source = new BaseModelSource(LocalCache.ofUser());
            try (BaseModel model = BaseModel.load(source.locate(base), Compute.CPU)) {
                new MemoryBenchmark(model, resolution, spec.commandLine().getOut()).run();
            }
            return ExitCode.DONE;
        }
    }
}
