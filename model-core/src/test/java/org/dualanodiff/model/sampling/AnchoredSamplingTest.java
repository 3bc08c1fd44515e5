package org.dualanodiff.model.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.diffusion.Sampler.Denoiser;
import org.dualanodiff.model.dual.MergedAdapter;
import org.dualanodiff.model.dual.NestedPrompt;
import org.dualanodiff.model.golden.Golden;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.image.PartGround;
import org.dualanodiff.model.mask.Mask;
import org.dualanodiff.model.random.NoiseSource;
import org.dualanodiff.model.sampling.Anchors.Anchor;
import org.dualanodiff.model.sampling.Anchors.Anchoring;
import org.dualanodiff.model.sampling.Anchors.Pasted;
import org.dualanodiff.model.sampling.DualSampler.GeneratedPair;
import org.dualanodiff.model.torch.GradientMode;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;
import org.junit.jupiter.api.Test;

class AnchoredSamplingTest {
    private static final Anchoring ANCHORING = new Anchoring(1, 0.7, 0, false, PartGround.GREY);
    private static final Anchoring ALWAYS = new Anchoring(1, 1, 0, false, PartGround.GREY);

    private static final int SIDE = 32;
    private static final Mask ANYWHERE = Mask.where(SIDE, SIDE, i -> true);
    private static final int TIMESTEP = 300;
    private static final int LAST = 50;
    private static final SampleSeries SERIES = new SampleSeries(3, "tile", "crack");

    private static final BaseModel BASE = Golden.base();

    @Test
    void denoiser_whereThePartIsGrey_leadsGlobalToTheGoodImage() {
        try (GradientMode frozen = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            NDArray grey = latents(new float[3 * SIDE * SIDE]);
            NDArray good = latents(picture());
            NDArray noise = gaussian(2);
            NDArray x = BASE.schedule()
                    .addNoise(Operators.concat(List.of(gaussian(1), grey), 0), noise, new int[] {TIMESTEP, TIMESTEP});
            Denoiser anchored = new AnchoredDenoiser(
                    (rows, t) -> Operators.copy(noise), BASE, List.of(anchor(null)), SIDE, ANCHORING, LAST);

            float[] data = data(x, anchored.noise(x, TIMESTEP));
            assertThat(firstHalf(data)).usingComparatorWithPrecision(0.03f).containsExactly(Tensors.floats(good));
        }
    }

    @Test
    void denoiser_whereThePartIsNotGrey_leavesGlobalFreeUnlessThePlaceIsClosed() {
        try (GradientMode frozen = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            NDArray noise = gaussian(2);
            NDArray global = gaussian(1);
            NDArray part = Operators.multiply(gaussian(1), 50);
            NDArray x = BASE.schedule()
                    .addNoise(Operators.concat(List.of(global, part), 0), noise, new int[] {TIMESTEP, TIMESTEP});
            Denoiser open = new AnchoredDenoiser(
                    (rows, t) -> Operators.copy(noise), BASE, List.of(anchor(null)), SIDE, ANCHORING, LAST);
            Denoiser closed = new AnchoredDenoiser(
                    (rows, t) -> Operators.copy(noise),
                    BASE,
                    List.of(anchor(new float[SIDE * SIDE])),
                    SIDE,
                    ANCHORING,
                    LAST);

            assertThat(firstHalf(data(x, open.noise(x, TIMESTEP))))
                    .usingComparatorWithPrecision(1e-3f)
                    .containsExactly(Tensors.floats(global));
            assertThat(firstHalf(data(x, closed.noise(x, TIMESTEP))))
                    .usingComparatorWithPrecision(1e-3f)
                    .containsExactly(Tensors.floats(latents(picture())));
        }
    }

    @Test
    void denoiser_whereThePartIsTheGroundOfAnotherColor_leadsGlobalToTheGoodImage() {
        PartGround blue = PartGround.parse("#0000ff");
        try (GradientMode frozen = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            NDArray part = latents(blue.picture(SIDE));
            NDArray noise = gaussian(2);
            NDArray x = BASE.schedule()
                    .addNoise(Operators.concat(List.of(gaussian(1), part), 0), noise, new int[] {TIMESTEP, TIMESTEP});
            Denoiser anchored = new AnchoredDenoiser(
                    (rows, t) -> Operators.copy(noise),
                    BASE,
                    List.of(anchor(null)),
                    SIDE,
                    new Anchoring(1, 0.7, 0, false, blue),
                    LAST);
            float[] good = Tensors.floats(latents(picture()));
            assertThat(firstHalf(data(x, anchored.noise(x, TIMESTEP))))
                    .usingComparatorWithPrecision(0.03f)
                    .containsExactly(good);
        }
    }

