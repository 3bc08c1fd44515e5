package org.dualanodiff.pipeline.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.apache.hadoop.conf.Configuration;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.base.ModelFiles;
import org.dualanodiff.model.base.RandomModel;
import org.dualanodiff.model.dual.AdapterFile;
import org.dualanodiff.model.dual.AdapterLayout;
import org.dualanodiff.model.dual.BackgroundCompensation.BackgroundMode;
import org.dualanodiff.model.dual.DualAdapter;
import org.dualanodiff.model.dual.DualAdapter.Ablation;
import org.dualanodiff.model.dual.NestedPrompt;
import org.dualanodiff.model.image.Flip;
import org.dualanodiff.model.image.PartGround;
import org.dualanodiff.model.mask.GroundDistanceMask;
import org.dualanodiff.model.mask.MaskCleanup;
import org.dualanodiff.model.sampling.SamplingConfig;
import org.dualanodiff.model.torch.Compute;
import org.dualanodiff.model.training.AdamW;
import org.dualanodiff.model.training.TrainingConfig;
import org.dualanodiff.model.training.TrainingListener;
import org.dualanodiff.pipeline.UserError;
import org.dualanodiff.pipeline.background.BackgroundSource;
import org.dualanodiff.pipeline.dataset.Dataset;
import org.dualanodiff.pipeline.dataset.DatasetException;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.dataset.DatasetReader;
import org.dualanodiff.pipeline.dataset.DatasetRequest;
import org.dualanodiff.pipeline.dataset.DefectSet;
import org.dualanodiff.pipeline.dataset.SplitRule;
import org.dualanodiff.pipeline.procedural.SampleDataset;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.dualanodiff.pipeline.store.Json;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.Provenance;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.dualanodiff.pipeline.store.TrainingCurve;
import org.dualanodiff.pipeline.train.TrainAdapter.TrainResult;
import org.dualanodiff.pipeline.train.TrainAdapter.TrainTask;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a training leaves in the store, and that watching it changes nothing of it. */
class TrainAdapterTest {

    private static final int SIDE = 32;
    private static final int STEPS = 6;
    private static final AdapterId ADAPTER =
            new AdapterId("hex_nut", "scratch", Fingerprint.of("test").build());

    @TempDir
    private static Path shared;

    private static BaseModel base;
    private static Dataset dataset;

    @TempDir
    private Path folder;

    @BeforeAll
    static void load() throws IOException {
        RandomModel.write(shared.resolve("model"), RandomModel.Preset.TINY, 3);
        base = BaseModel.load(ModelFiles.open(shared.resolve("model")), Compute.CPU);
        SampleDataset.write(shared.resolve("data"), 1, new SampleDataset.Size(3, 1, 6), List.of("hex_nut"));
        dataset = new DatasetReader(new Configuration())
                .read(new DatasetRequest(
                        shared.resolve("data").toString(), List.of(), List.of(), new SplitRule.FirstThird()));
    }

    @AfterAll
    static void close() {
        base.close();
    }

    @Test
    void adapter_watchedWithSheets_hasTheBytesOfOneThatIsNot() throws IOException {
        try (ObjectStore plain = store("plain");
                ObjectStore watched = store("watched")) {
            train(plain, task(0, BackgroundMode.OFF), TrainingListener.NONE);
            train(watched, task(2, BackgroundMode.OFF), TrainingListener.NONE);

            assertThat(watched.read(weights())).isEqualTo(plain.read(weights()));
            assertThat(provenance(watched).training().lossCurve())
                    .isEqualTo(provenance(plain).training().lossCurve());
            assertThat(curve(plain).sheets()).isEmpty();
            assertThat(curve(watched).sheets()).containsExactly(2, 4, 6);
        }
    }

    @Test
    void sheet_showsRealPairsAboveDrawnOnesOfTheSameNoiseEachTime() throws IOException {
        try (ObjectStore store = store("sheets")) {
            train(store, task(3, BackgroundMode.OFF), TrainingListener.NONE);
            BufferedImage early = sheet(store, 3);
            BufferedImage late = sheet(store, 6);

            assertThat(late.getWidth()).isEqualTo(early.getWidth()).isGreaterThan(8 * SIDE);
            assertThat(differences(early, late, 0, early.getHeight() / 2))
                    .as("real pairs")
                    .isZero();
            // Six steps of a random model move every pixel a little and none of them far.
            assertThat(differences(early, late, early.getHeight() / 2, early.getHeight()))
                    .isBetween(100L, (long) early.getWidth() * early.getHeight() / 2);
        }
    }

