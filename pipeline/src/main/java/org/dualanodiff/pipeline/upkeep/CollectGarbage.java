package org.dualanodiff.pipeline.upkeep;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.dualanodiff.pipeline.store.AgedFile;
import org.dualanodiff.pipeline.store.Json;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.Provenance;
import org.dualanodiff.pipeline.store.RunLease;
import org.dualanodiff.pipeline.store.StoreLayout;

/**
 * Finds what nobody needs any more, and deletes it if asked to: remains of broken writes, checkpoints of finished
 * trainings, weights that no provenance speaks of, staged samples and runs that were given up.
 *
 * <p>Never what the manifest of a run that stays or a data set's {@code current.json} refers to, nothing of a run that a
 * driver is at work on, and no published adapter.
 */
public final class CollectGarbage {

    private static final Pattern ADAPTER_FILE = Pattern.compile("(adapters/[^/]+/[^/]+/[^/]+)/(.+)");
    private static final Pattern HIDDEN_PART = Pattern.compile("(.*?/[_.][^/]*).*");

    private final ObjectStore store;
    private final GarbageRules rules;
    private final Instant now;

    public CollectGarbage(ObjectStore store, GarbageRules rules, Instant now) {
        this.store = store;
        this.rules = rules;
        this.now = now;
    }

    /** Finds it and leaves it. */
    public GarbageResult find() {
        return new GarbageResult(store.root(), false, garbage(), List.of());
    }

    /** Finds it and deletes it. */
    public GarbageResult delete() {
        List<Garbage> deleted = new ArrayList<>();
        List<Garbage> skipped = new ArrayList<>();
        for (Garbage garbage : garbage()) {
            // Looked at again: the run may have been taken up since.
            boolean inUse = garbage.runId()
                    .filter(run -> RunLease.isHeld(store, run, Instant.now()))
                    .isPresent();
            if (!inUse) {
                store.delete(garbage.key());
            }
            (inUse ? skipped : deleted).add(garbage);
        }
        return new GarbageResult(store.root(), true, deleted, skipped);
    }

    private List<Garbage> garbage() {
        List<AgedFile> all = store.inventory("");
        List<Garbage> garbage = new ArrayList<>(unfinished(all));
        List<AgedFile> files = all.stream().filter(file -> !file.isUnfinished()).toList();
        grouped(files, file -> adapterFolder(file.key()))
                .forEach((folder, of) -> garbage.addAll(ofAdapter(folder, of)));
        RunReferences references = RunReferences.in(store, files);
        grouped(files, file -> StoredRuns.of(file.key())).forEach((run, of) -> {
            if (!RunLease.isHeld(store, run, now)) {
                garbage.addAll(ofRun(run, of, references));
            }
        });
        return garbage;
    }

    private List<Garbage> unfinished(List<AgedFile> files) {
        return files.stream()
                .filter(AgedFile::isUnfinished)
                .filter(file -> isOlder(file, GarbageRules.IN_USE))
                .map(file -> new Garbage(
                        "remains of a broken write", file.key(), 1, file.bytes(), StoredRuns.of(file.key())))
                .toList();
    }

    private List<Garbage> ofAdapter(String folder, List<AgedFile> files) {
        Optional<AgedFile> provenance = files.stream()
                .filter(file -> file.key().equals(folder + "/" + StoreLayout.PROVENANCE_FILE))
                .findFirst();
        List<AgedFile> checkpoints = files.stream()
                .filter(file -> file.key().startsWith(folder + "/" + StoreLayout.CHECKPOINTS + "/"))
                .toList();
        if (provenance.isPresent()) {
            List<Garbage> garbage = new ArrayList<>(orphanedWeights(folder, provenance.get(), files));
            whole("checkpoints of a published adapter", folder + "/" + StoreLayout.CHECKPOINTS, checkpoints)
                    .ifPresent(garbage::add);
            return garbage;
        }
        return areOlder(files, rules.keepAtLeast())
                ? whole("a training that was given up", folder, files).stream().toList()
                : List.of();
    }

