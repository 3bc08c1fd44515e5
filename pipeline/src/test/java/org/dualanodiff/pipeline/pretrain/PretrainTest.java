package org.dualanodiff.pipeline.pretrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.dualanodiff.model.base.ModelDirectory;
import org.dualanodiff.model.base.RandomModel;
import org.dualanodiff.model.checkpoint.CheckpointException;
import org.dualanodiff.model.image.Flip;
import org.dualanodiff.model.image.PartGround;
import org.dualanodiff.model.torch.Compute;
import org.dualanodiff.pipeline.UserError;
import org.dualanodiff.pipeline.dataset.DatasetException;
import org.dualanodiff.pipeline.dataset.DatasetReader;
import org.dualanodiff.pipeline.dataset.DatasetRequest;
import org.dualanodiff.pipeline.dataset.DefectSet;
import org.dualanodiff.pipeline.dataset.SplitRule;
import org.dualanodiff.pipeline.evaluate.LeakCheck.BaseModelImages;
import org.dualanodiff.pipeline.procedural.SampleDataset;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class PretrainTest {

    private static final Configuration HADOOP = new Configuration();
    private static final List<Integer> STEPS = new ArrayList<>();

    @TempDir
    private static Path shared;

    private static Pretrain.Result fromNothing;
    private static List<Integer> stepsFromNothing;

    @TempDir
    private Path folder;

    @BeforeAll
    static void pretrainFromNothing() throws IOException {
        fromNothing = new Pretrain(settings(shared.resolve("base"), Optional.empty(), List.of(), 2, true), HADOOP, 20)
                .run(progress());
        stepsFromNothing = List.copyOf(STEPS);
    }

    @Test
    void pretraining_fromNothing_writesAModelASheetAndWhatAResumeNeeds() {
        assertThat(fromNothing.isComplete()).isTrue();
        assertThat(stepsFromNothing).containsExactly(1, 2);
        ModelDirectory model = ModelDirectory.open(Path.of(fromNothing.model()));
        model.requireComplete();
        assertThat(model.startingAdapter()).isPresent();
        assertThat(shared.resolve("base/pretraining/step-000002.png")).isNotEmptyFile();
        assertThat(shared.resolve("base/pretraining/state.safetensors")).isNotEmptyFile();
    }

    @Test
    void pretraining_onOwnPicturesFromABase_continuesWithPairsWhereTheBaseHasAStartingAdapter() throws IOException {
        Path base = shared.resolve("base");
        SampleDataset.write(folder.resolve("data"), 1, new SampleDataset.Size(3, 0, 0), List.of("wood"));
        Path own = folder.resolve("data/wood/train/good");

        Path domain = folder.resolve("domain");
        new Pretrain(settings(domain, Optional.of(base), List.of(own), 2, false), HADOOP).run(progress());

        assertThat(domain.resolve(ModelDirectory.STARTING_ADAPTER))
                .isRegularFile()
                .satisfies(file -> assertThat(Files.mismatch(file, base.resolve(ModelDirectory.STARTING_ADAPTER)))
                        .isNotNegative());
        assertThat(domain.resolve("vae/diffusion_pytorch_model.safetensors"))
                .hasSameBinaryContentAs(base.resolve("vae/diffusion_pytorch_model.safetensors"));
    }

    @Test
    void pretraining_onAFolderWithoutPictures_saysSo() {
        assertThatThrownBy(() -> new Pretrain(
                        settings(folder.resolve("model"), Optional.empty(), List.of(folder.resolve("none")), 1, false),
                        HADOOP))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("does not exist");
    }

    @Test
    void pretraining_intoTheFolderOfItsBase_isRefused() {
        Optional<Path> base = Optional.of(shared.resolve("base"));
        Pretrain.Settings settings = settings(shared.resolve("base/../base"), base, List.of(), 1, false);
        assertThatThrownBy(() -> new Pretrain(settings, HADOOP))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("--out must be another folder than --from");
    }

    @Test
    void pretraining_fromABaseOfAnotherImageSize_isRefused() throws IOException {
        Path unet = folder.resolve("other/unet/config.json");
        RandomModel.write(folder.resolve("other"), RandomModel.Preset.TINY, 1);
        Files.writeString(unet, Files.readString(unet).replaceAll("\"sample_size\": *16", "\"sample_size\": 32"));
        Pretrain pretrain = new Pretrain(
                settings(folder.resolve("model"), Optional.of(folder.resolve("other")), List.of(), 1, false), HADOOP);
        assertThatThrownBy(() -> pretrain.run(progress()))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("128 x 128");
    }

    @Test
    void pretraining_onADataSet_learnsItsTrainingImagesWithTheirDefectsAndNamesThemAlone() throws IOException {
        SampleDataset.write(folder.resolve("data"), 1, new SampleDataset.Size(3, 2, 4), List.of("wood"));
        DatasetRequest request = new DatasetRequest(
                folder.resolve("data").toString(), List.of("wood"), List.of("hole"), new SplitRule.First(3));
        Pretrain.Settings.Photographs own = new Pretrain.Settings.Photographs(
                List.of(), 0, new Pretrain.Settings.Labelled(request, null, PartGround.GREY, List.of(Flip.NONE)));

        Pretrain.Result result = new Pretrain(
                        settings(folder.resolve("own"), Optional.of(shared.resolve("base")), own, 2, false), HADOOP)
                .run(progress());

        Map<String, String> seen = BaseModelImages.read(Path.of(result.model())).orElseThrow();
        DefectSet holes = new DatasetReader(HADOOP).read(request).sets().get(0);
        assertThat(seen)
                .hasSize(6)
                .containsKeys(
                        "wood/good/000.png",
                        "wood/hole/" + holes.training().get(0).name())
                .containsValues(holes.training().stream()
                        .map(DefectSet.DefectImage::imageSha256)
                        .toArray(String[]::new));
        assertThat(holes.test())
                .isNotEmpty()
                .allSatisfy(image -> assertThat(seen).doesNotContainValue(image.imageSha256()));
    }

    @Test
    void pretraining_brokenOffBeforeItsFirstState_beginsWithTheStartOfItsOwnSettings() throws IOException {
        Path out = folder.resolve("base");
        new Pretrain(settings(out, Optional.empty(), List.of(), 1, true), HADOOP, 10).run(progress());
        Files.delete(out.resolve("pretraining/state.safetensors"));

        new Pretrain(settings(out, Optional.empty(), List.of(), 2, true), HADOOP, 20).run(progress());

        for (String file :
                List.of("vae/diffusion_pytorch_model.safetensors", "unet/diffusion_pytorch_model.safetensors")) {
            assertThat(out.resolve(file))
                    .hasSameBinaryContentAs(shared.resolve("base").resolve(file));
        }
    }

    @Test
    void imagesOfABase_thatHaveTheNamesOfNewOnes_areKeptBesideThem() {
        Map<String, String> before = Map.of("bottle/good/000.png", "0123456789abcdef", "bottle/good/001.png", "22");
        assertThat(Pretrain.joined(Map.of("bottle/good/000.png", "11", "bottle/good/001.png", "22"), before))
                .isEqualTo(Map.of(
                        "bottle/good/000.png", "11",
                        "bottle/good/000.png (0123456789ab)", "0123456789abcdef",
                        "bottle/good/001.png", "22"));
    }

    @Test
    void pretraining_resumedOnOtherPictures_isRefused() throws IOException {
        Path base = shared.resolve("base");
        SampleDataset.write(folder.resolve("data"), 1, new SampleDataset.Size(2, 0, 0), List.of("wood", "cloth"));
        Path out = folder.resolve("own");
        new Pretrain(settings(out, Optional.of(base), List.of(folder.resolve("data/wood")), 1, false), HADOOP)
                .run(progress());
        Pretrain other =
                new Pretrain(settings(out, Optional.of(base), List.of(folder.resolve("data/cloth")), 1, false), HADOOP);
        assertThatThrownBy(() -> other.run(progress()))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("on other pictures");
    }

    private static Pretrain.Settings settings(
            Path out, Optional<Path> from, List<Path> data, int steps, boolean pairs) {
        List<String> folders = data.stream().map(Path::toString).toList();
        return settings(out, from, new Pretrain.Settings.Photographs(folders, 0, null), steps, pairs);
    }

    private static Pretrain.Settings settings(
            Path out, Optional<Path> from, Pretrain.Settings.Photographs own, int steps, boolean pairs) {
        return new Pretrain.Settings(
                out.toString(),
                from.map(Path::toString).orElse(null),
                own,
                new Pretrain.Settings.Training(steps, 2, 1e-3, false, pairs, 4, 0, 10, 1),
                Compute.CPU);
    }

    private static Pretrain.Progress progress() {
        return new Pretrain.Progress() {
            @Override
            public void step(int step, int of, double loss, double rate, double secondsLeft) {
                STEPS.add(step);
            }

            @Override
            public void written(int step, Path sheet) {}
        };
    }
}
