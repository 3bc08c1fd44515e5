package org.dualanodiff.pipeline.store;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.store.ObjectStore.StoredFile;

/**
 * The commits of a run, one series for each (category, defect), by which each pair is in the table exactly once. Who creates a
 * number has committed; whoever else tried has not, be it a driver that was taken for dead and woke up.
 */
public final class UnitCommits {

    private static final Pattern KEY = Pattern.compile("(.*)/(\\d+)\\.json");

    private final ObjectStore store;
    private final String runId;

    public UnitCommits(ObjectStore store, String runId) {
        this.store = store;
        this.runId = runId;
    }

    /**
     * Commits, unless someone else has committed that number. If the answer to the creation was lost, what stands there is this
     * commit, whoever has committed the next ones.
     */
    public boolean create(UnitCommit commit) {
        String key = StoreLayout.commit(runId, commit.unit(), commit.number());
        byte[] record = Json.record(commit);
        return store.createIfAbsent(key, record) || Arrays.equals(store.read(key), record);
    }

    /**
     * What a (category, defect) has.
     *
     * @throws StoreException if its record cannot be read
     */
    public Optional<UnitCommit> find(UnitKey unit) {
        return highest(StoreLayout.commits(runId, unit)).stream().findFirst().map(this::read);
    }

    /**
     * What each (category, defect) has.
     *
     * @throws StoreException if a record cannot be read
     */
    public List<UnitCommit> all() {
        return readable((key, e) -> {
            throw e;
        });
    }

    /**
     * What each (category, defect) has whose record can be read.
     *
     * @param unreadable sees the keys of the others, and why, one at a time
     */
    public List<UnitCommit> readable(BiConsumer<String, StoreException> unreadable) {
        return ObjectStore.inParallel(highest(StoreLayout.commits(runId)), key -> {
                    try {
                        return Optional.of(read(key));
                    } catch (StoreException e) {
                        synchronized (unreadable) {
                            unreadable.accept(key, e);
                        }
                        return Optional.<UnitCommit>empty();
                    }
                })
                .stream()
                .flatMap(Optional::stream)
                .toList();
    }

    private UnitCommit read(String key) {
        UnitCommit commit = store.read(key, UnitCommit.class);
        if (!key.equals(StoreLayout.commit(runId, commit.unit(), commit.number()))) {
            throw new StoreException("%s is a commit of %s/%s number %d; it was moved by hand, restore it"
                    .formatted(store.uri(key), commit.category(), commit.defect(), commit.number()));
        }
        return commit;
    }

    /** Keys of the highest commits under a folder, one for each (category, defect), sorted. */
    private Collection<String> highest(String folder) {
        Map<String, String> highest = new TreeMap<>();
        for (StoredFile file : store.list(folder)) {
            Matcher matcher = KEY.matcher(file.key());
            if (matcher.matches()) {
                highest.merge(matcher.group(1), file.key(), (a, b) -> number(a) > number(b) ? a : b);
            }
        }
        return highest.values();
    }

    private static int number(String key) {
        Matcher matcher = KEY.matcher(key);
        return matcher.matches() ? Integer.parseInt(matcher.group(2)) : 0;
    }
}
