package org.dualanodiff.jobs.run;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.plan.UnitKey;
import org.dualanodiff.pipeline.samples.RunSamples;
import org.dualanodiff.pipeline.samples.SampleFileSummary;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.RunManifest;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.dualanodiff.pipeline.store.StoredFile;
import org.dualanodiff.pipeline.upkeep.FileInspection;

/** The files of a run with rows and SHA-256, for its manifest. Those that the manifest before had are not read again. */
final class OutputFiles {

    private final String runId;
    private final List<RunManifest.OutputFile> files;
    private final List<SampleFileSummary> read;

    private OutputFiles(String runId, List<RunManifest.OutputFile> files, List<SampleFileSummary> read) {
        this.runId = runId;
        this.files = files;
        this.read = read;
    }

    static OutputFiles of(ObjectStore store, String runId, Optional<RunManifest> before, FileInspection inspection) {
        Map<String, RunManifest.OutputFile> known = new HashMap<>();
        before.ifPresent(manifest -> manifest.units().stream()
                .flatMap(unit -> unit.files().stream())
                .filter(file -> file.sha256().isPresent())
                .forEach(file -> known.put(file.key(), file)));
        List<StoredFile> there = new RunSamples(store, runId).files();
        List<String> unknown = there.stream()
                .filter(file ->
                        !known.containsKey(file.key()) || known.get(file.key()).bytes() != file.bytes())
                .map(StoredFile::key)
                .toList();
        List<SampleFileSummary> read = inspection.samples(unknown);
        read.forEach(file -> known.put(file.key(), described(file)));
        return new OutputFiles(
                runId, there.stream().map(file -> known.get(file.key())).toList(), read);
    }

    private static RunManifest.OutputFile described(SampleFileSummary file) {
        return new RunManifest.OutputFile(
                file.key(),
                file.digest().bytes(),
                Optional.of(file.rows()),
                Optional.of(file.digest().sha256()));
    }

    /** Those of one (category, defect). */
    List<RunManifest.OutputFile> of(UnitKey unit) {
        return files.stream()
                .filter(file -> file.key().startsWith(folder(unit)))
                .toList();
    }

    /** What a manifest lists of a (category, defect), there or not, and what there is besides. */
    List<RunManifest.OutputFile> added(UnitKey unit, List<RunManifest.OutputFile> listed) {
        Set<String> keys = listed.stream().map(RunManifest.OutputFile::key).collect(Collectors.toSet());
        return Stream.concat(listed.stream(), of(unit).stream().filter(file -> !keys.contains(file.key())))
                .toList();
    }

    /** The adapter that drew the samples of a (category, defect), as its files say; empty if none of them was read. */
    Optional<Fingerprint> adapter(UnitKey unit) {
        List<Fingerprint> found = read.stream()
                .filter(file -> file.key().startsWith(folder(unit)))
                .flatMap(file -> file.series().stream())
                .map(series -> new Fingerprint(series.key().adapter()))
                .distinct()
                .toList();
        return found.size() == 1 ? Optional.of(found.get(0)) : Optional.empty();
    }

    private String folder(UnitKey unit) {
        return StoreLayout.samples(runId, unit.category(), unit.defect()) + "/";
    }
}
