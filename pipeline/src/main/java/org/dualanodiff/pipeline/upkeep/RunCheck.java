package org.dualanodiff.pipeline.upkeep;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.samples.SampleFileInspector.SampleFileSummary;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.RunManifest;
import org.dualanodiff.pipeline.store.RunRegistry;
import org.dualanodiff.pipeline.store.RunRegistry.RunIdentity;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.dualanodiff.pipeline.store.UnitCommit;
import org.dualanodiff.pipeline.store.UnitCommits;
import org.dualanodiff.pipeline.upkeep.UnitCheck.UnitRecordsCheck;
import org.dualanodiff.pipeline.upkeep.VerifyStore.Findings;

/** One run: its records, its manifest against its files, its rows, its units and what is noted of them. */
final class RunCheck {

    static final String RERUN = "run the same command again";
    static final String RESTORE_OR_DELETE = "restore it, or delete it and " + RERUN;
    static final String REMAKE = "delete the file and run the same command again, which recreates its samples";

    private static final int EXAMPLES = 5;

    private final ObjectStore store;
    private final String runId;
    private final Findings findings;
    private final List<UnitCommit> commits;
    private final Map<SampleFileSummary.SeriesKey, BitSet> seen = new HashMap<>();

    RunCheck(ObjectStore store, String runId, Findings findings) {
        this.store = store;
        this.runId = runId;
        this.findings = findings;
        this.commits = commits();
    }

    /** The keys of the files in the run's folder of samples, committed or not, without those that were replaced. */
    List<String> sampleFiles() {
        Set<String> replaced =
                commits.stream().flatMap(commit -> commit.replaced().stream()).collect(Collectors.toSet());
        return sampleFilesIn(store, StoreLayout.samples(runId)).stream()
                .filter(key -> !replaced.contains(key))
                .toList();
    }

    /** @param summaries of {@link #sampleFiles} */
    void check(List<SampleFileSummary> summaries) {
        Optional<RunIdentity> identity = checkIdentity();
        List<SampleFileSummary> committed = checkFiles(summaries);
        checkRows(committed);
        checkStaging();
        Optional<RunManifest> manifest = checkManifest(committed);
        new UnitRecordsCheck(store, runId, findings)
                .check(
                        units(committed),
                        manifest.map(RunManifest::units).orElse(List.of()),
                        identity.filter(RunCheck::learnsLimits).isPresent());
    }

    private List<UnitCommit> commits() {
        return new UnitCommits(store, runId)
                .readable((key, e) -> add("record-unreadable", key, e.getMessage(), RESTORE_OR_DELETE));
    }

