package org.dualanodiff.pipeline.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.hadoop.conf.Configuration;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.base.ModelFiles;
import org.dualanodiff.model.base.RandomModel;
import org.dualanodiff.model.detector.DetectorPair;
import org.dualanodiff.model.dual.AdapterLayout;
import org.dualanodiff.model.dual.DualAdapter;
import org.dualanodiff.model.dual.MergedAdapter;
import org.dualanodiff.model.dual.NestedPrompt;
import org.dualanodiff.model.image.Flip;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.image.PartGround;
import org.dualanodiff.model.mask.GroundDistanceMask;
import org.dualanodiff.model.mask.Mask;
import org.dualanodiff.model.mask.MaskCleanup;
import org.dualanodiff.model.mask.MaskExtractor;
import org.dualanodiff.model.mask.MaskExtractor.AnomalyPart;
import org.dualanodiff.model.mask.VisibleChange;
import org.dualanodiff.model.random.NoiseSource;
import org.dualanodiff.model.sampling.Anchors;
import org.dualanodiff.model.sampling.Anchors.Anchor;
import org.dualanodiff.model.sampling.Anchors.Anchoring;
import org.dualanodiff.model.sampling.Anchors.Pasted;
import org.dualanodiff.model.sampling.DualSampler.GeneratedPair;
import org.dualanodiff.model.sampling.SampleSeries;
import org.dualanodiff.model.sampling.SamplingConfig;
import org.dualanodiff.model.torch.Compute;
import org.dualanodiff.pipeline.crop.Borders;
import org.dualanodiff.pipeline.crop.DefectCrops;
import org.dualanodiff.pipeline.dataset.Dataset;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.dataset.DatasetReader;
import org.dualanodiff.pipeline.dataset.DatasetRequest;
import org.dualanodiff.pipeline.dataset.DefectSet;
import org.dualanodiff.pipeline.dataset.SplitRule;
import org.dualanodiff.pipeline.generate.AnchorSource.CropSource;
import org.dualanodiff.pipeline.generate.GenerateSamples.GenerateResult;
import org.dualanodiff.pipeline.generate.GenerateSamples.GenerateTask;
import org.dualanodiff.pipeline.generate.GenerateSamples.GenerationListener;
import org.dualanodiff.pipeline.generate.GenerateSamples.MaskSteps;
import org.dualanodiff.pipeline.generate.GenerateSamples.PairSource;
import org.dualanodiff.pipeline.plan.Plan.GenerateUnit;
import org.dualanodiff.pipeline.procedural.SampleDataset;
import org.dualanodiff.pipeline.quality.LearnQuality.QualityProfile;
import org.dualanodiff.pipeline.samples.GeneratedSample;
import org.dualanodiff.pipeline.samples.SampleFile;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.AdapterRegistry.PublishedAdapter;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.ObjectStore.StoredFile;
import org.dualanodiff.pipeline.store.Provenance;
import org.dualanodiff.pipeline.store.RunLease;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pairs of a tiny random model in windows of good images: noise, but in their places. */
class GenerateSamplesTest {

    private static final int SIDE = 32;
    private static final int PAIRS = 7;
    private static final Provenance.BaseModel BASE = new Provenance.BaseModel("tiny", "ab");

    @TempDir
    private static Path shared;

    private static BaseModel base;
    private static MergedAdapter adapter;
    private static DefectSet set;
    private static CropSource crops;

    @TempDir
    private Path folder;

    @BeforeAll
    static void load() throws IOException {
        RandomModel.write(shared.resolve("model"), RandomModel.Preset.TINY, 3);
        base = BaseModel.load(ModelFiles.open(shared.resolve("model")), Compute.CPU);
        try (DualAdapter fresh = DualAdapter.initialize(AdapterLayout.of(base, 2, false), 5, base.device())) {
            adapter = new MergedAdapter(base, fresh);
        }
        SampleDataset.write(shared.resolve("data"), 1, new SampleDataset.Size(3, 1, 3), List.of("cloth"));
        Dataset dataset = new DatasetReader(new Configuration())
                .read(new DatasetRequest(
                        shared.resolve("data").toString(), List.of(), List.of(), new SplitRule.FirstThird()));
        set = dataset.sets().get(0);
        crops = new CropSource(
                new DefectCrops.Policy(SIDE, 0.5, 0.25, 1, 3),
                0.1,
                new AnchorSource(
                        dataset.good().get(0).training(),
                        null,
                        List.of(Flip.values()),
                        new Anchoring(1, 0.8, 0, true, PartGround.GREY)),
                true);
    }

