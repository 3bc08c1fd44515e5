package org.dualanodiff.jobs.cli;

import picocli.CommandLine.ParameterException;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.upkeep.CollectGarbage;
import org.dualanodiff.pipeline.upkeep.CollectGarbage.Garbage;
import org.dualanodiff.pipeline.upkeep.CollectGarbage.GarbageResult;
import org.dualanodiff.pipeline.upkeep.CollectGarbage.GarbageRules;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "gc",
        mixinStandardHelpOptions = true,
        description = {
            "Shows what nobody needs any more in a store, and deletes it with --delete: remains of broken writes and",
            "merges, checkpoints of published adapters, and, when they are old, trainings, staged samples and runs that",
            "were given up, results of detectors, evaluations of runs that are gone. Never what a manifest or any version",
            "of a published data set refers to."
        })
final class GcCommand implements Callable<Integer> {

    @Mixin
    private StoreOptions options;

    @Option(names = "--delete", description = "Delete it. Without this nothing is changed.")
    private boolean delete;

    @Option(
            names = "--keep-days",
            paramLabel = "DAYS",
            defaultValue = "30",
            description = "How old something must be that may still be of use; at least 1. Default: ${DEFAULT-VALUE}.")
    private int keepDays;

    @Option(
            names = "--finished-runs",
            description =
                    "Also whole runs with a manifest, if they are old and no version of a published data set refers to"
                            + " them.")
    private boolean finishedRuns;

    @Option(names = "--json", description = "One line of JSON instead of text.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (keepDays < 1) {
            throw new ParameterException(spec.commandLine(), "--keep-days must be at least 1, was " + keepDays);
        }
        try (ObjectStore store = options.open(options.config())) {
            CollectGarbage garbage =
                    new CollectGarbage(store, new GarbageRules(Duration.ofDays(keepDays), finishedRuns), Instant.now());
            print(delete ? garbage.delete() : garbage.find());
            return ExitCode.DONE;
        }
    }

    private void print(GarbageResult result) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(JsonLine.of(result));
            return;
        }
        result.garbage().stream().map(Garbage::line).forEach(out::println);
        result.skipped().forEach(left -> out.println("left, it is in use again: " + left.line()));
        out.println(result.sentence());
    }
}