    @Test
    void adapter_withBackgroundCompensation_isDrawnOverCleanBackgrounds() throws IOException {
        try (ObjectStore store = store("compensated")) {
            train(store, task(STEPS, BackgroundMode.UNSCALED), TrainingListener.NONE);
            assertThat(curve(store).sheets()).containsExactly(STEPS);
        }
    }

    @Test
    void curve_ofTrainedAdapter_holdsWhatEachStepCameTo() throws IOException {
        List<Double> losses = new ArrayList<>();
        try (ObjectStore store = store("curve")) {
            train(store, task(0, BackgroundMode.OFF), (step, steps, loss) -> losses.add(loss));
            TrainingCurve curve = curve(store);

            assertThat(curve.steps()).isEqualTo(STEPS);
            assertThat(curve.points()).extracting(TrainingCurve.Point::step).containsExactly(1, 2, 3, 4, 5, 6);
            assertThat(curve.points()).extracting(TrainingCurve.Point::loss).isEqualTo(losses);
            assertThat(curve.points()).allMatch(point -> point.gradientNorm() > 0 && point.stepsPerSecond() > 0);
            assertThat(curve.points())
                    .extracting(TrainingCurve.Point::learningRate)
                    .containsOnly(1e-3);
        }
    }

    @Test
    void curve_ofInterruptedTraining_goesOnWhereTheTrainingDoes() throws IOException {
        try (ObjectStore store = store("interrupted")) {
            TrainTask task = task(2, BackgroundMode.OFF);
            try {
                train(store, task, (step, steps, loss) -> {
                    if (step == 5) {
                        throw new IllegalStateException("the machine is gone");
                    }
                });
            } catch (IllegalStateException gone) {
                assertThat(curve(store).sheets()).containsExactly(2, 4);
            }
            train(store, task, TrainingListener.NONE);

            TrainingCurve curve = curve(store);
            assertThat(curve.points()).extracting(TrainingCurve.Point::step).containsExactly(1, 2, 3, 4, 5, 6);
            assertThat(curve.sheets()).containsExactly(2, 4, 6);
        }
    }

    @Test
    void training_ofAPublishedAdapter_makesNoStepAndTellsHowItWasTrained() throws IOException {
        try (ObjectStore store = store("published")) {
            TrainTask task = task(0, BackgroundMode.OFF);
            train(store, task, TrainingListener.NONE);
            TrainResult again = new TrainAdapter(store, files()).run(base, task, (step, steps, loss) -> {
                throw new IllegalStateException("step " + step);
            });

            assertThat(again.succeeded()).isTrue();
            assertThat(again.steps()).isEqualTo(STEPS);
            assertThat(again.stepsMade()).isZero();
            assertThat(again.finalLoss()).isEqualTo(provenance(store).training().finalLoss());
        }
    }

    @Test
    void training_whoseCheckpointIsOfOtherSettings_beginsAnew() throws IOException {
        try (ObjectStore store = store("reshaped")) {
            assertThatThrownBy(() -> train(store, task(0, BackgroundMode.OFF), (step, steps, loss) -> {
                        if (step == 5) {
                            throw new IllegalStateException("the machine is gone");
                        }
                    }))
                    .hasMessage("the machine is gone");
            TrainResult result =
                    new TrainAdapter(store, files()).run(base, task(0, BackgroundMode.UNSCALED), TrainingListener.NONE);

            assertThat(result.resumedFrom()).isZero();
            assertThat(store.list(StoreLayout.checkpoints(ADAPTER))).isEmpty();
        }
    }

    @Test
    void training_ofDefectsThatAllVanishAtItsResolution_isRefusedWithAWayOut() throws IOException {
        Path nut = Files.createDirectories(folder.resolve("specks/nut/test/speck"));
        Path masks = Files.createDirectories(folder.resolve("specks/nut/ground_truth/speck"));
        for (int i = 0; i < 3; i++) {
            BufferedImage mask = new BufferedImage(256, 256, BufferedImage.TYPE_BYTE_GRAY);
            mask.getRaster().setSample(100 + i, 100, 0, 255);
            ImageIO.write(
                    mask, "png", masks.resolve("%03d_mask.png".formatted(i)).toFile());
            BufferedImage image = new BufferedImage(256, 256, BufferedImage.TYPE_3BYTE_BGR);
            image.setRGB(i, 0, -1);
            ImageIO.write(image, "png", nut.resolve("%03d.png".formatted(i)).toFile());
        }
        DefectSet specks = new DatasetReader(new Configuration())
                .read(new DatasetRequest(
                        folder.resolve("specks").toString(), List.of(), List.of(), new SplitRule.FirstThird()))
                .sets()
                .get(0);
        try (ObjectStore store = store("specks-store")) {
            assertThatThrownBy(() -> train(store, task(specks, 0, BackgroundMode.OFF), TrainingListener.NONE))
                    .isInstanceOf(DatasetException.class)
                    .hasMessageContainingAll("vanish at 32 x 32 pixels", "dataset.crop = \"defect\"");
        }
    }

