package org.dualanodiff.pipeline.hostile;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.dualanodiff.pipeline.export.TableCatalog;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.RunLease;
import org.dualanodiff.pipeline.store.RunRegistry;
import org.dualanodiff.pipeline.store.RunRegistry.RunIdentity;
import org.dualanodiff.pipeline.store.StoreException;
import org.dualanodiff.pipeline.upkeep.CollectGarbage;
import org.dualanodiff.pipeline.upkeep.GarbageRules;
import org.dualanodiff.pipeline.upkeep.VerifyStore;
import org.dualanodiff.pipeline.upkeep.VerifyStore.InspectionHere;

/** Records and links in a store that lead out of it, or that nobody can read: the run beside them is looked after. */
final class HostileStores {
    private static final String ADAPTER = "adapters/tile/crack/0123456789abcdef";

    private HostileStores() {}

    static List<HostileInput> all() {
        List<HostileInput> inputs = new ArrayList<>();
        Map<String, String> contents = new LinkedHashMap<>();
        contents.put("nothing", "");
        contents.put("null", "null");
        contents.put("depth", "[".repeat(200_000));
        contents.put("numbers beyond all", "{\"number\": 1e999999999, \"version\": 1e999999999, \"steps\": 1e400}");
        contents.put(
                "paths that lead out",
                "{\"weights\": {\"file\": \"../../../../outside/secret.txt\"},"
                        + " \"files\": [{\"key\": \"../outside/secret.txt\", \"bytes\": 1}], \"run_id\": \"../../outside\"}");
        for (String record : List.of(
                "runs/bad/run.json",
                "runs/bad/manifest.json",
                "runs/bad/units/tile/crack.json",
                "runs/bad/lease/00000001.json",
                "runs/bad/quality/tile/crack.json",
                "datasets/bad/current.json",
                "datasets/bad/versions/000001.json",
                ADAPTER + "/provenance.json")) {
            contents.forEach((what, content) -> inputs.add(new HostileInput(record + " of " + what, (folder, bait) -> {
                write(folder.resolve("store/" + record), content);
                lookedAfter(folder);
            })));
        }
        for (String record : List.of(
                "runs/bad/lease/99999999999999999999999999.json",
                "runs/bad/lease/999999999999999999.json",
                "runs/bad/lease/-1.json",
                "runs/bad/units/tile/.tmp-x.json",
                "samples/run=bad/category=tile/defect=.tmp-x/part-0.parquet",
                "samples/run=bad/category=tile/defect=crack/part-0.parquet",
                "staging/run=%2e%2e/category=x/part-0.parquet",
                "runs/../runs.json")) {
            inputs.add(new HostileInput("the record " + record, (folder, bait) -> {
                write(folder.resolve("store/" + record).normalize(), "{}");
                lookedAfter(folder);
            }));
        }
        for (String place : List.of(
                "runs/bad",
                "runs/bad/lease",
                "samples",
                "samples/run=bad",
                "staging/run=bad",
                "adapters",
                ADAPTER,
                ADAPTER + "/checkpoints",
                "datasets",
                "datasets/bad",
                "detectors",
                "evaluations/bad")) {
            link(inputs, place, "out of the store", bait -> bait.folder());
            link(inputs, place, "to itself", bait -> null);
        }
        for (String file : List.of("runs/bad/run.json", "runs/good/extra.json", ADAPTER + "/provenance.json")) {
            link(inputs, file, "to a file outside", Bait::text);
        }
        inputs.add(new HostileInput("a store that reads, writes and deletes through a link", (folder, bait) -> {
            Files.createDirectories(folder.resolve("store"));
            Files.createSymbolicLink(folder.resolve("store/away"), bait.folder());
            try (ObjectStore store = ObjectStore.open(folder.resolve("store").toString(), Map.of())) {
                refused(() -> store.read("away/secret.txt"));
                refused(() -> store.write("away/new.txt", new byte[1]));
                refused(() -> store.createIfAbsent("away/tile/new.txt", new byte[1]));
                refused(() -> store.delete("away/secret.txt"));
                refused(() -> store.download("away/secret.txt", folder.resolve("export/copy")));
                store.delete("away");
            }
        }));
        return inputs;
    }

    private interface Target {
        Path of(Bait bait);
    }

    private static void link(List<HostileInput> inputs, String place, String where, Target target) {
        inputs.add(new HostileInput("%s that is a link %s".formatted(place, where), (folder, bait) -> {
            Path link = folder.resolve("store").resolve(place);
            Files.createDirectories(link.getParent());
            Path to = target.of(bait);
            Files.createSymbolicLink(link, to == null ? link : to);
            lookedAfter(folder);
        }));
    }

    /** A sound run beside it is found, checked, and kept; whatever else goes wrong has a message. */
    private static void lookedAfter(Path folder) throws IOException {
        age(folder.resolve("store"));
        try (ObjectStore store = ObjectStore.open(folder.resolve("store").toString(), Map.of())) {
            RunRegistry runs = new RunRegistry(store);
            answered(() -> runs.open(RunIdentity.of("good", Map.of("seed", "0"), "test", Instant.EPOCH)));
            answered(() -> runs.bindAdapters(
                    "good",
                    List.of(new AdapterId(
                            "tile", ".tmp-x", Fingerprint.of("test").build()))));
            answered(() -> new VerifyStore(store, new InspectionHere(store)).run(Optional.empty()));
            answered(() -> RunLease.isHeld(store, "bad", Instant.now()));
            answered(() -> new CollectGarbage(
                            store,
                            GarbageRules.olderThan(Duration.ZERO).keepRuns(0).keepVersions(1),
                            Instant.now(),
                            name -> TableCatalog.open(name, Map.of(), new Configuration(false)))
                    .delete());
            answered(runs::manifests);
            answered(() -> store.list(""));
            answered(() -> {
                if (store.exists("runs/good/run.json")
                        && runs.boundAdapters("good").size() != 1) {
                    throw new AssertionError("the sound run has lost its unit");
                }
            });
        }
    }

    private static void age(Path store) throws IOException {
        try (Stream<Path> all = Files.walk(store)) {
            for (Path file : all.filter(path -> Files.isRegularFile(path, java.nio.file.LinkOption.NOFOLLOW_LINKS))
                    .toList()) {
                Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofDays(90))));
            }
        }
    }

    private static void answered(HostileInput.Work work) throws IOException {
        try {
            work.run();
        } catch (StoreException e) {
            if (e.getMessage() == null || e.getMessage().isBlank()) {
                throw new AssertionError("no reason is given");
            }
        }
    }

    private static void refused(HostileInput.Work work) throws IOException {
        try {
            work.run();
        } catch (StoreException e) {
            return;
        }
        throw new AssertionError("a link out of the store was followed");
    }

    private static void write(Path file, String content) throws IOException {
        Files.createDirectories(file.getParent());
        Files.write(file, content.getBytes(StandardCharsets.UTF_8));
    }
}
