package org.dualanodiff.jobs.run;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.generate.GenerateSamples.GenerateResult;
import org.dualanodiff.pipeline.generate.WritePairs.WriteTask;
import org.dualanodiff.pipeline.plan.Plan.GenerateUnit;
import org.dualanodiff.pipeline.plan.Plan.SampleTarget;
import org.dualanodiff.pipeline.plan.Planner;
import org.dualanodiff.pipeline.quality.AcceptedCopies;
import org.dualanodiff.pipeline.quality.PairSignature;
import org.dualanodiff.pipeline.quality.QualityCheck;
import org.dualanodiff.pipeline.samples.GeneratedSample.PairVerdict;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.UnitCommit;

/**
 * The pairs of a unit under way: what is committed, and what was made beyond that, compared with what is committed and with those
 * of lower index, whichever came first.
 */
public final class UnitPairs {

    private final UnitCommit committed;
    private final SampleTarget target;
    private final AcceptedCopies rule;
    /** Of pairs whose verdict is final. */
    private final List<PairSignature> standing = new ArrayList<>();
    /** Of pairs that were made and passed. */
    private final List<PairSignature> good = new ArrayList<>();

    private final NavigableMap<Integer, PairVerdict> made = new TreeMap<>();

    private final Map<Integer, List<String>> verdicts = new TreeMap<>();
    private final Map<Integer, Double> nearest = new HashMap<>();
    private final Set<Integer> copies = new HashSet<>();
    private long bytes;

    public UnitPairs(UnitCommit committed, SampleTarget target, AcceptedCopies rule) {
        this.committed = committed;
        this.target = target;
        this.rule = rule;
    }

    public UnitCommit committed() {
        return committed;
    }

    /** What later pairs are compared with; for a rule that compares. */
    void know(List<PairVerdict> ofTheCommit) {
        BitSet rejected = committed.rejectedIndices();
        ofTheCommit.stream()
                .filter(pair -> !rejected.get(pair.index()) && pair.signature() != null)
                .map(PairVerdict::signature)
                .forEach(standing::add);
    }

    /** As {@link #know}, pairs of other runs. */
    void knowEarlier(List<PairVerdict> published) {
        published.stream()
                .filter(pair -> pair.accepted() && pair.signature() != null)
                .map(PairVerdict::signature)
                .forEach(standing::add);
    }

    /** Takes in what the tasks of a round have staged. */
    void add(List<GenerateResult> round) {
        add(
                round.stream().flatMap(result -> result.pairs().stream()).toList(),
                round.stream().mapToLong(GenerateResult::bytes).sum());
    }

    /**
     * Takes in staged pairs; of one that is there already nothing is taken.
     *
     * @param fileBytes of the files that they lie in
     */
    public void add(List<PairVerdict> more, long fileBytes) {
        BitSet there = existing();
        NavigableMap<Integer, PairVerdict> fresh = new TreeMap<>();
        more.stream().filter(pair -> !there.get(pair.index())).forEach(pair -> fresh.putIfAbsent(pair.index(), pair));
        boolean next = made.isEmpty() || fresh.isEmpty() || made.lastKey() < fresh.firstKey();
        made.putAll(fresh);
        if (next) {
            judge(fresh.values());
        } else {
            good.clear();
            nearest.clear();
            copies.clear();
            judge(made.values());
        }
        bytes += fileBytes;
    }

    private void judge(Collection<PairVerdict> pairs) {
        List<PairSignature> before =
                Stream.concat(standing.stream(), good.stream()).toList();
        AcceptedCopies.Outcome outcome = rule.among(
                before,
                pairs.stream()
                        .filter(pair -> pair.accepted() && pair.signature() != null)
                        .map(pair -> new AcceptedCopies.Candidate(pair.index(), pair.signature()))
                        .toList());
        outcome.distances().forEach((index, distance) -> nearest.put(Math.toIntExact(index), distance));
        for (PairVerdict pair : pairs) {
            boolean copy = outcome.copies().contains((long) pair.index());
            if (copy) {
                copies.add(pair.index());
            } else if (pair.accepted() && pair.signature() != null) {
                good.add(pair.signature());
            }
            verdicts.put(pair.index(), copy ? List.of(QualityCheck.NEAR_COPY_OF_ACCEPTED.reason()) : pair.reasons());
        }
    }

