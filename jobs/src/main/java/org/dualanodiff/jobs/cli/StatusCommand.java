package org.dualanodiff.jobs.cli;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dualanodiff.jobs.metrics.Progress;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.RunRegistry.RunStatus;
import org.dualanodiff.pipeline.upkeep.ReadStatus;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "status",
        footer = "bin/dualanodiff status --store work/store",
        description = {
            "Shows how far the runs of a store are, and who is at work.",
            "Units by what they are at, good and rejected pairs, since when somebody works, how fast, and how long it will take."
                    + " Reads records, no pairs."
        })
final class StatusCommand extends ConsoleCommand {

    @Mixin
    private Options.OfStore options;

    @Option(names = "--run", paramLabel = "ID", description = "Only this run.")
    private String run;

    @Mixin
    private Options.OfJson json;

    @Override
    public Integer call() {
        try (ObjectStore store = options.open()) {
            List<ReadStatus.Run> runs = new ReadStatus(store).of(Optional.ofNullable(run));
            List<String> lines = runs.isEmpty()
                    ? List.of(store.root() + " has no runs")
                    : runs.stream().flatMap(StatusCommand::lines).toList();
            json.print(stdout(), Map.of("store", store.root(), "runs", runs), lines);
            return ExitCode.DONE;
        }
    }

    private static Stream<String> lines(ReadStatus.Run run) {
        if (run.problem() != null) {
            return Stream.of("%s: %s".formatted(run.runId(), run.problem()));
        }
        String units = run.units().entrySet().stream()
                .filter(entry -> entry.getValue() > 0)
                .map(entry -> entry.getValue() + " " + entry.getKey())
                .collect(Collectors.joining(", "));
        String state = "%s: %s%s; units: %s; %d good pairs, %d rejected"
                .formatted(
                        run.runId(),
                        run.state(),
                        run.driver() == null ? "" : " by " + run.driver(),
                        units.isEmpty() ? "none" : units,
                        run.accepted(),
                        run.rejected());
        return Stream.concat(Stream.of(state), Stream.ofNullable(run.now()).map(StatusCommand::line));
    }

    private static String line(RunStatus now) {
        return String.format(
                Locale.ROOT,
                "  %d of %d pairs of this command committed, %.2f a second, eta %s",
                now.pairs(),
                now.wanted(),
                now.pairsPerSecond(),
                now.secondsLeft().map(Progress::timeLeft).orElse("unknown"));
    }
}
