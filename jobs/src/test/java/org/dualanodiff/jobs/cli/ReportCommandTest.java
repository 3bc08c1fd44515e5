package org.dualanodiff.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.dualanodiff.pipeline.store.Json;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.RunLease;
import org.dualanodiff.pipeline.store.RunRegistry.RunStatus;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of a run that somebody else is at work on, followed. */
class ReportCommandTest {

    @TempDir
    private Path folder;

    @Test
    void report_ofARunUnderWay_followsItToItsEnd() throws Exception {
        Path page = folder.resolve("pages/night.html");
        try (ObjectStore store = ObjectStore.open(folder.resolve("store").toString(), Map.of())) {
            CompletableFuture<CommandLineRun> following;
            try (RunLease lease = RunLease.acquire(
                    store,
                    "night",
                    new RunLease.LeaseTerms(Duration.ofSeconds(90), Duration.ZERO),
                    line -> {},
                    () -> {})) {
                status(store, 3);
                following = CompletableFuture.supplyAsync(() -> CommandLineRun.onStore(
                        folder.resolve("store"), "report", "--run", "night", "--every", "1", "--out", page.toString()));
                await(page, "3 of 20");
                status(store, 7);
                await(page, "7 of 20");
            }
            CommandLineRun ended = following.get(60, TimeUnit.SECONDS);
            assertThat(ended.exit()).as("its driver left no manifest").isEqualTo(ExitCode.PARTIAL);
            assertThat(ended.out()).contains("runs/night/report.html");
        }
    }

    private static void status(ObjectStore store, int pairs) {
        Instant now = Instant.now();
        RunStatus status = new RunStatus(
                "night", now, now, Map.of("training", 1), 0, 0, pairs, 20, 0.1, Optional.empty(), List.of());
        store.write(StoreLayout.status("night"), Json.bytes(status));
    }

    private static void await(Path page, String text) throws Exception {
        for (int attempt = 0; attempt < 600; attempt++) {
            if (Files.exists(page) && Files.readString(page).contains(text)) {
                return;
            }
            Thread.sleep(100);
        }
        assertThat(page).content().contains(text);
    }
}
