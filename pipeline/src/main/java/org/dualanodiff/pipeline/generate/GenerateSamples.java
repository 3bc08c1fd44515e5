package org.dualanodiff.pipeline.generate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.Stopwatch;
import org.dualanodiff.pipeline.TaskTimes;
import org.dualanodiff.pipeline.plan.GenerateUnit;
import org.dualanodiff.pipeline.samples.GeneratedSample;
import org.dualanodiff.pipeline.samples.SampleFile;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.StoreLayout;

/**
 * Generates the missing samples of one unit and stages them in the store as one Parquet file.
 *
 * <p>The file's name follows from the unit alone and it is created whole or not at all, so a second attempt at the same
 * unit, be it a retry or a speculative copy, adds nothing.
 */
public final class GenerateSamples {

    private final ObjectStore store;

    public GenerateSamples(ObjectStore store) {
        this.store = store;
    }

    /**
     * @throws IOException if an image cannot be read or the file cannot be written
     * @throws org.dualanodiff.pipeline.store.StoreException if the store fails
     */
    public GenerateResult run(PairSource source, GenerateTask task, GenerationListener listener) throws IOException {
        Stopwatch watch = Stopwatch.start();
        Counts counts = new Counts(task.unit().missing().length, listener);
        stage(task.runId(), task.unit(), samples(source, task, counts));
        double seconds = watch.seconds();
        TaskTimes times = new TaskTimes(0, counts.working, seconds - counts.working, source.device());
        return new GenerateResult(task.unit(), counts.accepted, counts.rejected, seconds, times, null);
    }

    /**
     * Stages the samples of a unit, whoever makes them, as they come.
     *
     * @throws IOException if the file cannot be written
     * @throws org.dualanodiff.pipeline.store.StoreException if the store fails
     */
    public SampleFile.WriteResult stage(String runId, GenerateUnit unit, Iterator<GeneratedSample> samples)
            throws IOException {
        Path file = Files.createTempFile("dualanodiff-samples-", ".parquet");
        try {
            SampleFile.WriteResult written = SampleFile.write(file, samples);
            store.uploadIfAbsent(file, key(runId, unit));
            return written;
        } finally {
            Files.deleteIfExists(file);
        }
    }

    /** A lazy walk over the unit's blocks: pixels of one block at a time are in memory. */
    private static Iterator<GeneratedSample> samples(PairSource source, GenerateTask task, Counts counts) {
        Set<Long> wanted =
                Arrays.stream(task.unit().missing()).asLongStream().boxed().collect(Collectors.toSet());
        return blocks(task)
                .filter(block -> holdsWanted(block, task, wanted))
                .boxed()
                .flatMap(block -> block(source, block, wanted, counts))
                .iterator();
    }

    private static Stream<GeneratedSample> block(PairSource source, long block, Set<Long> wanted, Counts counts) {
        Stopwatch watch = Stopwatch.start();
        List<GeneratedSample> samples;
        try {
            samples = source.block(block).stream()
                    .filter(sample -> wanted.contains(sample.sampleIndex()))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        counts.working += watch.seconds();
        samples.forEach(counts::add);
        return samples.stream();
    }

    private static LongStream blocks(GenerateTask task) {
        int size = task.sampling().batchSize();
        return LongStream.range(task.unit().firstIndex() / size, task.unit().endIndex() / size);
    }

    private static boolean holdsWanted(long block, GenerateTask task, Set<Long> wanted) {
        int size = task.sampling().batchSize();
        return LongStream.range(block * size, (block + 1) * size).anyMatch(wanted::contains);
    }

    private static String key(String runId, GenerateUnit unit) {
        int[] missing = unit.missing();
        String folder = StoreLayout.staging(runId, unit.category(), unit.defect());
        return folder + "/part-%06d-%08x.parquet".formatted(missing[0], Arrays.hashCode(missing));
    }

    private static final class Counts {
        private final int total;
        private final GenerationListener listener;
        private int accepted;
        private int rejected;
        private double working;

        Counts(int total, GenerationListener listener) {
            this.total = total;
            this.listener = listener;
        }

        void add(GeneratedSample sample) {
            if (sample.status() == GeneratedSample.Status.ACCEPTED) {
                accepted++;
            } else {
                rejected++;
            }
            listener.afterBlock(accepted + rejected, total);
        }
    }
}