    private static Set<UnitKey> units(List<SampleFileSummary> summaries) {
        return summaries.stream()
                .flatMap(file -> file.series().stream())
                .map(series -> series.key().unit())
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** Limits of the quality gate or levels of the masks; both are kept in one record. */
    private static boolean learnsLimits(RunIdentity identity) {
        return "true".equals(identity.settings().get("quality.enabled"))
                || "auto".equals(identity.settings().get("mask.low"));
    }

    private Optional<RunIdentity> checkIdentity() {
        String key = StoreLayout.runIdentity(runId);
        Optional<RunIdentity> identity = read(key, () -> new RunRegistry(store).find(runId));
        if (identity.isPresent() && !identity.get().agrees()) {
            add(
                    "run-identity",
                    key,
                    "its fingerprint does not belong to its settings",
                    "it was changed by hand; restore it");
        } else if (identity.isEmpty() && !store.exists(key)) {
            add("run-identity", key, "it is not there", "restore it, or delete the run's samples");
        }
        return identity;
    }

    private void checkStaging() {
        String folder = StoreLayout.staging(runId);
        int staged = sampleFilesIn(store, folder).size();
        if (staged > 0) {
            add(
                    "staging-left",
                    folder,
                    staged + " files of pairs wait to be committed",
                    RERUN + ", which commits what is wanted of them");
        }
    }

    private Optional<RunManifest> checkManifest(List<SampleFileSummary> committed) {
        String key = StoreLayout.manifest(runId);
        Optional<RunManifest> manifest = read(key, () -> new RunRegistry(store).findManifest(runId));
        if (manifest.isPresent()) {
            checkListed(manifest.get());
            manifest.get().units().forEach(unit -> new UnitCheck(store, runId, unit, committed, findings).check());
        } else if (!store.exists(key)) {
            add("run-unfinished", StoreLayout.run(runId), "it has no manifest", RERUN + " to finish it");
        }
        return manifest;
    }

    /** The manifest says what the commits say. */
    private void checkListed(RunManifest manifest) {
        Set<String> listed = manifest.units().stream()
                .flatMap(unit -> unit.files().stream())
                .map(RunManifest.OutputFile::key)
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> committed = UnitCommit.keys(
                commits.stream().flatMap(commit -> commit.files().stream()).toList());
        committed.stream()
                .filter(file -> !listed.contains(file))
                .forEach(file -> add(
                        "manifest-behind",
                        file,
                        "it is committed and not in the manifest",
                        RERUN + ", which lists it"));
        listed.stream()
                .filter(file -> !committed.contains(file))
                .forEach(file -> add("file-uncommitted", file, "the manifest lists it, and no commit does", RERUN));
    }

    /** Returns those that are committed. */
    private List<SampleFileSummary> checkFiles(List<SampleFileSummary> summaries) {
        Map<String, SampleFileSummary> there =
                summaries.stream().collect(Collectors.toMap(SampleFileSummary::key, Function.identity()));
        List<SampleFileSummary> committed = new ArrayList<>();
        commits.stream().flatMap(commit -> commit.files().stream()).forEach(listed -> {
            Optional<SampleFileSummary> found = Optional.ofNullable(there.remove(listed.key()));
            found.ifPresent(committed::add);
            checkFile(listed, found);
        });
        there.keySet().stream()
                .sorted()
                .forEach(key -> add(
                        "file-unlisted",
                        key,
                        "no commit lists it",
                        RERUN + ", which clears it away, or gc; until then only those who read the folder see it"));
        return committed;
    }

    private void checkFile(UnitCommit.File listed, Optional<SampleFileSummary> there) {
        if (there.isEmpty()) {
            String advice = RERUN + ", which recreates its samples";
            add("file-missing", listed.key(), "a commit lists it, but it is not there", advice);
        } else {
            requireAsListed(listed, there.get());
        }
    }

    private void requireAsListed(UnitCommit.File listed, SampleFileSummary there) {
        if (there.digest().bytes() != listed.bytes()) {
            differs(
                    "file-size",
                    listed,
                    "%d bytes",
                    listed.bytes(),
                    there.digest().bytes());
        } else if (!listed.sha256().equals(there.digest().sha256())) {
            differs(
                    "file-checksum",
                    listed,
                    "SHA-256 %s",
                    listed.sha256(),
                    there.digest().sha256());
        } else if (there.error() == null && listed.rows() != there.rows()) {
            differs("file-rows", listed, "%d rows", listed.rows(), there.rows());
        } else if (there.error() == null && !indices(there).equals(listed.indices())) {
            differs("file-indices", listed, "pairs %s", listed.indices(), indices(there));
        }
    }

    private void differs(String kind, UnitCommit.File file, String what, Object expected, Object found) {
        add(kind, file.key(), ("expected " + what + ", found " + what).formatted(expected, found), REMAKE);
    }

    private static List<Integer> indices(SampleFileSummary file) {
        BitSet indices = new BitSet();
        file.series().forEach(series -> indices.or(series.indices()));
        return UnitCommit.list(indices);
    }

    private static List<String> sampleFilesIn(ObjectStore store, String folder) {
        return store.list(folder).stream()
                .map(file -> file.key())
                .filter(StoreLayout::isSampleFile)
                .toList();
    }

    private <T> Optional<T> read(String key, Supplier<Optional<T>> reading) {
        return findings.orFound(key, "record-unreadable", RESTORE_OR_DELETE, reading);
    }

    private void add(String kind, String where, String problem, String advice) {
        findings.add(kind, where, problem, advice);
    }

    /** The rows of the run's files among themselves: is each readable, where it belongs, rightly named, and there once? */
    private void checkRows(List<SampleFileSummary> summaries) {
        for (SampleFileSummary file : summaries) {
            checkRows(file);
            file.series().forEach(series -> checkOnce(file.key(), series));
        }
    }

    private void checkRows(SampleFileSummary file) {
        if (file.error() != null) {
            add("file-unreadable", file.key(), file.error(), REMAKE);
        }
        if (file.misnamed() > 0) {
            add("sample-names", file.key(), file.misnamed() + " sample ids do not belong to their rows", REMAKE);
        }
        file.series().stream()
                .map(SampleFileSummary.Series::key)
                .filter(series -> !belongs(series, file.key()))
                .forEach(series -> add(
                        "file-misplaced",
                        file.key(),
                        "it holds samples of run %s, %s/%s"
                                .formatted(series.runId(), series.category(), series.defect()),
                        REMAKE));
    }

    private boolean belongs(SampleFileSummary.SeriesKey series, String key) {
        return series.runId().equals(runId) && key.startsWith(StoreLayout.samples(runId, series.unit()) + "/");
    }

    /** Each index once in a series, whatever file it is in: a sample's id follows from series and index. */
    private void checkOnce(String key, SampleFileSummary.Series series) {
        BitSet before = seen.computeIfAbsent(series.key(), unseen -> new BitSet());
        BitSet again = (BitSet) series.indices().clone();
        again.and(before);
        before.or(series.indices());
        long twice = again.cardinality() + series.rows() - series.indices().cardinality();
        if (twice > 0) {
            add(
                    "sample-twice",
                    key,
                    "%d samples of %s/%s are there twice%s"
                            .formatted(
                                    twice, series.key().category(), series.key().defect(), examples(again)),
                    REMAKE);
        }
    }

    private static String examples(BitSet indices) {
        return indices.isEmpty()
                ? ""
                : indices.stream()
                        .limit(EXAMPLES)
                        .mapToObj(Integer::toString)
                        .collect(Collectors.joining(", ", ", such as index ", ""));
    }
}