    /** What is to be made next; nothing if there is enough, or no index left to be tried. */
    List<GenerateUnit> missing(AdapterId adapter) {
        return Planner.units(adapter, existing(), rejected(), target);
    }

    /** Verdicts on the pairs that belong into the table and are not there; those beyond the wanted ones do not. */
    public Map<Integer, List<String>> fresh() {
        int end = target.end(rejected());
        Map<Integer, List<String>> fresh = new TreeMap<>(verdicts);
        fresh.keySet().removeIf(index -> index >= end);
        return fresh;
    }

    /**
     * Committed files that are to be rewritten with what is fresh: those of less than half of a file's size, where fewer
     * files come of it. So a file is written again a few times at most, and there is one small one left at most.
     *
     * @param fileBytes that a file is to have
     */
    public List<UnitCommit.File> toRewrite(long fileBytes) {
        List<UnitCommit.File> small = committed.files().stream()
                .filter(file -> file.bytes() < fileBytes / 2)
                .toList();
        long old = small.stream().mapToLong(UnitCommit.File::bytes).sum();
        long fresh = freshBytes();
        boolean fewer = files(old + fresh, fileBytes) < small.size() + files(fresh, fileBytes);
        return fewer ? small : List.of();
    }

    private long freshBytes() {
        return made.isEmpty() ? 0 : bytes / made.size() * fresh().size();
    }

    private static long files(long bytes, long fileBytes) {
        return (bytes + fileBytes - 1) / fileBytes;
    }

    /**
     * One for each file of {@link #fresh} pairs and those of some committed files, of consecutive indices.
     *
     * @param rewritten as by {@link #toRewrite}
     * @param fileBytes that a file is to have
     */
    public List<WriteTask> tasks(List<UnitCommit.File> rewritten, long fileBytes, boolean keepRejectedPixels) {
        Map<Integer, String> places = new TreeMap<>();
        fresh().keySet().forEach(index -> places.put(index, made.get(index).file()));
        rewritten.forEach(file -> file.indices().forEach(index -> places.put(index, file.key())));
        List<Integer> indices = List.copyOf(places.keySet());
        long expected = freshBytes()
                + rewritten.stream().mapToLong(UnitCommit.File::bytes).sum();
        int files = (int) Math.min(indices.size(), Math.max(1, files(expected, fileBytes)));
        List<WriteTask> tasks = new ArrayList<>();
        for (int file = 0; file < files; file++) {
            int from = (int) ((long) file * indices.size() / files);
            int to = (int) ((long) (file + 1) * indices.size() / files);
            Map<String, BitSet> sources = new TreeMap<>();
            indices.subList(from, to)
                    .forEach(index -> sources.computeIfAbsent(places.get(index), none -> new BitSet())
                            .set(index));
            tasks.add(new WriteTask(
                    committed.runId(), committed.adapterId(), sources, nearest, copies, keepRejectedPixels));
        }
        return tasks;
    }

    /** Keys of the staged files that pairs were taken from. */
    Set<String> sources() {
        return made.values().stream().map(PairVerdict::file).collect(Collectors.toUnmodifiableSet());
    }

    private BitSet existing() {
        BitSet existing = committed.indices();
        made.keySet().forEach(existing::set);
        return existing;
    }

    private BitSet rejected() {
        BitSet rejected = committed.rejectedIndices();
        verdicts.forEach((index, why) -> rejected.set(index, !why.isEmpty()));
        return rejected;
    }
}