    @AfterAll
    static void close() {
        adapter.close();
        base.close();
    }

    @Test
    void pairs_withAndWithoutTheWorker_haveTheSameBytesInTheSameOrder() throws IOException {
        List<GeneratedSample> behind = samples("behind", Executors::newSingleThreadExecutor, List.of(missing(0)));
        List<GeneratedSample> atOnce = samples("at-once", AtOnce::new, List.of(missing(0)));

        assertThat(behind).extracting(sample -> sample.id().index()).isSorted().hasSize(PAIRS);
        assertSame(behind, atOnce);
    }

    @Test
    void pairs_ofTwoTasksAtTheSameTime_haveTheBytesOfOneTask() throws IOException {
        List<GeneratedSample> together = samples("one", Executors::newSingleThreadExecutor, List.of(missing(0)));
        int[] first = {0, 1, 2, 3};
        List<GeneratedSample> apart =
                samples("two", Executors::newSingleThreadExecutor, List.of(first, missing(first.length)));

        assertSame(apart, together);
    }

    @Test
    void goodImages_amongWhichOneIsDamaged_giveTheOthers() throws IOException {
        List<URI> good = new ArrayList<>(crops.good().good());
        good.set(1, Files.write(folder.resolve("damaged.png"), new byte[] {1}).toUri());
        CropSource source = new CropSource(
                crops.policy(),
                0.1,
                new AnchorSource(good, null, List.of(), crops.good().anchoring()),
                true);
        Anchors anchors = new GoodCrops(source, set.training(), new DatasetFiles(new Configuration()), PAIRS).anchors();
        SampleSeries series = new SampleSeries(3, "cloth", "hole");

        Set<String> used = LongStream.range(0, good.size())
                .mapToObj(index -> anchors.of(series, index).name())
                .map(name -> name.replaceFirst("#.*", ""))
                .collect(Collectors.toSet());

        assertThat(used).hasSize(good.size() - 1).noneMatch(name -> name.contains("damaged"));
    }

    @Test
    void anchors_ofPairsThatStartFromRealOnes_carryADefectOnTheGoodImageAndItsPart() throws IOException {
        AnchorSource source = new AnchorSource(
                crops.good().good(),
                null,
                List.of(Flip.values()),
                new Anchoring(0.5, 0.8, 0, true, PartGround.parse("#0000ff")));
        DatasetFiles files = new DatasetFiles(new Configuration());
        Anchors windows =
                new GoodCrops(new CropSource(crops.policy(), 1, source, true), set.training(), files, PAIRS).anchors();
        Anchors whole = source.open(set.training(), files, SIDE);

        for (long index = 0; index < PAIRS; index++) {
            assertStartsFromADefect(windows, index);
            assertStartsFromADefect(whole, index);
        }
        Anchors fromNoise = crops.good().open(set.training(), files, SIDE);
        assertThat(fromNoise.of(new SampleSeries(3, "cloth", "hole"), 0).pasted())
                .isNull();
    }

