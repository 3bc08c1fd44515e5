package org.dualanodiff.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.dualanodiff.pipeline.store.Json;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.RunLease;
import org.dualanodiff.pipeline.store.RunManifest;
import org.dualanodiff.pipeline.store.RunRegistry;
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
        try (ObjectStore store = openStore()) {
            CompletableFuture<CommandLineRun> following;
            try (RunLease lease = lease(store)) {
                status(store, 3);
                following = follow(page);
                await(page, "3 of 20");
                status(store, 7);
                await(page, "7 of 20");
            }
            CommandLineRun ended = following.get(60, TimeUnit.SECONDS);
            assertThat(ended.exit()).as("its driver left no manifest").isEqualTo(ExitCode.PARTIAL);
            assertThat(ended.out()).contains("runs/night/report.html");
        }
    }

    @Test
    void report_ofARunWhoseUnitsHaveEnded_waitsForItsFullReport() throws Exception {
        Path page = folder.resolve("night.html");
        try (ObjectStore store = openStore()) {
            CompletableFuture<CommandLineRun> following;
            try (RunLease lease = lease(store)) {
                status(store, 20);
                following = follow(page);
                await(page, "20 of 20");
                store.delete(StoreLayout.status("night"));
                assertThatThrownBy(() -> following.get(3, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);
                Instant now = Instant.now();
                new RunRegistry(store)
                        .writeManifest(RunManifest.of("night", now, now, Map.of(), List.of(), List.of(), Map.of()));
                store.write(StoreLayout.report("night"), "the full report".getBytes(StandardCharsets.UTF_8));
            }
            assertThat(following.get(60, TimeUnit.SECONDS).exit()).isEqualTo(ExitCode.DONE);
            assertThat(page).hasContent("the full report");
        }
    }

    private ObjectStore openStore() {
        return ObjectStore.open(folder.resolve("store").toString(), Map.of());
    }

    private static RunLease lease(ObjectStore store) {
        return RunLease.acquire(
                store, "night", new RunLease.LeaseTerms(Duration.ofSeconds(90), Duration.ZERO), line -> {}, () -> {});
    }

    private CompletableFuture<CommandLineRun> follow(Path page) {
        return CompletableFuture.supplyAsync(() -> CommandLineRun.onStore(
                folder.resolve("store"), "report", "--run", "night", "--every", "1", "--out", page.toString()));
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
