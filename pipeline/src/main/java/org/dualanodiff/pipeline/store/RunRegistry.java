package org.dualanodiff.pipeline.store;

import static java.util.Objects.requireNonNull;

import com.google.gson.annotations.SerializedName;
import java.io.Serializable;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.store.ObjectStore.StoredFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The runs of a store: what each is ({@code run.json}), which adapters it uses, and how it ended. */
public final class RunRegistry {
    private static final Logger LOG = LoggerFactory.getLogger(RunRegistry.class);
    private static final int DIFFERENCES_SHOWN = 10;

    private final ObjectStore store;

    public RunRegistry(ObjectStore store) {
        this.store = store;
    }

    /**
     * Starts a run, or comes back to one that has the same settings.
     *
     * @return the identity in the store: the given one, or the one written when the run was started
     * @throws StoreException if the run id belongs to a run with other settings; names each that differs
     */
    public RunIdentity open(RunIdentity wanted) {
        if (store.createIfAbsent(StoreLayout.runIdentity(wanted.runId()), Json.record(wanted))) {
            return wanted;
        }
        RunIdentity standing = find(wanted.runId())
                .orElseThrow(() -> new StoreException(
                        "run " + wanted.runId() + " was deleted from " + store.root() + " while it was being opened"));
        requireSameSettings(standing, wanted);
        return standing;
    }

    public Optional<RunIdentity> find(String runId) {
        return store.find(StoreLayout.runIdentity(runId), RunIdentity.class);
    }

    /**
     * Passes if a command may go on with the run, as far as that has got; writes nothing.
     *
     * @throws StoreException if the run has other settings, adapters or good images, as when it is opened
     */
    public void requireSame(
            RunIdentity wanted, Collection<AdapterId> adapters, Collection<GoodImagesBinding> goodImages) {
        find(wanted.runId()).ifPresent(there -> requireSameSettings(there, wanted));
        conflict(wanted.runId(), adapters, goodImages).ifPresent(conflict -> {
            throw conflict;
        });
    }

    /** Why the run, as far as it has got, cannot go on with these adapters and good images; empty if it can. */
    public Optional<StoreException> conflict(
            String runId, Collection<AdapterId> adapters, Collection<GoodImagesBinding> goodImages) {
        Optional<StoreException> ofAdapters = firstConflict(
                boundAdapters(runId), adapters, AdapterId::unit, (there, here) -> otherAdapter(runId, there, here));
        return ofAdapters.or(() -> firstConflict(
                boundGoodImages(runId),
                goodImages,
                GoodImagesBinding::category,
                (there, here) -> otherGoodImages(runId, there, here)));
    }

    private static <T, K> Optional<StoreException> firstConflict(
            List<T> bound, Collection<T> wanted, Function<T, K> key, BiFunction<T, T, StoreException> conflict) {
        Map<K, T> byKey = wanted.stream().collect(Collectors.toMap(key, Function.identity()));
        return bound.stream()
                .filter(there -> !there.equals(byKey.getOrDefault(key.apply(there), there)))
                .map(there -> conflict.apply(there, byKey.get(key.apply(there))))
                .findFirst();
    }

    /**
     * Notes which adapter a run uses for each of its units, so that the samples of one never come from two.
     *
     * @return why the note of a unit cannot be read, for units of which that is so
     * @throws StoreException if the run has samples of one of them by another adapter
     */
    public Map<UnitKey, String> bindAdapters(String runId, Collection<AdapterId> adapters) {
        Set<String> there = keys(StoreLayout.units(runId));
        Map<UnitKey, String> unreadable = new ConcurrentHashMap<>();
        ObjectStore.inParallel(adapters, adapter -> {
            String key = StoreLayout.unit(runId, adapter.unit());
            bind(key, there, adapter, why -> unreadable.put(adapter.unit(), why))
                    .filter(bound -> !bound.equals(adapter))
                    .ifPresent(bound -> {
                        throw otherAdapter(runId, bound, adapter);
                    });
            return key;
        });
        return unreadable;
    }

    private static StoreException otherAdapter(String runId, AdapterId there, AdapterId here) {
        return new StoreException(
                ("run %s has samples of %s by adapter %s there, adapter %s here: the base model, the training"
                                + " images or the training settings have changed; give another run.id")
                        .formatted(
                                runId,
                                here.unit(),
                                there.fingerprint().shortHex(),
                                here.fingerprint().shortHex()));
    }

    /** The adapters that a run has used so far, one for each of its units; a note that cannot be read is left out with a warning. */
    public List<AdapterId> boundAdapters(String runId) {
        return bound(StoreLayout.units(runId), AdapterId.class);
    }