    /** Weights that lost a race, or whose publisher died before it wrote the provenance. */
    private List<Garbage> orphanedWeights(String folder, AgedFile provenance, List<AgedFile> files) {
        List<AgedFile> weights = files.stream()
                .filter(file -> file.key().endsWith(".safetensors"))
                .filter(file -> file.key().indexOf('/', folder.length() + 1) < 0)
                .filter(file -> isOlder(file, GarbageRules.IN_USE))
                .toList();
        if (weights.isEmpty()) {
            return List.of();
        }
        String named = Json.parse(store.read(provenance.key()), Provenance.class, store.uri(provenance.key()))
                .weights()
                .file();
        return weights.stream()
                .filter(file -> !file.key().equals(folder + "/" + named))
                .map(file -> new Garbage("weights without provenance", file.key(), 1, file.bytes(), Optional.empty()))
                .toList();
    }

    private List<Garbage> ofRun(String run, List<AgedFile> files, RunReferences references) {
        if (mayGo(run, files, references)) {
            // The manifest first: whatever happens then, it does not speak of files that are gone.
            return List.of(StoreLayout.run(run), StoreLayout.staging(run), StoreLayout.samples(run)).stream()
                    .flatMap(folder -> of(run, "a run that nothing refers to", folder, files).stream())
                    .toList();
        }
        List<Garbage> garbage = new ArrayList<>(brokenMerges(run, files));
        List<AgedFile> staged = under(StoreLayout.staging(run), files);
        if (areOlder(staged, rules.keepAtLeast())) {
            of(run, "staged samples of a run that was given up", StoreLayout.staging(run), files)
                    .ifPresent(garbage::add);
        }
        return garbage;
    }

    private boolean mayGo(String run, List<AgedFile> files, RunReferences references) {
        boolean finished = files.stream().anyMatch(file -> file.key().equals(StoreLayout.manifest(run)));
        return areOlder(files, rules.keepAtLeast()) && !references.include(run) && (!finished || rules.finishedRuns());
    }

    /** What Spark and its committers leave beside the table when they are killed. */
    private List<Garbage> brokenMerges(String run, List<AgedFile> files) {
        List<AgedFile> hidden = under(StoreLayout.samples(run), files).stream()
                .filter(file -> StoreLayout.isHidden(file.key()))
                .filter(file -> isOlder(file, GarbageRules.IN_USE))
                .toList();
        return grouped(hidden, file -> hiddenPart(file.key())).entrySet().stream()
                .map(part -> new Garbage(
                        "remains of a broken merge",
                        part.getKey(),
                        part.getValue().size(),
                        bytes(part.getValue()),
                        Optional.of(run)))
                .toList();
    }

    private static Optional<Garbage> of(String run, String reason, String folder, List<AgedFile> files) {
        return whole(reason, folder, under(folder, files))
                .map(found -> new Garbage(reason, folder, found.files(), found.bytes(), Optional.of(run)));
    }

    private static Optional<Garbage> whole(String reason, String folder, List<AgedFile> files) {
        return files.isEmpty()
                ? Optional.empty()
                : Optional.of(new Garbage(reason, folder, files.size(), bytes(files), Optional.empty()));
    }

    private boolean areOlder(Collection<AgedFile> files, Duration age) {
        return !files.isEmpty() && files.stream().allMatch(file -> isOlder(file, age));
    }

    private boolean isOlder(AgedFile file, Duration age) {
        return file.modified().plus(age).isBefore(now);
    }

    private static List<AgedFile> under(String folder, List<AgedFile> files) {
        return files.stream()
                .filter(file -> file.key().startsWith(folder + "/"))
                .toList();
    }

    private static long bytes(List<AgedFile> files) {
        return files.stream().mapToLong(AgedFile::bytes).sum();
    }

    private static Optional<String> adapterFolder(String key) {
        Matcher matcher = ADAPTER_FILE.matcher(key);
        return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    private static Optional<String> hiddenPart(String key) {
        Matcher matcher = HIDDEN_PART.matcher(key);
        return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    private static Map<String, List<AgedFile>> grouped(
            List<AgedFile> files, Function<AgedFile, Optional<String>> group) {
        return files.stream()
                .filter(file -> group.apply(file).isPresent())
                .collect(Collectors.groupingBy(
                        file -> group.apply(file).orElseThrow(), TreeMap::new, Collectors.toList()));
    }
}
