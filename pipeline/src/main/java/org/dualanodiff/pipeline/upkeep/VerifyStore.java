package org.dualanodiff.pipeline.upkeep;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.dualanodiff.pipeline.samples.SampleFileInspector;
import org.dualanodiff.pipeline.samples.SampleFileInspector.SampleFileSummary;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.FileDigest;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.Provenance;
import org.dualanodiff.pipeline.store.RunLease;
import org.dualanodiff.pipeline.store.RunRegistry;
import org.dualanodiff.pipeline.store.StoreException;
import org.dualanodiff.pipeline.store.StoreLayout;

/**
 * Checks a store against its own records: every manifest against its files (there, length, SHA-256, rows), all sample ids
 * (right, there once), the rows of each unit against what was planned, what is noted of each unit, all adapters against
 * their provenance, and published data sets against the files that they name. Reads everything, changes nothing.
 */
public final class VerifyStore {

    private final ObjectStore store;
    private final FileInspection inspection;

    public VerifyStore(ObjectStore store, FileInspection inspection) {
        this.store = store;
        this.inspection = inspection;
    }

    /**
     * @param runId the one run to check, with its adapters; empty for the whole store. Data sets are part of the whole
     *     store only: what publishes them may wait for the check of a run. That one run cannot be checked for the driver
     *     that is at work on it is a finding
     * @throws StoreException if there is no such run, or the store fails
     */
    public VerifyResult run(Optional<String> runId) {
        List<String> idle = new ArrayList<>();
        List<String> underWay = new ArrayList<>();
        Findings findings = new Findings(store);
        List<String> runs = StoredRuns.in(store, runId).stream()
                .filter(run -> !StoredRuns.isLeaseOnly(store, run))
                .toList();
        for (String run : runs) {
            holder(run, findings)
                    .ifPresentOrElse(holder -> underWay.add("%s by %s".formatted(run, holder)), () -> idle.add(run));
        }
        if (runId.isPresent()) {
            underWay.forEach(run -> findings.add(
                    "run-under-way",
                    StoreLayout.leases(runId.get()),
                    "not checked, for a driver is at work on " + run,
                    "verify it again when that has ended; the lease of a driver that was killed expires by itself"));
        }
        List<SampleFileSummary> files = checkRuns(idle, findings);
        List<String> adapters = adapters(runId);
        new AdapterCheck(store, inspection, findings).check(adapters);
        if (runId.isEmpty()) {
            new DatasetCheck(store, findings).check();
        }
        long rows = files.stream().mapToLong(SampleFileSummary::rows).sum();
        return new VerifyResult(store.root(), idle.size(), files.size(), rows, adapters.size(), underWay, findings.all);
    }

    /** A driver at work would have written a damaged lease anew, so its run is taken for idle. */
    private Optional<String> holder(String run, Findings findings) {
        try {
            return RunLease.holder(store, run, Instant.now());
        } catch (StoreException e) {
            findings.add(
                    "record-unreadable",
                    StoreLayout.leases(run),
                    e.getMessage(),
                    "delete the file when no driver is at work on the run; until then none can begin");
            return Optional.empty();
        }
    }

    private List<SampleFileSummary> checkRuns(List<String> runs, Findings findings) {
        List<RunCheck> checks =
                runs.stream().map(run -> new RunCheck(store, run, findings)).toList();
        List<List<String>> keys = checks.stream().map(RunCheck::sampleFiles).toList();
        // All files in one go, so that a cluster has something to spread.
        List<SampleFileSummary> summaries =
                inspection.samples(keys.stream().flatMap(Collection::stream).toList());
        var byKey = summaries.stream().collect(Collectors.toMap(SampleFileSummary::key, Function.identity()));
        for (int i = 0; i < runs.size(); i++) {
            List<SampleFileSummary> ofRun = keys.get(i).stream().map(byKey::get).toList();
            checks.get(i).check(ofRun);
        }
        return summaries;
    }

    private List<String> adapters(Optional<String> runId) {
        List<String> published = AdapterCheck.published(store);
        return runId.map(run -> bound(run).stream().filter(published::contains).toList())
                .orElse(published);
    }

    private List<String> bound(String runId) {
        try {
            List<AdapterId> adapters = new RunRegistry(store).boundAdapters(runId);
            return adapters.stream().map(StoreLayout::provenance).toList();
        } catch (StoreException unreadable) {
            // Whose adapters they are cannot be told, so all of them are looked at.
            return AdapterCheck.published(store);
        }
    }

    /**
     * Something in a store that is not as its records say.
     *
     * @param kind for programs, such as {@code file-missing}
     * @param where key in the store, or run
     * @param problem what was expected and what was found
     * @param advice what to do about it
     */
    public record Finding(String kind, String where, String problem, String advice) {

        /** The finding for people, on one line. */
        public String line() {
            // What a parser says of a damaged record may have several lines.
            return "%s: %s: %s; %s".formatted(kind, where, problem.replaceAll("\\R", " "), advice);
        }
    }

    /** What the checks of a store find, one after another. */
    static final class Findings {

        private final ObjectStore store;
        private final List<Finding> all = new ArrayList<>();

        Findings(ObjectStore store) {
            this.store = store;
        }