    /**
     * Notes which good images a run uses of each category.
     *
     * @return why the note of a category cannot be read, for categories of which that is so
     * @throws StoreException if it has begun with others
     */
    public Map<String, String> bindGoodImages(String runId, Collection<GoodImagesBinding> all) {
        Set<String> there = keys(StoreLayout.goodImages(runId));
        Map<String, String> unreadable = new TreeMap<>();
        for (GoodImagesBinding images : all) {
            String key = StoreLayout.goodImages(runId, images.category());
            bind(key, there, images, why -> unreadable.put(images.category(), why))
                    .filter(bound -> !bound.equals(images))
                    .ifPresent(bound -> {
                        throw otherGoodImages(runId, bound, images);
                    });
        }
        return unreadable;
    }

    private static StoreException otherGoodImages(String runId, GoodImagesBinding there, GoodImagesBinding here) {
        return new StoreException(
                ("run %s was begun with %d good images of %s, and there are %d now, or others, or other object"
                                + " masks of them: pairs are made on them; give another run.id")
                        .formatted(runId, there.images(), there.category(), here.images()));
    }

    /** As {@link #boundAdapters}, the good images, by category; none where the model draws the whole image. */
    public List<GoodImagesBinding> boundGoodImages(String runId) {
        return bound(StoreLayout.goodImages(runId), GoodImagesBinding.class);
    }

    /** Writes it unless it is there; returns what is written, or nothing if that cannot be read. */
    private <T> Optional<T> bind(String key, Set<String> there, T wanted, Consumer<String> unreadable) {
        if (!there.contains(key) && store.createIfAbsent(key, Json.record(wanted))) {
            return Optional.of(wanted);
        }
        byte[] json = store.read(key);
        try {
            @SuppressWarnings("unchecked") // what was wanted has no type parameters
            Class<T> type = (Class<T>) wanted.getClass();
            return Optional.of(Json.parse(json, type, store.uri(key)));
        } catch (StoreException e) {
            unreadable.accept(e.getMessage());
            return Optional.empty();
        }
    }

    private Set<String> keys(String folder) {
        return store.list(folder).stream().map(StoredFile::key).collect(Collectors.toCollection(TreeSet::new));
    }

    private <T> List<T> bound(String folder, Class<T> type) {
        return ObjectStore.inParallel(keys(folder), key -> readable(key, type)).stream()
                .flatMap(Optional::stream)
                .toList();
    }

    /** Writes a run's manifest in one step over an earlier one; to be done last. Returns its address. */
    public String writeManifest(RunManifest manifest) {
        String key = StoreLayout.manifest(manifest.runId());
        store.write(key, Json.record(manifest));
        return store.uri(key);
    }

    public Optional<RunManifest> findManifest(String runId) {
        return store.find(StoreLayout.manifest(runId), RunManifest.class);
    }

    /**
     * The manifest of a run that must have one.
     *
     * @throws StoreException if it has none
     */
    public RunManifest readManifest(String runId) {
        return findManifest(runId)
                .orElseThrow(() -> new StoreException(
                        "run %s in %s has no manifest, it was never finished; finish it with augment or generate"
                                .formatted(runId, store.root())));
    }

    /** The manifests of all finished runs; one that cannot be read is left out with a warning. */
    public List<RunManifest> manifests() {
        return store.list(StoreLayout.RUNS).stream()
                .map(StoredFile::key)
                .filter(key -> key.endsWith("/" + StoreLayout.MANIFEST_FILE))
                .flatMap(key -> readable(key, RunManifest.class).stream())
                .toList();
    }

    private <T> Optional<T> readable(String key, Class<T> type) {
        try {
            return Optional.of(store.read(key, type));
        } catch (StoreException e) {
            LOG.warn("{}", e.getMessage());
            return Optional.empty();
        }
    }

    private void requireSameSettings(RunIdentity there, RunIdentity here) {
        List<String> differences = Settings.differences(there.settings(), here.settings());
        if (differences.isEmpty()) {
            return;
        }
        int more = differences.size() - DIFFERENCES_SHOWN;
        throw new StoreException("run %s in %s was started with other settings: %s%s; give another run.id"
                .formatted(
                        here.runId(),
                        store.root(),
                        String.join(", ", differences.subList(0, Math.min(differences.size(), DIFFERENCES_SHOWN))),
                        more > 0 ? " and " + more + " more" : ""));
    }

    /** Flat settings ({@code generation.steps -> 50}): kept sorted, so that files and hashes come out the same. */
    static final class Settings {
        private Settings() {}

        static SortedMap<String, String> sorted(Map<String, String> settings) {
            return Collections.unmodifiableSortedMap(new TreeMap<>(settings));
        }

