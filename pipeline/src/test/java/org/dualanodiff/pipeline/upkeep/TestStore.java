package org.dualanodiff.pipeline.upkeep;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.dualanodiff.pipeline.export.PublishDataset;
import org.dualanodiff.pipeline.export.PublishDataset.PublishedDataset;
import org.dualanodiff.pipeline.export.TableCatalog;
import org.dualanodiff.pipeline.generate.WritePairs;
import org.dualanodiff.pipeline.generate.WritePairs.WriteTask;
import org.dualanodiff.pipeline.samples.SampleFile;
import org.dualanodiff.pipeline.samples.SampleFileInspector;
import org.dualanodiff.pipeline.samples.SampleFileInspector.SampleFileSummary;
import org.dualanodiff.pipeline.samples.TestSamples;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.AdapterRegistry;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.Provenance;
import org.dualanodiff.pipeline.store.RunLease;
import org.dualanodiff.pipeline.store.RunManifest;
import org.dualanodiff.pipeline.store.RunRegistry;
import org.dualanodiff.pipeline.store.RunRegistry.RunIdentity;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.dualanodiff.pipeline.store.UnitCommit;
import org.dualanodiff.pipeline.store.UnitCommits;
import org.dualanodiff.pipeline.upkeep.VerifyStore.Findings;
import org.dualanodiff.pipeline.upkeep.VerifyStore.InspectionHere;
import org.dualanodiff.pipeline.upkeep.VerifyStore.VerifyResult;

/** A store as a finished run leaves it: one adapter, two files of samples, a manifest. */
final class TestStore {

    static final String RUN = "night";
    static final AdapterId ADAPTER =
            new AdapterId("hex nut", "dent", Fingerprint.of("test").build());
    static final int SAMPLES = 10;

    private final Path root;
    final ObjectStore store;

    TestStore(Path root) {
        this.root = root;
        this.store = ObjectStore.open(root.toString(), Map.of());
    }

    /** To be cleared by somebody who knows nothing of its tables, if it has any. */
    CollectGarbage garbage(GarbageRules rules, Instant now) {
        return new CollectGarbage(
                store, rules, now, name -> TableCatalog.open(name, Map.of(), new Configuration(false)));
    }

    static TestStore ofFinishedRun(Path root) throws IOException {
        TestStore made = new TestStore(root);
        made.publishAdapter();
        made.finishRun(RUN);
        return made;
    }

    void finishRun(String run) throws IOException {
        finishRun(run, ADAPTER);
    }

    /** All that a run leaves. */
    void finishRun(String run, AdapterId adapter) throws IOException {
        startRun(run, adapter);
        writeSamples(run, adapter, StoreLayout.samples(run, adapter.unit()), "pairs-0", 0, 6);
        writeSamples(run, adapter, StoreLayout.samples(run, adapter.unit()), "pairs-1", 6, SAMPLES);
        commit(run, adapter);
        writeManifest(run, adapter);
    }

    PublishedDataset publish(String dataset, String run) {
        return publish(dataset, run, ADAPTER);
    }

    /** Publishes the run's pairs. */
    PublishedDataset publish(String dataset, String run, AdapterId adapter) {
        UnitCommit commit = new UnitCommits(store, run).find(adapter.unit()).orElseThrow();
        List<PublishedDataset.File> files = commit.files().stream()
                .map(file ->
                        new PublishedDataset.File(file.key(), file.bytes(), run, adapter.category(), adapter.defect()))
                .toList();
        PublishedDataset.Unit unit = new PublishedDataset.Unit(
                run, adapter.category(), adapter.defect(), adapter.fingerprint().hex(), SAMPLES, 0);
        return new PublishDataset(store)
                .publish(new PublishedDataset(dataset, 0, Instant.EPOCH, List.of(run), List.of(unit), files, "test"));
    }

    void publishAdapter() throws IOException {
        publishAdapter(ADAPTER);
    }

    void publishAdapter(AdapterId adapter) throws IOException {
        Path weights = Files.writeString(Files.createTempFile("weights", ".safetensors"), "weights");
        Provenance provenance = new Provenance(
                adapter.fingerprint(),
                adapter.category(),
                adapter.defect(),
                new Provenance.BaseModel("tiny", "ab"),
                new Provenance.TrainingData("cd", List.of(), 0),
                Map.of(),
                new Provenance.Training(1, 10, 0.5, List.of(), 1, "cpu"),
                Provenance.Weights.of(weights),
                "test",
                Instant.EPOCH);
        new AdapterRegistry(store).publish(weights, provenance);
        Files.delete(weights);
    }

