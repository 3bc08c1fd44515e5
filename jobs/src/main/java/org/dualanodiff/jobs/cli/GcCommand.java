package org.dualanodiff.jobs.cli;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.upkeep.CollectGarbage;
import org.dualanodiff.pipeline.upkeep.CollectGarbage.Garbage;
import org.dualanodiff.pipeline.upkeep.CollectGarbage.GarbageResult;
import org.dualanodiff.pipeline.upkeep.CollectGarbage.GarbageRules;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "gc",
        mixinStandardHelpOptions = true,
        footer = "bin/dualanodiff gc --store work/store --keep-days 7",
        description = {
            "Shows what nobody needs any more in a store, and deletes it with --delete.",
            "Remains of broken writes and merges, checkpoints of published adapters, and, when they are old, trainings, staged"
                    + " samples and runs that were given up, results of detectors, evaluations of runs that are gone. Never what a"
                    + " manifest or any version of a published data set refers to."
        })
final class GcCommand implements Callable<Integer> {

    @Mixin
    private Options.OfStore options;

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

    @Mixin
    private Options.OfJson json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (keepDays < 1) {
            throw new ParameterException(spec.commandLine(), "--keep-days must be at least 1, was " + keepDays);
        }
        try (ObjectStore store = options.open()) {
            CollectGarbage garbage =
                    new CollectGarbage(store, new GarbageRules(Duration.ofDays(keepDays), finishedRuns), Instant.now());
            GarbageResult result = delete ? garbage.delete() : garbage.find();
            json.print(spec.commandLine().getOut(), result, lines(result));
            return ExitCode.DONE;
        }
    }

    private static List<String> lines(GarbageResult result) {
        Stream<String> found = result.garbage().stream().map(Garbage::line);
        Stream<String> left = result.skipped().stream().map(skipped -> "left, it is in use again: " + skipped.line());
        return Stream.of(found, left, Stream.of(result.sentence()))
                .flatMap(lines -> lines)
                .toList();
    }
}
