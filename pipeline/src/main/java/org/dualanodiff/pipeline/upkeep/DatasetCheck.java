package org.dualanodiff.pipeline.upkeep;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.dualanodiff.pipeline.export.PublishDataset.PublishedDataset;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.ObjectStore.StoredFile;
import org.dualanodiff.pipeline.upkeep.VerifyStore.Findings;

/** Published data sets, the current ones and their versions: are the files that they name there, with their lengths? */
final class DatasetCheck {

    private static final Pattern RECORD = Pattern.compile("datasets/[^/]+/(current|versions/[^/]+)\\.json");
    private static final String CURRENT = "/current.json";
    private static final String PUBLISH = RunCheck.RERUN + " for its runs, then publish it again";
    private static final String DROP = "no other version needs it; delete it if nobody reads it any more";

    private final ObjectStore store;
    private final Findings findings;

    DatasetCheck(ObjectStore store, Findings findings) {
        this.store = store;
        this.findings = findings;
    }

    void check() {
        // Before the samples: what is published after this names files that are listed after it.
        List<String> records = store.list("datasets").stream()
                .map(StoredFile::key)
                .filter(key -> RECORD.matcher(key).matches())
                .toList();
        if (!records.isEmpty()) {
            Map<String, Long> lengths =
                    store.list("samples").stream().collect(Collectors.toMap(StoredFile::key, StoredFile::bytes));
            records.forEach(key -> read(key).ifPresent(dataset -> check(key, dataset, lengths)));
        }
    }

    private Optional<PublishedDataset> read(String key) {
        String advice = isCurrent(key) ? "delete it and publish the data set again" : DROP;
        return findings.read(key, PublishedDataset.class, "record-unreadable", advice);
    }

    /** One line for all files of a kind: a version names hundreds, and there may be a version a night. */
    private void check(String key, PublishedDataset dataset, Map<String, Long> lengths) {
        List<String> missing = dataset.files().stream()
                .map(PublishedDataset.File::key)
                .filter(file -> !lengths.containsKey(file))
                .toList();
        List<String> others = dataset.files().stream()
                .filter(file -> lengths.containsKey(file.key()) && lengths.get(file.key()) != file.bytes())
                .map(file ->
                        "%s with %d bytes instead of %d".formatted(file.key(), lengths.get(file.key()), file.bytes()))
                .toList();
        add("dataset-file-missing", key, "are not there", missing, dataset);
        add("dataset-file-size", key, "have other lengths", others, dataset);
    }

    private void add(String kind, String key, String problem, List<String> files, PublishedDataset dataset) {
        if (!files.isEmpty()) {
            findings.add(
                    kind,
                    key,
                    "%d of its %d files %s, such as %s"
                            .formatted(files.size(), dataset.files().size(), problem, files.get(0)),
                    isCurrent(key) ? PUBLISH : DROP);
        }
    }

    private static boolean isCurrent(String key) {
        return key.endsWith(CURRENT);
    }
}
