package org.dualanodiff.jobs.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.upkeep.ReadStatus;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = {
            "Shows the runs of a store: units by what they are at, good and rejected pairs, who is at work and since when,",
            "how fast, and how long it will take. Reads records, no pairs."
        })
final class StatusCommand implements Callable<Integer> {

    @Mixin
    private StoreOptions options;

    @Option(names = "--run", paramLabel = "ID", description = "Only this run.")
    private String run;

    @Option(names = "--json", description = "One line of JSON instead of text.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        try (ObjectStore store = options.open(options.config())) {
            List<ReadStatus.Run> runs = new ReadStatus(store).of(Optional.ofNullable(run));
            PrintWriter out = spec.commandLine().getOut();
            if (json) {
                out.println(JsonLine.of(Map.of("store", store.root(), "runs", runs)));
            } else if (runs.isEmpty()) {
                out.printf("%s has no runs%n", store.root());
            } else {
                runs.forEach(one -> print(one, out));
            }
            return ExitCode.DONE;
        }
    }

    private static void print(ReadStatus.Run run, PrintWriter out) {
        if (run.problem() != null) {
            out.printf("%s: %s%n", run.runId(), run.problem());
            return;
        }
        String units = run.units().entrySet().stream()
                .filter(entry -> entry.getValue() > 0)
                .map(entry -> entry.getValue() + " " + entry.getKey())
                .collect(Collectors.joining(", "));
        out.printf(
                "%s: %s%s; units: %s; %d good pairs, %d rejected%n",
                run.runId(),
                run.state(),
                run.driver() == null ? "" : " by " + run.driver(),
                units.isEmpty() ? "none" : units,
                run.accepted(),
                run.rejected());
        if (run.now() != null) {
            out.printf(
                    Locale.ROOT,
                    "  %d of %d pairs of this command committed, %.2f a second, eta %s%n",
                    run.now().pairs(),
                    run.now().wanted(),
                    run.now().pairsPerSecond(),
                    run.now().secondsLeft().map(StatusCommand::time).orElse("unknown"));
        }
    }

    private static String time(double seconds) {
        Duration left = Duration.ofSeconds(Math.round(seconds));
        return String.format(Locale.ROOT, "%d:%02d:%02d", left.toHours(), left.toMinutesPart(), left.toSecondsPart());
    }
}
