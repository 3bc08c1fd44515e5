package org.dualanodiff.pipeline.upkeep;

import com.google.gson.JsonElement;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.ObjectStore.AgedFile;
import org.dualanodiff.pipeline.store.PathSegment;
import org.dualanodiff.pipeline.store.StoreException;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.dualanodiff.pipeline.store.UnitCommit;
import org.dualanodiff.pipeline.store.UnitCommits;
import org.dualanodiff.pipeline.upkeep.CollectGarbage.AgeLimits;
import org.dualanodiff.pipeline.upkeep.CollectGarbage.FoundGarbage;
import org.dualanodiff.pipeline.upkeep.CollectGarbage.Garbage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs that were given up, their staged samples, and files that no commit lists; nothing of a run at work. */
final class RunGarbage {

    private static final Logger LOG = LoggerFactory.getLogger(RunGarbage.class);

    private final ObjectStore store;
    private final boolean finishedRuns;
    private final AgeLimits limits;

    /** @param finishedRuns whether runs with a manifest may go, too */
    RunGarbage(ObjectStore store, boolean finishedRuns, AgeLimits limits) {
        this.store = store;
        this.finishedRuns = finishedRuns;
        this.limits = limits;
    }

    Stream<FoundGarbage> in(Inventory files) {
        RunReferences references = RunReferences.in(store, files.files());
        return files.by(StoredRuns::of).entrySet().stream()
                .filter(run -> isIdle(run.getKey()))
                .flatMap(run -> ofRun(run.getKey(), run.getValue(), references));
    }

    private Stream<FoundGarbage> ofRun(String run, Inventory files, RunReferences references) {
        if (mayGo(run, files, references)) {
            // The manifest's folder first: whatever happens then, it does not speak of files that are gone.
            return StoredRuns.folders(run)
                    .filter(folder -> !files.under(folder).isEmpty())
                    .map(folder -> new FoundGarbage(
                            files.under(folder).garbage("a run that nothing refers to", folder, Optional.of(run)),
                            () -> isStillUnused(run)));
        }
        String staging = StoreLayout.staging(run);
        Inventory staged = files.under(staging);
        return Stream.concat(
                uncommitted(run, files, references),
                FoundGarbage.folder(
                        store,
                        staged.garbage("staged samples of a run that was given up", staging, Optional.of(run)),
                        staged,
                        now -> isIdle(run) && now.areOlderThan(limits.keep())));
    }

    private boolean mayGo(String run, Inventory files, RunReferences references) {
        boolean finished = files.holds(StoreLayout.manifest(run));
        return files.areOlderThan(limits.keep()) && !references.include(run) && (!finished || finishedRuns);
    }

    /** All that is left of the run is looked at, so that its folders go or stay together. */
    private boolean isStillUnused(String run) {
        Inventory left = Inventory.of(store, StoredRuns.folders(run).toArray(String[]::new));
        // What was published earlier had been read when the run was found.
        Inventory published = Inventory.of(store, "datasets").only(file -> !file.isUnfinished());
        Inventory recent = published.only(file -> !file.modified().isBefore(limits.inUse()));
        return isIdle(run)
                && left.areOlderThan(limits.keep())
                && !RunReferences.in(store, recent.files()).include(run);
    }

    /** What drivers wrote and could not commit; not what a data set was given before it was replaced. */
    private Stream<FoundGarbage> uncommitted(String run, Inventory files, RunReferences references) {
        Inventory old = files.under(StoreLayout.samples(run))
                .only(file -> StoreLayout.isSampleFile(file.key()) && StoreLayout.isOfCommits(file.key()))
                .olderThan(limits.inUse())
                .only(file -> !references.name(file.key()));
        return old.isEmpty()
                ? Stream.empty()
                : old.only(notIn(run)).files().stream()
                        .map(file -> new FoundGarbage(
                                Garbage.of("pairs that no commit lists", file, Optional.of(run)),
                                () -> isIdle(run) && notIn(run).test(file)));
    }

    /**
     * Files that were replaced a short while ago may still be read by who had read the commit before. Of a run whose commits
     * cannot be read, nothing can be told.
     */
    private Predicate<AgedFile> notIn(String run) {
        try {
            Set<String> needed = new HashSet<>();
            for (UnitCommit commit : new UnitCommits(store, run).all()) {
                needed.addAll(UnitCommit.keys(commit.files()));
                if (!commit.committedAt().isBefore(limits.inUse())) {
                    needed.addAll(commit.replaced());
                }
            }
            return file -> !needed.contains(file.key());
        } catch (StoreException e) {
            LOG.warn("no files of run {} go, since nobody can tell which are needed: {}", run, e.getMessage());
            return file -> false;
        }
    }

    private boolean isIdle(String run) {
        return StoredRuns.isIdle(store, run);
    }

    /** The runs that published data sets speak of, by id or by any path of theirs. */
    static final class RunReferences {

        private static final Pattern PUBLISHED = Pattern.compile("datasets/.*\\.json");

        private final Set<String> texts;
        /** Whether a record cannot be read: then nobody can tell which runs it speaks of, and all are taken for spoken of. */
        private final boolean any;

        private RunReferences(Set<String> texts, boolean any) {
            this.texts = texts;
            this.any = any;
        }

        /** @param files of the store */
        static RunReferences in(ObjectStore store, Collection<AgedFile> files) {
            Set<String> texts = new HashSet<>();
            boolean any = false;
            for (AgedFile file : files) {
                String key = file.key();
                if (PUBLISHED.matcher(key).matches()) {
                    try {
                        texts(store.read(key, JsonElement.class)).forEach(texts::add);
                    } catch (StoreException e) {
                        LOG.warn("no run goes, since a data set may speak of any: {}", e.getMessage());
                        any = true;
                    }
                }
            }
            return new RunReferences(texts, any);
        }

        boolean include(String runId) {
            String segment = PathSegment.escape(runId);
            List<String> folders = List.of("runs/" + segment, "run=" + segment);
            return any
                    || texts.stream()
                            .anyMatch(text ->
                                    text.equals(runId) || folders.stream().anyMatch(f -> holds(text, f)));
        }

        boolean name(String key) {
            return any || texts.contains(key);
        }

        private static boolean holds(String text, String folder) {
            return (text + "/").contains(folder + "/");
        }

        private static Stream<String> texts(JsonElement json) {
            if (json.isJsonObject()) {
                return json.getAsJsonObject().entrySet().stream()
                        .flatMap(entry -> Stream.concat(Stream.of(entry.getKey()), texts(entry.getValue())));
            } else if (json.isJsonArray()) {
                return json.getAsJsonArray().asList().stream().flatMap(RunReferences::texts);
            }
            return json.isJsonNull() ? Stream.empty() : Stream.of(json.getAsString());
        }
    }
}