    @Test
    void denoiser_beforeTheAnchorHolds_changesNothing() {
        assertChangesNothing(ANCHORING, anchor(null), 700, 699);
    }

    @Test
    void denoiser_afterTheAnchorHasHeld_changesNothing() {
        assertChangesNothing(new Anchoring(1, 0.7, 0.25, false, PartGround.GREY), anchor(null), 249, 250);
    }

    @Test
    void denoiser_thatStartsFromARealDefect_leadsBothBranchesToItAndAsksTheModelOnlyBelowTheStrength() {
        float[] image = picture();
        float[] part = new float[image.length];
        Arrays.fill(part, 0.8f);
        Anchor anchor = new Anchor("good.png", null, picture(), null, new Pasted(image, part, ANYWHERE));
        try (GradientMode frozen = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            NDArray noise = gaussian(2);
            List<Integer> asked = new ArrayList<>();
            Denoiser anchored = new AnchoredDenoiser(
                    (rows, t) -> {
                        asked.add(t);
                        return Operators.copy(noise);
                    },
                    BASE,
                    List.of(anchor),
                    SIDE,
                    new Anchoring(0.3, 0.1, 0, false, PartGround.GREY),
                    LAST);
            NDArray x = gaussian(2);

            float[] data = data(x, anchored.noise(x, TIMESTEP));
            float[] real = Tensors.floats(Operators.concat(List.of(latents(image), latents(part)), 0));
            assertThat(data).usingComparatorWithPrecision(1e-3f).containsExactly(real);
            assertThat(Tensors.floats(anchored.noise(x, TIMESTEP - 1))).containsExactly(Tensors.floats(noise));
            assertThat(asked).containsExactly(TIMESTEP - 1);
        }
    }

    @Test
    void denoiser_ofAStrengthBelowTheLastStep_asksTheModelThere() {
        Anchor pasted = new Anchor("good.png", null, picture(), null, new Pasted(picture(), picture(), ANYWHERE));
        assertChangesNothing(new Anchoring(0.01, 0.01, 0, false, PartGround.GREY), pasted, LAST, LAST + 1);
    }

    /** At a timestep, and something at the one beside it. */
    private static void assertChangesNothing(Anchoring anchoring, Anchor anchor, int timestep, int beside) {
        try (GradientMode frozen = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            NDArray noise = gaussian(2);
            Denoiser anchored = new AnchoredDenoiser(
                    (rows, t) -> Operators.copy(noise), BASE, List.of(anchor), SIDE, anchoring, LAST);
            NDArray x = gaussian(2);
            assertThat(Tensors.floats(anchored.noise(x, timestep))).containsExactly(Tensors.floats(noise));
            assertThat(Tensors.floats(anchored.noise(x, beside))).isNotEqualTo(Tensors.floats(noise));
        }
    }

    @Test
    void sampler_whereNothingMayChange_givesTheGoodImageBackIfItsDetailIsKept() {
        Anchor closed = anchor(new float[SIDE * SIDE]);
        byte[] good = Image.rgb(closed.image()).levels();
        assertThat(largestDifference(good, sampled(closed, 1, true).image())).isLessThan(8);
        assertThat(largestDifference(good, sampled(closed, 1, false).image())).isGreaterThan(40);
    }

    @Test
    void sampler_fromARealDefect_addsWhatTheAutoencoderLosesOfItAndOfItsPart() {
        float[] image = picture();
        float[] part = new float[image.length];
        for (int i = 0; i < part.length; i++) {
            part[i] = i % SIDE < SIDE / 2 ? 0 : -image[i];
        }
        Anchor started = new Anchor("good.png", null, new float[image.length], null, new Pasted(image, part, ANYWHERE));
        GeneratedPair plain = sampled(started, 0.5, false);
        GeneratedPair detailed = sampled(started, 0.5, true);
        assertAdds(image, plain.image(), detailed.image());
        assertAdds(part, plain.anomaly(), detailed.anomaly());
    }

    private static void assertAdds(float[] picture, BufferedImage plain, BufferedImage detailed) {
        byte[] before = Image.rgb(plain).levels();
        byte[] after = Image.rgb(detailed).levels();
        float[] kept;
        try (GradientMode frozen = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            kept = BASE.autoencoder().pixels(latents(picture));
        }
        int compared = 0;
        for (int i = 0; i < picture.length; i++) {
            int from = before[i] & 0xff;
            int to = after[i] & 0xff;
            if (from > 0 && from < 255 && to > 0 && to < 255) {
                assertThat((double) to - from).isCloseTo(127.5 * (picture[i] - kept[i]), within(1.01));
                compared++;
            }
        }
        assertThat(compared).isGreaterThan(picture.length / 8);
    }