        static Fingerprint fingerprint(Map<String, String> settings) {
            return Fingerprint.of("run-settings/1").map("settings", settings).build();
        }

        /** Each setting that differs, as {@code generation.steps: 50 there, 25 here}. */
        static List<String> differences(Map<String, String> there, Map<String, String> here) {
            TreeSet<String> names = new TreeSet<>(there.keySet());
            names.addAll(here.keySet());
            return names.stream()
                    .filter(name -> !Objects.equals(there.get(name), here.get(name)))
                    .map(name -> "%s: %s there, %s here".formatted(name, shown(there.get(name)), shown(here.get(name))))
                    .toList();
        }

        private static String shown(String value) {
            return value == null ? "not set" : value;
        }
    }

    /**
     * What makes a run that run: {@code run.json}, written once when it starts.
     *
     * @param settings all that changes the pixels of a sample; not how many samples there are to be, for a run may grow
     * @param settingsFingerprint hash of the settings
     * @param productVersion the version of this product that started it
     */
    public record RunIdentity(
            String runId,
            Fingerprint settingsFingerprint,
            Map<String, String> settings,
            String productVersion,
            Instant createdAt)
            implements Serializable {
        public RunIdentity {
            requireNonNull(runId, "run_id");
            requireNonNull(settingsFingerprint, "settings_fingerprint");
            settings = Settings.sorted(requireNonNull(settings, "settings"));
        }

        /** The identity that a run of this id with these settings has. */
        public static RunIdentity of(
                String runId, Map<String, String> settings, String productVersion, Instant createdAt) {
            return new RunIdentity(runId, Settings.fingerprint(settings), settings, productVersion, createdAt);
        }

        /** Whether the fingerprint is that of the settings. */
        public boolean agrees() {
            return settingsFingerprint.equals(Settings.fingerprint(settings));
        }
    }

    /**
     * The good images that a run makes pairs of a category on, or takes their backgrounds from. Which of them a sample gets
     * depends on how many there are, so that one more would change all samples still to be made.
     *
     * @param names fingerprint of the files' names in their order, with what is known of their object masks; contents are not
     *     read, for there may be thousands
     */
    public record GoodImagesBinding(String category, int images, Fingerprint names) {
        public GoodImagesBinding {
            requireNonNull(category, "category");
            requireNonNull(names, "names");
        }

        /** @param names in the order in which they are numbered */
        public static GoodImagesBinding of(String category, List<String> names) {
            Fingerprint.Builder fingerprint = Fingerprint.of("good-images/1");
            for (int i = 0; i < names.size(); i++) {
                fingerprint.text(Integer.toString(i), names.get(i));
            }
            return new GoodImagesBinding(category, names.size(), fingerprint.build());
        }
    }

    /**
     * How far the command at work on a run has got: {@code runs/RUN/status.json}, written every few seconds.
     *
     * @param units by what they are at
     * @param rounds of generation, over all units
     * @param commits made
     * @param pairs committed by this command, and those still wanted when it began
     * @param pairsPerSecond committed since it began
     * @param secondsLeft at that pace; as long as something trains, by the steps that it has recorded, about; empty before those
     * @param shown some of the units: those under way, then the last that failed, then the last that are complete
     */
    public record RunStatus(
            String runId,
            Instant startedAt,
            Instant updatedAt,
            Map<String, Integer> units,
            int rounds,
            int commits,
            long pairs,
            long wanted,
            double pairsPerSecond,
            Optional<Double> secondsLeft,
            List<UnitStatus> shown) {

        public RunStatus {
            requireNonNull(runId, "run_id");
            requireNonNull(startedAt, "started_at");
            requireNonNull(updatedAt, "updated_at");
            units = Collections.unmodifiableMap(new TreeMap<>(requireNonNull(units, "units")));
            requireNonNull(secondsLeft, "seconds_left");
            shown = List.copyOf(requireNonNull(shown, "shown"));
        }
    }

    /**
     * How far a unit of a run is.
     *
     * @param state what it is at
     * @param accepted good pairs that it has committed, by this command or before; 0 as long as this command has committed none
     * @param problem why it failed; empty if it did not
     */
    public record UnitStatus(
            AdapterId adapter, UnitState state, int accepted, int rejected, Optional<String> problem) {}

    /** What a unit of a run is at. */
    public enum UnitState {
        @SerializedName("waiting")
        WAITING,
        @SerializedName("training")
        TRAINING,
        @SerializedName("learning")
        LEARNING,
        @SerializedName("generating")
        GENERATING,
        @SerializedName("committing")
        COMMITTING,
        @SerializedName("complete")
        COMPLETE,
        @SerializedName("failed")
        FAILED;

        /** As it stands in records and on pages. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