    @Test
    void defect_pastedWhereNoneMayBe_isLeftOutOfImageAndPart() {
        int area = SIDE * SIDE;
        Image dark = new Image(SIDE, SIDE, 3, new byte[3 * area]);
        Mask middle = Mask.where(SIDE, SIDE, i -> Math.abs(i % SIDE - 16) < 8 && Math.abs(i / SIDE - 16) < 8);
        byte[] light = new byte[3 * area];
        Arrays.fill(light, (byte) 200);
        float[] left = new float[area];
        IntStream.range(0, area).filter(i -> i % SIDE < 16).forEach(i -> left[i] = 1);
        AnchorSource source = new AnchorSource(
                List.of(), null, List.of(Flip.NONE), new Anchoring(0.5, 0.8, 0, true, PartGround.parse("#0000ff")));

        Pasted pasted = source.pasted(
                new DetectorPair(dark, middle),
                Borders.reachedBy(middle.box(), SIDE, SIDE),
                new Image(SIDE, SIDE, 3, light),
                left,
                NoiseSource.generator("place"));

        float good = (200 / 255f - 0.5f) / 0.5f;
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                int i = y * SIDE + x;
                assertThat(x < 16 || pasted.image()[i] == good && pasted.part()[i] == -1)
                        .isTrue();
            }
        }
        assertThat(pasted.image()[16 * SIDE + 12]).isEqualTo(-1).isEqualTo(pasted.part()[16 * SIDE + 12]);
    }

    @Test
    void mask_ofAPairWhosePartLostTheRealDefect_holdsThatOneIfTheImageStillShowsIt() {
        Mask middle = Mask.where(SIDE, SIDE, i -> Math.abs(i % SIDE - 16) < 8 && Math.abs(i / SIDE - 16) < 8);
        BufferedImage most = Mask.where(SIDE, SIDE, i -> i % SIDE < 18).buffered();
        BufferedImage good = Mask.where(SIDE, SIDE, i -> false).buffered();
        MaskCleanup none = new MaskCleanup(0, 0, 0, 0, 0);
        MaskExtractor parts = new GroundDistanceMask(0.12, 0.25, PartGround.GREY, none);
        MaskSteps all = new MaskSteps(parts, null, null);
        MaskSteps visible = new MaskSteps(parts, null, new VisibleChange(128, none));

        assertThat(all.of(made(most, good, middle), Optional.of(good)).set()).isEqualTo(middle.set());
        assertThat(visible.of(made(most, good, middle), Optional.of(good)).set())
                .isEqualTo(Mask.where(SIDE, SIDE, i -> middle.set()[i] && i % SIDE < 18)
                        .set());
        assertThat(all.of(made(good, good, middle), Optional.of(good)).isEmpty())
                .isTrue();
    }

    /** A pair without a defect on its part, made from a white one on a good image. */
    private static GeneratedPair made(BufferedImage image, BufferedImage good, Mask defect) {
        float[] white = Image.rgb(defect.buffered()).signed();
        Anchor anchor = new Anchor(
                "good.png", good, Image.rgb(good).signed(), null, new Pasted(white, new float[white.length], defect));
        BufferedImage grey = PartGround.GREY.pixels(SIDE, SIDE).buffered();
        return new GeneratedPair(0, image, AnomalyPart.of(grey), true, Optional.of(anchor));
    }

    /** Between a tenth of a percent and half of the picture, with the good image around it; always the same. */
    private static void assertStartsFromADefect(Anchors anchors, long index) {
        SampleSeries series = new SampleSeries(3, "cloth", "hole");
        Anchor anchor = anchors.of(series, index);
        Pasted pasted = anchor.pasted();
        int area = SIDE * SIDE;
        boolean[] defect = new boolean[area];
        for (int i = 0; i < area; i++) {
            defect[i] = pasted.part()[i] != -1 || pasted.part()[area + i] != -1 || pasted.part()[2 * area + i] != 1;
        }
        Mask mask = new Mask(SIDE, SIDE, defect);
        boolean[] near = mask.dilatedBySquare(4).set();
        assertThat(mask.share()).isBetween(0.001, 0.5);
        for (int i = 0; i < 3 * area; i++) {
            assertThat(near[i % area] || pasted.image()[i] == anchor.pixels()[i])
                    .isTrue();
            assertThat(!defect[i % area] || pasted.image()[i] == pasted.part()[i])
                    .isTrue();
        }
        assertThat(pasted.image()).isNotEqualTo(anchor.pixels());
        assertThat(anchors.of(series, index).pasted().image()).isEqualTo(pasted.image());
    }

    private static int[] missing(int from) {
        return IntStream.range(from, PAIRS).toArray();
    }

    private static void assertSame(List<GeneratedSample> found, List<GeneratedSample> expected) {
        assertThat(found)
                .usingRecursiveComparison()
                .withEqualsForType(Double::equals, Double.class)
                .ignoringFields("origin.millis", "origin.createdAt")
                .isEqualTo(expected);
        assertThat(expected).extracting(sample -> sample.pictures().image()).doesNotHaveDuplicates();
    }

    /** Staged by one task a list of missing indices, all at the same time. */
    private List<GeneratedSample> samples(String name, Supplier<ExecutorService> workers, List<int[]> missing)
            throws IOException {
        try (ObjectStore store = ObjectStore.open(folder.resolve(name).toString(), Map.of())) {
            GenerateSamples verb = new GenerateSamples(store, RunLease.Fence.none("run"), workers);
            List<CompletableFuture<GenerateResult>> runs = missing.stream()
                    .map(indices -> CompletableFuture.supplyAsync(() -> result(verb, task(indices))))
                    .toList();
            assertThat(runs.stream().mapToInt(run -> run.join().pairs().size()).sum())
                    .isEqualTo(PAIRS);
            return staged(store);
        }
    }

    private static GenerateResult result(GenerateSamples verb, GenerateTask task) {
        try (PairSource pairs = new ModelPairs(base, adapter, task, new DatasetFiles(new Configuration()))) {
            return verb.run(pairs, task, GenerationListener.NONE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<GeneratedSample> staged(ObjectStore store) throws IOException {
        List<GeneratedSample> samples = new ArrayList<>();
        for (StoredFile file : store.list(StoreLayout.staging("run"))) {
            Path local = folder.resolve("part.parquet");
            store.download(file.key(), local);
            samples.addAll(SampleFile.read(local));
        }
        return samples;
    }

    private static GenerateTask task(int[] missing) {
        Fingerprint fingerprint = Fingerprint.of("test").build();
        GenerateUnit unit = new GenerateUnit(
                new AdapterId(set.unit(), fingerprint),
                missing[0],
                PAIRS + PAIRS % 2,
                Arrays.stream(missing).boxed().toList());
        return new GenerateTask(
                "run",
                unit,
                new PublishedAdapter("", "", provenance(unit)),
                set.training(),
                null,
                null,
                crops,
                BASE,
                new NestedPrompt("a vfx with sks", "sks"),
                "",
                new SamplingConfig(SamplingConfig.Method.DDIM, 2, 2, 2, SIDE),
                new MaskSteps(
                        new GroundDistanceMask(0.12, 0.25, PartGround.GREY, new MaskCleanup(0, 1, 4, 0, 64)),
                        null,
                        null),
                new SampleSeries(1, unit.unit().category(), unit.unit().defect()),
                QualityProfile.NONE,
                true);
    }

    private static Provenance provenance(GenerateUnit unit) {
        return new Provenance(
                unit.adapter().fingerprint(),
                unit.unit().category(),
                unit.unit().defect(),
                BASE,
                new Provenance.TrainingData("cd", List.of(), 0),
                Map.of(),
                new Provenance.Training(1, 1, 0, List.of(), 0, "cpu"),
                new Provenance.Weights("weights.safetensors", "", 0),
                "test",
                Instant.EPOCH);
    }

    /** No worker: everything on the thread that samples. */
    private static final class AtOnce extends AbstractExecutorService {

        private boolean shutdown;

        @Override
        public void execute(Runnable work) {
            work.run();
        }

        @Override
        public void shutdown() {
            shutdown = true;
        }

        @Override
        public List<Runnable> shutdownNow() {
            shutdown();
            return List.of();
        }

        @Override
        public boolean isShutdown() {
            return shutdown;
        }

        @Override
        public boolean isTerminated() {
            return shutdown;
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) {
            return shutdown;
        }
    }
}