    private static GeneratedPair sampled(Anchor anchor, double strength, boolean detail) {
        Anchors anchors = new Anchors(
                1,
                new Anchoring(strength, 1, 0, detail, PartGround.GREY),
                (number, series, index) -> Optional.of(anchor));
        SamplingConfig config = new SamplingConfig(new SamplingConfig.DpmSolver(false, true), 10, 1, 1, SIDE);
        NestedPrompt prompt = new NestedPrompt("a vfx with sks", "sks");
        try (MergedAdapter adapter = MergedAdapter.read(Golden.path("dual/pytorch_lora_weights.safetensors"), BASE);
                DualSampler sampler =
                        new DualSampler(BASE, adapter, prompt, "", config, Optional.empty(), Optional.of(anchors))) {
            return sampler.sampleBlock(SERIES, 0).get(0);
        }
    }

    private static int largestDifference(byte[] one, BufferedImage picture) {
        byte[] other = Image.rgb(picture).levels();
        return IntStream.range(0, one.length)
                .map(i -> Math.abs((one[i] & 0xff) - (other[i] & 0xff)))
                .max()
                .orElseThrow();
    }

    @Test
    void anchors_ofARound_areAllImagesOnceInAnOrderOfTheSeries() {
        Anchors anchors = new Anchors(7, ALWAYS, (number, series, index) -> Optional.of(anchor(null)));
        List<Integer> first = round(anchors, SERIES, 0);
        assertThat(first).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6).isNotEqualTo(round(anchors, SERIES, 7));
        assertThat(round(anchors, SERIES, 7)).containsExactlyInAnyOrderElementsOf(first);
        assertThat(round(anchors, new SampleSeries(4, "tile", "crack"), 0)).isNotEqualTo(first);
    }

    @Test
    void anchors_ofAnUnreadableImage_sayWhichOne() {
        Anchors anchors = new Anchors(1, ALWAYS, (number, series, index) -> {
            throw new IOException("good.png is gone");
        });
        assertThatThrownBy(() -> anchors.of(SERIES, 0))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("good.png is gone");
    }

    @Test
    void anchors_amongWhichSomeCannotBeUsed_giveTheNextOnesOfTheSeries() {
        Anchors usual = new Anchors(7, ALWAYS, (number, series, index) -> named(number));
        Anchors lacking =
                new Anchors(7, ALWAYS, (number, series, index) -> number < 3 ? Optional.empty() : named(number));
        for (long index = 0; index < 7; index++) {
            long next = index;
            while (usual.number(SERIES, next) < 3) {
                next++;
            }
            assertThat(lacking.of(SERIES, index).name())
                    .isEqualTo(usual.of(SERIES, next).name());
        }
        Anchors none = new Anchors(7, ALWAYS, (number, series, index) -> Optional.empty());
        assertThatThrownBy(() -> none.of(SERIES, 0)).hasMessageContaining("7 good images, none of which can be used");
    }

    private static Optional<Anchor> named(int number) {
        return Optional.of(new Anchor(Integer.toString(number), anchor(null).image(), picture(), null, null));
    }

    private static List<Integer> round(Anchors anchors, SampleSeries series, long first) {
        return LongStream.range(first, first + 7)
                .mapToObj(index -> anchors.number(series, index))
                .toList();
    }

    private static Anchor anchor(float[] place) {
        return new Anchor("good.png", Image.ofSigned(picture(), SIDE, SIDE).buffered(), picture(), place, null);
    }

    private static float[] picture() {
        float[] pixels = new float[3 * SIDE * SIDE];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (float) Math.sin(i * 0.01);
        }
        return pixels;
    }

    private static NDArray latents(float[] pixels) {
        NDArray one = Tensors.of(pixels, BASE.device(), 1, 3, SIDE, SIDE);
        return BASE.autoencoder().toDiffusion(BASE.autoencoder().encode(one).mean());
    }

    private static NDArray gaussian(int rows) {
        int channels = BASE.unet().config().inChannels();
        int side = SIDE / BASE.autoencoder().factor();
        float[] values = NoiseSource.gaussian(rows * channels * side * side, "anchored", Integer.toString(rows));
        return Tensors.of(values, BASE.device(), rows, channels, side, side);
    }

    /** What x is without the noise. */
    private static float[] data(NDArray x, NDArray noise) {
        double alpha = BASE.schedule().alphaCumprod(TIMESTEP);
        return Tensors.floats(
                Operators.combine(1 / Math.sqrt(alpha), x, -Math.sqrt(1 - alpha) / Math.sqrt(alpha), noise));
    }

    private static float[] firstHalf(float[] rows) {
        return Arrays.copyOf(rows, rows.length / 2);
    }
}
