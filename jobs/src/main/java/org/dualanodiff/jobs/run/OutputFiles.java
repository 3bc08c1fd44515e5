package org.dualanodiff.jobs.run;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dualanodiff.pipeline.samples.RunSamples;
import org.dualanodiff.pipeline.samples.SampleFileSummary;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.RunManifest;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.dualanodiff.pipeline.store.StoredFile;
import org.dualanodiff.pipeline.upkeep.FileInspection;

/** The files of a run with rows and SHA-256, for its manifest. Those that the manifest before had are not read again. */
final class OutputFiles {

    private final List<RunManifest.OutputFile> files;

    private OutputFiles(List<RunManifest.OutputFile> files) {
        this.files = files;
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
        inspection.samples(unknown).forEach(file -> known.put(file.key(), described(file)));
        return new OutputFiles(there.stream().map(file -> known.get(file.key())).toList());
    }

    private static RunManifest.OutputFile described(SampleFileSummary file) {
        return new RunManifest.OutputFile(
                file.key(),
                file.digest().bytes(),
                Optional.of(file.rows()),
                Optional.of(file.digest().sha256()));
    }

    /** Those of one (category, defect). */
    List<RunManifest.OutputFile> of(String runId, String category, String defect) {
        String folder = StoreLayout.samples(runId, category, defect) + "/";
        return files.stream().filter(file -> file.key().startsWith(folder)).toList();
    }
}
