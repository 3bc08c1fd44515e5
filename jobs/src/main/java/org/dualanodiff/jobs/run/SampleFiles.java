package org.dualanodiff.jobs.run;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.export.ExportPart;
import org.dualanodiff.pipeline.export.PublishedDataset;
import org.dualanodiff.pipeline.plan.UnitKey;
import org.dualanodiff.pipeline.samples.RunSamples;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.PathSegment;
import org.dualanodiff.pipeline.store.StoreException;

/** The Parquet files that hold a run's samples, as the store lists them. */
public final class SampleFiles {

    private static final Pattern KEY = Pattern.compile(".*/category=([^/]+)/defect=([^/]+)/[^/]+\\.parquet");

    private final ObjectStore store;

    public SampleFiles(ObjectStore store) {
        this.store = store;
    }

    /** @throws StoreException if the run has none */
    public List<PublishedDataset.File> ofRun(String runId) {
        List<PublishedDataset.File> files = new RunSamples(store, runId)
                .files().stream()
                        .flatMap(file -> file(runId, file.key(), file.bytes()))
                        .toList();
        if (files.isEmpty()) {
            throw new StoreException("run %s has no samples in %s; generate some first, or look for another run in %s"
                    .formatted(runId, store.root(), store.uri("runs")));
        }
        return files;
    }

    private static Stream<PublishedDataset.File> file(String runId, String key, long bytes) {
        Matcher names = KEY.matcher(key);
        return names.matches()
                ? Stream.of(new PublishedDataset.File(
                        key, bytes, runId, PathSegment.unescape(names.group(1)), PathSegment.unescape(names.group(2))))
                : Stream.empty();
    }

    /** The parts of an export of such files. */
    public static List<ExportPart.Samples> parts(List<PublishedDataset.File> files) {
        return files.stream()
                .map(file ->
                        new ExportPart.Samples(new UnitKey(file.category(), file.defect()), file.key(), file.bytes()))
                .toList();
    }
}