        void add(String kind, String where, String problem, String advice) {
            all.add(new Finding(kind, where, problem, advice));
        }

        /** A record; one that cannot be read is found, and empty. */
        <T> Optional<T> read(String key, Class<T> type, String kind, String advice) {
            return orFound(key, kind, advice, () -> Optional.of(store.read(key, type)));
        }

        <T> Optional<T> orFound(String key, String kind, String advice, Supplier<Optional<T>> reading) {
            try {
                return reading.get();
            } catch (StoreException e) {
                add(kind, key, e.getMessage(), advice);
                return Optional.empty();
            }
        }
    }

    /**
     * What a check of a store came to.
     *
     * @param runs checked, those under way not counted
     * @param files of samples that were read
     * @param samples in them
     * @param adapters whose weights were read
     * @param underWay runs that a driver is at work on, with its name; their files are looked at when it has finished
     */
    public record VerifyResult(
            String store,
            int runs,
            int files,
            long samples,
            int adapters,
            List<String> underWay,
            List<Finding> findings) {

        public boolean clean() {
            return findings.isEmpty();
        }

        /** The whole for people, on one line. */
        public String sentence() {
            return "%s: %s; %d runs, %d files, %d samples, %d adapters checked"
                    .formatted(
                            store, clean() ? "clean" : findings.size() + " findings", runs, files, samples, adapters);
        }
    }

    /** Reads many files of a store: here one after another, or spread over a cluster. */
    public interface FileInspection {

        /** What samples files hold; one that cannot be read has an error in its summary. */
        List<SampleFileSummary> samples(List<String> keys);

        /** The hashes of files of any kind. Those that are not there are left out. */
        Map<String, FileDigest> digests(List<String> keys);
    }

    /** Reads the files on this machine, one after another. */
    public static final class InspectionHere implements FileInspection {

        private final ObjectStore store;

        public InspectionHere(ObjectStore store) {
            this.store = store;
        }

        @Override
        public List<SampleFileSummary> samples(List<String> keys) {
            return keys.stream().map(this::sample).toList();
        }

        @Override
        public Map<String, FileDigest> digests(List<String> keys) {
            return keys.stream().filter(store::exists).collect(Collectors.toMap(Function.identity(), store::digest));
        }

        private SampleFileSummary sample(String key) {
            try {
                return new SampleFileInspector(store).inspect(key);
            } catch (StoreException e) {
                if (store.exists(key)) {
                    throw e;
                }
                return SampleFileSummary.unreadable(key, new FileDigest("", 0), "it was there a moment ago and is not");
            } catch (IOException e) {
                throw new UncheckedIOException(
                        "cannot copy %s to this machine to read it".formatted(store.uri(key)), e);
            }
        }
    }

    /** Published adapters: does each provenance lie where it belongs, and are the weights the bytes that it describes? */
    static final class AdapterCheck {

        private static final String RETRAIN = "delete its folder so that the next run trains it again";

        private final ObjectStore store;
        private final FileInspection inspection;
        private final Findings findings;

        AdapterCheck(ObjectStore store, FileInspection inspection, Findings findings) {
            this.store = store;
            this.inspection = inspection;
            this.findings = findings;
        }

        /** @param provenanceKeys of the adapters to look at; each exists */
        void check(List<String> provenanceKeys) {
            List<Provenance> sound =
                    provenanceKeys.stream().flatMap(key -> read(key).stream()).toList();
            Map<String, FileDigest> digests =
                    inspection.digests(sound.stream().map(AdapterCheck::weights).toList());
            sound.forEach(provenance -> check(provenance, Optional.ofNullable(digests.get(weights(provenance)))));
        }

        /** Keys of all published adapters. */
        static List<String> published(ObjectStore store) {
            return store.list("adapters").stream()
                    .map(file -> file.key())
                    .filter(key -> key.endsWith("/" + StoreLayout.PROVENANCE_FILE))
                    .toList();
        }

        private Optional<Provenance> read(String key) {
            return findings.read(key, Provenance.class, "adapter-unreadable", RETRAIN)
                    .filter(provenance -> {
                        AdapterId id = provenance.id();
                        boolean inPlace = StoreLayout.provenance(id).equals(key);
                        if (!inPlace) {
                            String whose = id.unit() + " " + id.fingerprint().shortHex();
                            add("adapter-misplaced", key, "it describes " + whose);
                        }
                        return inPlace;
                    });
        }

        private void check(Provenance provenance, Optional<FileDigest> found) {
            FileDigest expected = provenance.weights().digest();
            if (found.isEmpty()) {
                add(
                        "adapter-missing",
                        weights(provenance),
                        "the provenance beside it speaks of it, but it is not there");
            } else if (!found.get().equals(expected)) {
                add(
                        "adapter-damaged",
                        weights(provenance),
                        "expected %s, found %s"
                                .formatted(expected.inWords(), found.get().inWords()));
            }
        }

        private void add(String kind, String key, String problem) {
            findings.add(kind, key, problem, RETRAIN);
        }

        private static String weights(Provenance provenance) {
            return StoreLayout.weights(provenance.id(), provenance.weights().file());
        }
    }
}
