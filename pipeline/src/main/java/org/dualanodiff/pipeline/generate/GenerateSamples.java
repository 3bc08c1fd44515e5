package org.dualanodiff.pipeline.generate;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.Serializable;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.dualanodiff.model.BaseModel;
import org.dualanodiff.model.dual.BackgroundMode;
import org.dualanodiff.model.dual.DualAdapter;
import org.dualanodiff.model.image.Flip;
import org.dualanodiff.model.image.TrainingTransform;
import org.dualanodiff.model.sampling.CleanBackgrounds;
import org.dualanodiff.model.sampling.DualSampler;
import org.dualanodiff.model.sampling.GeneratedPair;
import org.dualanodiff.model.sampling.SampleSeries;
import org.dualanodiff.pipeline.Stopwatch;
import org.dualanodiff.pipeline.TaskTimes;
import org.dualanodiff.pipeline.background.BackgroundSource;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.dataset.ImageDecoder;
import org.dualanodiff.pipeline.plan.GenerateUnit;
import org.dualanodiff.pipeline.samples.GeneratedSample;
import org.dualanodiff.pipeline.samples.PairVerdict;
import org.dualanodiff.pipeline.samples.SampleFile;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.StoreLayout;

/**
 * Generates the missing samples of one unit and stages them in the store as one Parquet file of a name that no other attempt
 * has. A sample has the same pixels whoever makes it, so of two that were made the first one found is taken.
 */
public final class GenerateSamples {

    /** Under way at the same time: one is sampled, the one before it gets its masks. */
    private static final int BLOCKS = 2;

    private final ObjectStore store;
    private final DatasetFiles files;
    private final Supplier<ExecutorService> workers;

    /** @param files of the data set, which clean backgrounds are read from */
    public GenerateSamples(ObjectStore store, DatasetFiles files) {
        this(store, files, Executors::newSingleThreadExecutor);
    }

    /** @param workers gives each run the thread that makes masks, verdicts and PNG bytes */
    GenerateSamples(ObjectStore store, DatasetFiles files, Supplier<ExecutorService> workers) {
        this.store = store;
        this.files = files;
        this.workers = workers;
    }

    /**
     * @param adapter the unit's adapter, loaded on {@code base}
     * @throws IOException if the file cannot be written
     * @throws org.dualanodiff.pipeline.store.StoreException if the store fails
     */
    public GenerateResult run(BaseModel base, DualAdapter adapter, GenerateTask task, GenerationListener listener)
            throws IOException {
        Stopwatch watch = Stopwatch.start();
        try (DualSampler sampler = new DualSampler(base, adapter, task.prompt(), task.negative(), task.sampling());
                CleanBackgrounds backgrounds = backgrounds(base, task)) {
            if (backgrounds != null) {
                sampler.over(backgrounds);
            }
            if (task.anchors() != null) {
                sampler.on(
                        task.anchors().open(files, task.sampling().resolution()),
                        task.anchors().anchoring());
            }
            PairAssembly assembly = new PairAssembly(task, composition(sampler, task));
            Counts counts = new Counts(task.unit().missing().length, listener);
            double loaded = watch.seconds();
            Made made = make(task, sampler, assembly, counts);
            double seconds = watch.seconds();
            double working = made.working();
            TaskTimes times = new TaskTimes(loaded, working, seconds - loaded - working, base.deviceName());
            Staged staged = made.staged();
            return new GenerateResult(task.unit(), staged.pairs(), staged.bytes(), seconds, times, null);
        }
    }

    /** @param working seconds spent on making the samples */
    private record Made(Staged staged, double working) {}

    private Made make(GenerateTask task, DualSampler sampler, PairAssembly assembly, Counts counts)
            throws IOException {
        Set<Long> wanted =
                Arrays.stream(task.unit().missing()).asLongStream().boxed().collect(Collectors.toSet());
        try (SampleBlocks samples = new SampleBlocks(
                blocks(task, wanted).iterator(),
                block -> block(sampler, task, block, assembly, wanted),
                sample -> counts.add(),
                workers.get())) {
            Staged staged = stage(task.runId(), task.unit(), samples);
            return new Made(staged, samples.seconds());
        }
    }