    void startRun(String run) {
        startRun(run, ADAPTER);
    }

    void startRun(String run, AdapterId adapter) {
        RunRegistry runs = new RunRegistry(store);
        runs.open(RunIdentity.of(run, Map.of("seed", "0"), "test", Instant.EPOCH));
        runs.bindAdapters(run, List.of(adapter));
    }

    void writeSamples(String folder, String name, int from, int to) throws IOException {
        writeSamples(RUN, ADAPTER, folder, name, from, to);
    }

    private void writeSamples(String run, AdapterId adapter, String folder, String name, int from, int to)
            throws IOException {
        Path file = Files.createTempFile("samples", ".parquet");
        SampleFile.write(file, IntStream.range(from, to).mapToObj(index -> TestSamples.of(run, adapter, index)));
        store.upload(file, folder + "/" + name + ".parquet");
        Files.delete(file);
    }

    /** Commits all that lies in the run's folder, once more if it was done before. */
    void commit(String run) throws IOException {
        commit(run, ADAPTER);
    }

    private void commit(String run, AdapterId adapter) throws IOException {
        UnitCommits commits = new UnitCommits(store, run);
        int before = commits.find(adapter.unit()).map(UnitCommit::number).orElse(0);
        List<UnitCommit.File> files = new ArrayList<>();
        Map<Integer, List<String>> verdicts = new TreeMap<>();
        for (String key : new RunCheck(store, run, new Findings(store)).sampleFiles()) {
            SampleFileSummary summary = new SampleFileInspector(store).inspect(key);
            BitSet indices = summary.series().get(0).indices();
            indices.stream().forEach(index -> verdicts.put(index, List.of()));
            files.add(new UnitCommit.File(
                    key,
                    summary.digest().bytes(),
                    summary.digest().sha256(),
                    summary.rows(),
                    UnitCommit.list(indices)));
        }
        UnitCommit commit = UnitCommit.nothing(run, adapter).with(files, verdicts);
        for (int number = 0; number < before; number++) {
            commit = commit.with(List.of(), Map.of());
        }
        commits.create(commit);
    }

    /** Writes the pairs of the run's files into one and commits that; returns the keys of those that it replaces. */
    List<String> compact(String run) throws IOException {
        UnitCommits commits = new UnitCommits(store, run);
        UnitCommit commit = commits.find(ADAPTER.unit()).orElseThrow();
        Map<String, BitSet> sources = new TreeMap<>();
        commit.files()
                .forEach(file -> file.indices()
                        .forEach(index -> sources.computeIfAbsent(file.key(), none -> new BitSet())
                                .set(index)));
        UnitCommit.File file = new WritePairs(store, RunLease.Fence.none(run))
                .run(new WriteTask(run, ADAPTER, sources, Map.of(), Set.of(), true));
        commits.create(commit.with(List.of(file), Map.of(), sources.keySet()));
        writeManifest(run);
        return List.copyOf(sources.keySet());
    }

    void writeManifest(String run) throws IOException {
        writeManifest(run, ADAPTER);
    }

    private void writeManifest(String run, AdapterId adapter) throws IOException {
        List<RunManifest.OutputFile> files = new ArrayList<>();
        for (String key : new RunCheck(store, run, new Findings(store)).sampleFiles()) {
            SampleFileSummary summary = new SampleFileInspector(store).inspect(key);
            files.add(new RunManifest.OutputFile(
                    key,
                    summary.digest().bytes(),
                    Optional.of(summary.rows()),
                    Optional.of(summary.digest().sha256())));
        }
        RunManifest.Unit unit = new RunManifest.Unit(
                adapter.category(),
                adapter.defect(),
                Optional.of(adapter.fingerprint()),
                Optional.empty(),
                new RunManifest.SampleCounts(SAMPLES, 0, SAMPLES, SAMPLES, 0, 0),
                1,
                RunManifest.Timings.NONE,
                files,
                Optional.empty(),
                Optional.empty());
        new RunRegistry(store)
                .writeManifest(RunManifest.of(
                        run, Instant.EPOCH, Instant.EPOCH, Map.of(), List.of(unit), List.of(), Map.of()));
    }

    VerifyResult verify() {
        return new VerifyStore(store, new InspectionHere(store)).run(Optional.empty());
    }

    VerifyResult verify(String run) {
        return new VerifyStore(store, new InspectionHere(store)).run(Optional.of(run));
    }

    Path file(String key) {
        return root.resolve(key);
    }

    /** Lets everything under a key be so old. */
    void age(String key, Duration age) throws IOException {
        try (Stream<Path> files = Files.walk(file(key))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(age)));
            }
        }
    }
}