    @Test
    void importedAdapter_withCompensationWhereNoneIsTrained_isRefused() throws IOException {
        Path file = folder.resolve("compensated.safetensors");
        try (DualAdapter adapter = DualAdapter.initialize(AdapterLayout.of(base, 2, true), 1, base.device())) {
            AdapterFile.write(adapter, file, Map.of());
        }
        try (ObjectStore store = store("imported")) {
            ImportAdapter importing = new ImportAdapter(store);
            assertThatThrownBy(() -> importing.run(base, task(0, BackgroundMode.OFF), file))
                    .isInstanceOf(UserError.class)
                    .hasMessageContainingAll("hex_nut/scratch", "background.mode = on", "nothing was imported");

            assertThat(importing
                            .run(base, task(0, BackgroundMode.UNSCALED), file)
                            .id())
                    .isEqualTo(ADAPTER);
        }
    }

    private void train(ObjectStore store, TrainTask task, TrainingListener listener) throws IOException {
        new TrainAdapter(store, files()).run(base, task, listener);
    }

    private static DatasetFiles files() {
        return new DatasetFiles(new Configuration());
    }

    /** With a checkpoint after four steps. */
    private static TrainTask task(int previewEvery, BackgroundMode mode) {
        return task(dataset.sets().get(0), previewEvery, mode);
    }

    private static TrainTask task(DefectSet set, int previewEvery, BackgroundMode mode) {
        TrainingConfig training = new TrainingConfig(
                STEPS,
                2,
                2,
                false,
                AdamW.Settings.released(1e-3, 1e-2, 1),
                false,
                1,
                PartGround.GREY,
                2,
                false,
                mode,
                Ablation.NONE,
                SIDE,
                Flip.among(true, true),
                4,
                7);
        AdapterPreview.Policy preview = new AdapterPreview.Policy(
                previewEvery,
                "",
                new SamplingConfig(SamplingConfig.Method.DPM_SOLVER, 2, 2, 2, SIDE),
                new GroundDistanceMask(0, 1, PartGround.GREY, new MaskCleanup(0, 0, 0, 0, 0)),
                true);
        BackgroundSource background = mode == BackgroundMode.OFF
                ? null
                : new BackgroundSource(mode, "hex_nut", dataset.good().get(0).training(), null);
        return new TrainTask(
                ADAPTER,
                set,
                background,
                null,
                new Provenance.BaseModel("tiny", "0".repeat(64)),
                NestedPrompt.RELEASED,
                training,
                Map.of(),
                0,
                0,
                previewEvery == 0 ? null : preview);
    }

    private ObjectStore store(String name) {
        return ObjectStore.open(folder.resolve(name).toString(), Map.of());
    }

    private static String weights() {
        return StoreLayout.weights(ADAPTER, StoreLayout.WEIGHTS_FILE);
    }

    private static Provenance provenance(ObjectStore store) {
        return Json.parse(store.read(StoreLayout.provenance(ADAPTER)), Provenance.class, "provenance");
    }

    private static TrainingCurve curve(ObjectStore store) {
        return Json.parse(store.read(StoreLayout.trainingCurve(ADAPTER)), TrainingCurve.class, "curve");
    }

    private static BufferedImage sheet(ObjectStore store, int step) throws IOException {
        return ImageIO.read(new ByteArrayInputStream(store.read(StoreLayout.sheet(ADAPTER, step))));
    }

    private static long differences(BufferedImage a, BufferedImage b, int from, int to) {
        long different = 0;
        for (int y = from; y < to; y++) {
            for (int x = 0; x < a.getWidth(); x++) {
                different += a.getRGB(x, y) == b.getRGB(x, y) ? 0 : 1;
            }
        }
        return different;
    }
}
