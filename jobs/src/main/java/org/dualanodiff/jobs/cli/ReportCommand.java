package org.dualanodiff.jobs.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;
import org.dualanodiff.jobs.run.WriteProgress;
import org.dualanodiff.jobs.run.WriteReport;
import org.dualanodiff.jobs.spark.SparkSessions;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.RunLease;
import org.dualanodiff.pipeline.store.RunRegistry;
import org.dualanodiff.pipeline.store.StoreLayout;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "report",
        footer = "bin/dualanodiff report --store work/store --run ID --out night.html",
        description = {
            "Writes the page that shows a run: its pairs beside the real ones, losses, areas, rejections, times.",
            "Of a run that is under way: units by what they are at, speed, curves, the latest sample sheets."
        })
final class ReportCommand extends ConsoleCommand {

    @Mixin
    private Options.OfStore options;

    @Option(names = "--run", required = true, paramLabel = "ID", description = "Run to show.")
    private String run;

    @Option(names = "--out", paramLabel = "FILE", description = "Also copy the page to this file.")
    private Path out;

    @Option(
            names = "--every",
            paramLabel = "SECONDS",
            description = "While the run is under way, write the page again and again; ends when the run ends.")
    private Optional<Integer> every = Optional.empty();

    @Override
    public Integer call() throws IOException, InterruptedException {
        every.ifPresent(seconds -> atLeast(1, "--every", seconds));
        try (ObjectStore store = options.open()) {
            WriteProgress progress = new WriteProgress(store, run);
            if (every.isPresent() && isUnderWay(store)) {
                return follow(store, progress, every.get());
            }
            Optional<byte[]> page = progress.write();
            if (page.isEmpty()) {
                return whole(store);
            }
            copy(page.get());
            return done(store);
        }
    }

    private boolean isUnderWay(ObjectStore store) {
        return RunLease.holder(store, run, Instant.now()).isPresent();
    }

    /**
     * Until the driver gives its lease back, which is after its last page. At its beginning, and while it writes that
     * page, it shows no progress.
     */
    private int follow(ObjectStore store, WriteProgress progress, int seconds)
            throws IOException, InterruptedException {
        while (isUnderWay(store)) {
            Optional<byte[]> page = progress.write();
            if (page.isPresent()) {
                copy(page.get());
            }
            Thread.sleep(1000L * seconds);
        }
        return ended(store);
    }

    /** The driver has written the last page itself. */
    private int ended(ObjectStore store) throws IOException {
        Optional<byte[]> page = store.find(StoreLayout.report(run));
        if (page.isPresent()) {
            copy(page.get());
        }
        boolean finished = new RunRegistry(store).findManifest(run).isPresent();
        done(store);
        return finished ? ExitCode.DONE : ExitCode.PARTIAL;
    }

    private int whole(ObjectStore store) throws IOException {
        try (SparkSession spark = SparkSessions.open(options.load(), name())) {
            new WriteReport(spark, store).run(new RunRegistry(store).readManifest(run));
            if (out != null) {
                store.download(StoreLayout.report(run), out);
            }
            return done(store);
        }
    }

    private int done(ObjectStore store) {
        stdout().println(store.uri(StoreLayout.report(run)));
        return ExitCode.DONE;
    }

    private void copy(byte[] page) throws IOException {
        if (out != null) {
            Files.createDirectories(out.toAbsolutePath().getParent());
            Files.write(out, page);
        }
    }
}