    /**
     * Stages the samples of a unit, whoever makes them, as they come.
     *
     * @throws IOException if the file cannot be written
     * @throws org.dualanodiff.pipeline.store.StoreException if the store fails
     */
    public Staged stage(String runId, GenerateUnit unit, Iterator<GeneratedSample> samples) throws IOException {
        Path file = Files.createTempFile("dualanodiff-samples-", ".parquet");
        String key = key(runId, unit);
        List<PairVerdict> pairs = new ArrayList<>();
        try {
            SampleFile.WriteResult written = SampleFile.write(file, noting(samples, key, pairs));
            store.upload(file, key);
            return new Staged(pairs, written.bytes());
        } finally {
            Files.deleteIfExists(file);
        }
    }

    /**
     * What was staged.
     *
     * @param bytes of the file
     */
    public record Staged(List<PairVerdict> pairs, long bytes) implements Serializable {}

    private static Iterator<GeneratedSample> noting(
            Iterator<GeneratedSample> samples, String key, List<PairVerdict> pairs) {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return samples.hasNext();
            }

            @Override
            public GeneratedSample next() {
                GeneratedSample sample = samples.next();
                pairs.add(PairVerdict.of(sample, key));
                return sample;
            }
        };
    }

    /** Where pairs are made in windows of good images, these are the sampler's anchors if there are to be any. */
    private Composition composition(DualSampler sampler, GenerateTask task) throws IOException {
        CropSource source = task.crops();
        if (source == null) {
            return new WholePicture();
        }
        GoodCrops crops = new GoodCrops(source, files, BLOCKS * task.sampling().batchSize());
        if (source.anchored()) {
            sampler.on(crops.anchors(), source.good().anchoring());
        }
        return new InGoodCrop(crops, series(task), source);
    }

    private static SampleSeries series(GenerateTask task) {
        return new SampleSeries(task.seed(), task.unit().category(), task.unit().defect());
    }

    /** Good images with the product painted black; null without background compensation. */
    private CleanBackgrounds backgrounds(BaseModel base, GenerateTask task) throws IOException {
        BackgroundSource source = task.background();
        if (source == null) {
            return null;
        }
        int side = task.sampling().resolution();
        TrainingTransform transform = new TrainingTransform(side);
        BackgroundSource.ObjectMasks objects = source.open(files);
        List<float[]> pictures = new ArrayList<>();
        for (URI uri : source.backgrounds()) {
            BufferedImage photograph = ImageDecoder.image(files.read(uri));
            pictures.add(transform.background(photograph, objects.of(uri, photograph), Flip.NONE));
        }
        return new CleanBackgrounds(base, pictures, side, source.mode() == BackgroundMode.SCALED);
    }

    /** The rest of a block's work does without the model: pictures to masks, verdicts and PNG bytes. */
    private static Supplier<List<GeneratedSample>> block(
            DualSampler sampler, GenerateTask task, long block, PairAssembly assembly, Set<Long> wanted) {
        Stopwatch watch = Stopwatch.start();
        List<GeneratedPair> pairs = sampler.sampleBlock(series(task), block);
        long millis = watch.millis() / pairs.size();
        return () -> pairs.stream()
                .filter(pair -> wanted.contains(pair.index()))
                .map(pair -> assembly.assemble(pair, millis))
                .toList();
    }

    private static LongStream blocks(GenerateTask task, Set<Long> wanted) {
        int size = task.sampling().batchSize();
        return LongStream.range(task.unit().firstIndex() / size, task.unit().endIndex() / size)
                .filter(block -> holdsWanted(block, task, wanted));
    }

    private static boolean holdsWanted(long block, GenerateTask task, Set<Long> wanted) {
        int size = task.sampling().batchSize();
        return LongStream.range(block * size, (block + 1) * size).anyMatch(wanted::contains);
    }

    private static String key(String runId, GenerateUnit unit) {
        int[] missing = unit.missing();
        String folder = StoreLayout.staging(runId, unit.category(), unit.defect());
        return folder + "/pairs-%06d-%s.parquet".formatted(missing[0], UUID.randomUUID());
    }

    private static final class Counts {
        private final int total;
        private final GenerationListener listener;
        private int made;

        Counts(int total, GenerationListener listener) {
            this.total = total;
            this.listener = listener;
        }

        void add() {
            made++;
            listener.afterBlock(made, total);
        }
    }
}
