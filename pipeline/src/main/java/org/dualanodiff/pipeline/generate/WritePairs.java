package org.dualanodiff.pipeline.generate;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.quality.PairMeasures.Measure;
import org.dualanodiff.pipeline.samples.GeneratedSample;
import org.dualanodiff.pipeline.samples.SampleFile;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.FileDigest;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.RunLease;
import org.dualanodiff.pipeline.store.StoreException;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.dualanodiff.pipeline.store.UnitCommit;

/**
 * Writes the pairs of a list of staged files, with their last verdicts, into one file of the run's table. Nobody reads that
 * file before a commit lists it, so an attempt that dies leaves nothing but garbage.
 */
public final class WritePairs {

    private final ObjectStore store;
    private final RunLease.Fence fence;

    public WritePairs(ObjectStore store, RunLease.Fence fence) {
        this.store = store;
        this.fence = fence;
    }

    /**
     * @throws IOException if there is no room on this machine, or a staged file is damaged
     * @throws StoreException if the store fails, or a staged file is not there or lacks a pair
     */
    public UnitCommit.File run(WriteTask task) throws IOException {
        BitSet indices = new BitSet();
        task.sources().values().forEach(indices::or);
        Path file = Files.createTempFile("dualanodiff-pairs-", ".parquet");
        try {
            SampleFile.WriteResult written = SampleFile.write(file, rows(task));
            if (written.rows() != indices.cardinality()) {
                throw new StoreException("the staged files %s hold %d of %d pairs; delete them and run again"
                        .formatted(task.sources().keySet(), written.rows(), indices.cardinality()));
            }
            FileDigest digest = FileDigest.of(file);
            String key = key(task, indices.nextSetBit(0));
            fence.upload(store, file, key);
            return new UnitCommit.File(key, digest.bytes(), digest.sha256(), written.rows(), UnitCommit.list(indices));
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private String key(WriteTask task, int first) {
        return StoreLayout.samples(task.runId(), task.adapter().unit()) + "/" + fence.pairsFile(first);
    }

    /** One source after another; a row group of one of them is in memory. */
    private Stream<GeneratedSample> rows(WriteTask task) {
        return task.sources().entrySet().stream()
                .sorted(Comparator.comparingInt(
                        (Map.Entry<String, BitSet> source) -> source.getValue().nextSetBit(0)))
                .flatMap(source -> rows(task, source.getKey(), source.getValue()));
    }

    private Stream<GeneratedSample> rows(WriteTask task, String key, BitSet indices) {
        try {
            return SampleFile.stream(store, key)
                    .filter(row -> indices.get(Math.toIntExact(row.id().index())))
                    .map(row -> judged(task, row));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static GeneratedSample judged(WriteTask task, GeneratedSample row) {
        int index = Math.toIntExact(row.id().index());
        return row.compared(
                task.nearest().getOrDefault(index, row.verdict().measures().of(Measure.ACCEPTED_DISTANCE)),
                task.copies().contains(index),
                task.keepRejectedPixels());
    }

    /**
     * One file of the table to be written.
     *
     * @param sources which indices to take of which staged file; each index once
     * @param nearest distance to the nearest good pair by index, where there is one
     * @param copies indices of near-copies
     * @param keepRejectedPixels whether these keep their pictures
     */
    public record WriteTask(
            String runId,
            AdapterId adapter,
            Map<String, BitSet> sources,
            Map<Integer, Double> nearest,
            Set<Integer> copies,
            boolean keepRejectedPixels)
            implements Serializable {}
}
