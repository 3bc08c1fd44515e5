package org.dualanodiff.pipeline.generate;

import org.dualanodiff.pipeline.store.AdapterId;
import java.util.Set;
import java.io.Serializable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.UUID;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.samples.GeneratedSample;
import org.dualanodiff.pipeline.samples.SampleFile;
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
public final class CommitPairs {

    private final ObjectStore store;
    private final RunLease.Fence fence;

    public CommitPairs(ObjectStore store, RunLease.Fence fence) {
        this.store = store;
        this.fence = fence;
    }

    /**
     * @throws IOException if there is no room on this machine, or a staged file is damaged
     * @throws StoreException if the store fails, or a staged file is not there or lacks a pair
     */
    public UnitCommit.File run(CommitTask task) throws IOException {
        BitSet indices = new BitSet();
        task.sources().values().forEach(indices::or);
        Path file = Files.createTempFile("dualanodiff-pairs-", ".parquet");
        try (Rows rows = new Rows(task)) {
            SampleFile.WriteResult written = SampleFile.write(file, rows);
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

    private static String key(CommitTask task, int first) {
        String folder = StoreLayout.samples(
                task.runId(), task.adapter().category(), task.adapter().defect());
        return folder + String.format(Locale.ROOT, "/pairs-%06d-%s.parquet", first, UUID.randomUUID());
    }

    /** Walks through the sources one after another; a row group of one of them is in memory. */
    private final class Rows implements Iterator<GeneratedSample>, AutoCloseable {
        private final CommitTask task;
        private final Deque<String> left;
        private Path copy;
        private Stream<GeneratedSample> open;
        private Iterator<GeneratedSample> rows;
        private GeneratedSample next;

        Rows(CommitTask task) {
            this.task = task;
            List<String> inOrder = task.sources().entrySet().stream()
                    .sorted(Comparator.comparingInt((Map.Entry<String, BitSet> source) ->
                            source.getValue().nextSetBit(0)))
                    .map(Map.Entry::getKey)
                    .toList();
            this.left = new ArrayDeque<>(inOrder);
        }

        @Override
        public boolean hasNext() {
            while (next == null && (rows != null || !left.isEmpty())) {
                advance();
            }
            return next != null;
        }

        private void advance() {
            if (rows == null) {
                open(left.peek());
            } else if (rows.hasNext()) {
                GeneratedSample row = rows.next();
                int index = Math.toIntExact(row.sampleIndex());
                next = task.sources().get(left.peek()).get(index) ? judged(row, index) : null;
            } else {
                close();
                left.remove();
            }
        }

        private GeneratedSample judged(GeneratedSample row, int index) {
            return row.compared(
                    task.nearest().getOrDefault(index, row.quality().acceptedDistance()),
                    task.copies().contains(index),
                    task.keepRejectedPixels());
        }

        @Override
        public GeneratedSample next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            GeneratedSample row = next;
            next = null;
            return row;
        }

        private void open(String key) {
            try {
                copy = Files.createTempFile("dualanodiff-staged-", ".parquet");
                store.download(key, copy);
                open = SampleFile.stream(copy);
                rows = open.iterator();
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read %s".formatted(store.uri(key)), e);
            }
        }

        @Override
        public void close() {
            rows = null;
            if (open != null) {
                open.close();
                open = null;
            }
            try {
                if (copy != null) {
                    Files.deleteIfExists(copy);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /**
     * One file of the table to be written.
     *
     * @param sources which indices to take of which staged file; each index once
     * @param nearest distance to the nearest good pair by index, where there is one
     * @param copies indices of near-copies
     * @param keepRejectedPixels whether these keep their pictures
     */
    public record CommitTask(
            String runId,
            AdapterId adapter,
            Map<String, BitSet> sources,
            Map<Integer, Double> nearest,
            Set<Integer> copies,
            boolean keepRejectedPixels)
            implements Serializable {}
}
