package org.dualanodiff.pipeline.store;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.dualanodiff.pipeline.UnitKey;

/**
 * The pairs that a run has of one (category, defect): {@code runs/RUN/commits/CATEGORY/DEFECT/NUMBER.json}. What it does not
 * list is not there for any reader, whatever lies in the folder. The highest number is the truth; none is written twice.
 *
 * @param number from 1; each replaces the one before
 * @param adapter that drew the pairs
 * @param accepted indices of the good pairs, ascending
 * @param rejected the others, with the reasons of each
 * @param replaced keys of files whose pairs were written into larger ones since; who began to read an earlier commit, or a
 *     published list, still finds them, until {@code gc} clears them away
 */
public record UnitCommit(
        String runId,
        String category,
        String defect,
        int number,
        Fingerprint adapter,
        List<File> files,
        List<Integer> accepted,
        Map<Integer, List<String>> rejected,
        List<String> replaced,
        Instant committedAt)
        implements Serializable {

    public UnitCommit {
        requireNonNull(runId, "run_id");
        requireNonNull(category, "category");
        requireNonNull(defect, "defect");
        requireNonNull(adapter, "adapter");
        files = List.copyOf(requireNonNull(files, "files"));
        accepted = List.copyOf(requireNonNull(accepted, "accepted"));
        rejected = Collections.unmodifiableMap(new TreeMap<>(requireNonNull(rejected, "rejected")));
        replaced = replaced == null ? List.of() : List.copyOf(replaced);
    }

    /**
     * A file of pairs.
     *
     * @param key its path in the store
     * @param indices of its rows, ascending
     */
    public record File(String key, long bytes, String sha256, long rows, List<Integer> indices)
            implements Serializable {
        public File {
            requireNonNull(key, "files.key");
            requireNonNull(sha256, "files.sha256");
            indices = List.copyOf(requireNonNull(indices, "files.indices"));
        }
    }

    /** Before anything is there. */
    public static UnitCommit nothing(String runId, AdapterId adapter) {
        return new UnitCommit(
                runId,
                adapter.category(),
                adapter.defect(),
                0,
                adapter.fingerprint(),
                List.of(),
                List.of(),
                Map.of(),
                List.of(),
                Instant.EPOCH);
    }

    /**
     * What comes after this one: some files more, and verdicts on their pairs.
     *
     * @param verdicts reasons of rejection by index, none for a good pair
     */
    public UnitCommit with(List<File> more, Map<Integer, List<String>> verdicts) {
        return with(more, verdicts, Set.of());
    }

    /** As {@link #with(List, Map)}, where the pairs of some of its files are in the new ones, too, and these take their place. */
    public UnitCommit with(List<File> more, Map<Integer, List<String>> verdicts, Set<String> rewritten) {
        List<File> all = new ArrayList<>(files);
        all.removeIf(file -> rewritten.contains(file.key()));
        all.addAll(more);
        List<String> old = new ArrayList<>(replaced);
        old.addAll(new TreeSet<>(rewritten));
        BitSet good = bits(accepted);
        Map<Integer, List<String>> bad = new TreeMap<>(rejected);
        verdicts.forEach((index, why) -> {
            if (why.isEmpty()) {
                good.set(index);
            } else {
                bad.put(index, why);
            }
        });
        return changed(number + 1, all, list(good), bad, old, Instant.now());
    }

    /**
     * What is left where only some files are there.
     *
     * @param bytes lengths of the files that are there, by key
     */
    public UnitCommit only(Map<String, Long> bytes) {
        List<File> left = files.stream()
                .filter(file -> bytes.getOrDefault(file.key(), -1L) == file.bytes())
                .toList();
        BitSet indices = new BitSet();
        left.forEach(file -> file.indices().forEach(indices::set));
        Map<Integer, List<String>> bad = new TreeMap<>(rejected);
        bad.keySet().removeIf(index -> !indices.get(index));
        List<Integer> good = accepted.stream().filter(indices::get).toList();
        List<String> old = replaced.stream().filter(bytes::containsKey).toList();
        return changed(number, left, good, bad, old, committedAt);
    }

    private UnitCommit changed(
            int number,
            List<File> files,
            List<Integer> accepted,
            Map<Integer, List<String>> rejected,
            List<String> replaced,
            Instant committedAt) {
        return new UnitCommit(
                runId, category, defect, number, adapter, files, accepted, rejected, replaced, committedAt);
    }

    /** How many were rejected for each reason; a pair may have several. */
    public Map<String, Integer> reasons() {
        Map<String, Integer> counts = new TreeMap<>();
        rejected.values().forEach(why -> why.forEach(reason -> counts.merge(reason, 1, Integer::sum)));
        return counts;
    }

    public UnitKey unit() {
        return new UnitKey(category, defect);
    }

    public AdapterId adapterId() {
        return new AdapterId(category, defect, adapter);
    }

    /** Of files, each once. */
    public static Set<String> keys(List<File> files) {
        return files.stream().map(File::key).collect(Collectors.toCollection(TreeSet::new));
    }

    /** Of all pairs, good or not. */
    public BitSet indices() {
        BitSet all = bits(accepted);
        all.or(rejectedIndices());
        return all;
    }

    public BitSet rejectedIndices() {
        return bits(rejected.keySet());
    }

    public int pairs() {
        return accepted.size() + rejected.size();
    }

    private static BitSet bits(Collection<Integer> indices) {
        BitSet bits = new BitSet();
        indices.forEach(bits::set);
        return bits;
    }

    public static List<Integer> list(BitSet bits) {
        return bits.stream().boxed().toList();
    }
}
