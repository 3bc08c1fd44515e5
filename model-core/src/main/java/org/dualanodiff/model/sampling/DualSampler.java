package org.dualanodiff.model.sampling;

import ai.djl.ndarray.NDArray;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.diffusion.Sampler;
import org.dualanodiff.model.diffusion.Sampler.Denoiser;
import org.dualanodiff.model.dual.Branch;
import org.dualanodiff.model.dual.CrossAttentionMap;
import org.dualanodiff.model.dual.MergedAdapter;
import org.dualanodiff.model.dual.MergedDualUNet;
import org.dualanodiff.model.dual.NestedPrompt;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.mask.Mask;
import org.dualanodiff.model.mask.MaskExtractor.AnomalyPart;
import org.dualanodiff.model.mask.MaskExtractor.HeatMap;
import org.dualanodiff.model.sampling.Anchors.Anchor;
import org.dualanodiff.model.sampling.Anchors.Anchoring;
import org.dualanodiff.model.sampling.SamplingConfig.Guidance;
import org.dualanodiff.model.torch.ConstructionScope;
import org.dualanodiff.model.torch.GradientMode;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;

/**
 * Generates pairs with one adapter.
 *
 * <p>Pairs are made in aligned blocks: block k holds the samples {@code k B .. k B + B - 1}, all of them,
 * always together. So a sample's neighbours in the batch, and with them the rounding of its pixels, do
 * not depend on how the work was cut or on which samples exist already.
 */
public final class DualSampler implements AutoCloseable {

    /** The first token of a prompt is the start mark. */
    private static final int FIRST_WORD = 1;

    private final BaseModel base;
    private final SamplingConfig config;
    private final Sampler sampler;
    private final MergedDualUNet unet;
    private final Optional<MergedDualUNet> withoutInteraction;
    private final NDArray text;
    private final int defectTokens;
    private final GuidedDenoiser denoiser;
    private final Optional<CleanBackgrounds> backgrounds;
    private final Optional<Anchors> anchors;

    /** Pairs that the model draws whole, with an adapter without background compensation. */
    public DualSampler(
            BaseModel base, MergedAdapter adapter, NestedPrompt prompt, String negative, SamplingConfig config) {
        this(base, adapter, prompt, negative, config, Optional.empty(), Optional.empty());
    }

    /**
     * @param adapter folded into {@code base}; owned by the caller
     * @param negative prompt of the unconditional half, usually empty
     * @param backgrounds the clean backgrounds that the adapter was trained to look at; owned by the caller
     * @param anchors good images that pairs are made on, instead of letting the model draw the product
     * @throws IllegalArgumentException if the adapter has background compensation and there are no clean backgrounds, or the
     *     other way round
     */
    public DualSampler(
            BaseModel base,
            MergedAdapter adapter,
            NestedPrompt prompt,
            String negative,
            SamplingConfig config,
            Optional<CleanBackgrounds> backgrounds,
            Optional<Anchors> anchors) {
        if (adapter.layout().background() != backgrounds.isPresent()) {
            throw new IllegalArgumentException(
                    backgrounds.isPresent()
                            ? "the adapter has no background compensation; it takes no clean backgrounds"
                            : "the adapter has background compensation; it needs clean backgrounds");
        }
        this.backgrounds = backgrounds;
        this.anchors = anchors;
        this.base = base;
        this.config = config;
        this.defectTokens = base.tokenCount(prompt.anomaly());
        this.sampler = config.method().on(base.schedule());
        try (ConstructionScope parts = ConstructionScope.begin()) {
            this.unet = new MergedDualUNet(base.unet(), adapter, config.deepCacheInterval());
            this.withoutInteraction = config.guidance().isBy(Guidance.Weaker.INTERACTION)
                    ? Optional.of(unet.withoutInteraction())
                    : Optional.empty();
            this.text = text(adapter, prompt, NestedPrompt.both(negative));
            this.denoiser = new GuidedDenoiser(base, unet, withoutInteraction, text, config.guidance());
            parts.finish();
        }
    }

    /** The text does not change while sampling: its states are computed once. */
    private NDArray text(MergedAdapter adapter, NestedPrompt prompt, NestedPrompt negative) {
        try (GradientMode frozen = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            NDArray tokens = config.guidance().isBy(Guidance.Weaker.TEXT)
                    ? NestedPrompt.tokens(base, negative, prompt)
                    : NestedPrompt.tokens(base, prompt);
            return TensorScope.disown(base.promptStates(tokens, adapter.text()));
        }
    }

    /**
     * All pairs of one block, in order of their indices.
     *
     * @throws java.io.UncheckedIOException if an image that pairs are made on cannot be read
     */
    public List<GeneratedPair> sampleBlock(SampleSeries series, long block) {
        try (GradientMode frozen = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            long first = block * config.batchSize();
            try (CrossAttentionMap attention = attention()) {
                unet.begin(attention);
                withoutInteraction.ifPresent(alone -> alone.begin(null));
                List<Anchor> images = anchors(series, first);
                Denoiser guided = backgrounds
                        .map(clean -> denoiser.over(clean.of(series, first, config.batchSize())))
                        .orElse(denoiser);
                Optional<AnchoredDenoiser> anchored = anchors.map(on -> anchored(guided, images, on.anchoring()));
                Denoised latents = new Denoised(
                        denoise(series, first, anchored.<Denoiser>map(on -> on).orElse(guided)));
                List<GeneratedPair> pairs = new ArrayList<>();
                for (int b = 0; b < config.batchSize(); b++) {
                    BufferedImage image = latents.image(b, Branch.GLOBAL, anchored);
                    BufferedImage defect = latents.image(b, Branch.ANOMALY, anchored);
                    AnomalyPart part = new AnomalyPart(defect, map(attention, b), base.device());
                    Optional<Anchor> anchor = images.isEmpty() ? Optional.empty() : Optional.of(images.get(b));
                    pairs.add(new GeneratedPair(first + b, image, part, latents.finite(b), anchor));
                }
                return pairs;
            }
        }
    }

    private CrossAttentionMap attention() {
        return config.recordAttention()
                ? new CrossAttentionMap(config.batchSize(), side(), FIRST_WORD, defectTokens)
                : null;
    }

    private Optional<HeatMap> map(CrossAttentionMap attention, int pair) {
        return Optional.ofNullable(attention).map(a -> new HeatMap(side(), side(), a.map(pair)));
    }

    private int side() {
        return config.resolution() / base.autoencoder().factor();
    }

    private List<Anchor> anchors(SampleSeries series, long first) {
        List<Anchor> images = new ArrayList<>();
        for (int b = 0; anchors.isPresent() && b < config.batchSize(); b++) {
            images.add(anchors.get().of(series, first + b));
        }
        return images;
    }

    private AnchoredDenoiser anchored(Denoiser guided, List<Anchor> images, Anchoring anchoring) {
        int last = Arrays.stream(sampler.timesteps(config.steps())).min().orElseThrow();
        return new AnchoredDenoiser(guided, base, images, config.resolution(), anchoring, last);
    }

    private NDArray denoise(SampleSeries series, long first, Denoiser estimates) {
        return sampler.sample(start(series, first), config.steps(), estimates, Sampler.StepListener.NONE);
    }

    /** Independent noise of both branches of every pair of the block, (B*2, C, h, w). */
    private NDArray start(SampleSeries series, long first) {
        int channels = base.unet().config().inChannels();
        int side = side();
        int pairNumbers = Branch.COUNT * channels * side * side;
        float[] noise = new float[config.batchSize() * pairNumbers];
        for (int b = 0; b < config.batchSize(); b++) {
            System.arraycopy(series.noise(first + b, pairNumbers), 0, noise, b * pairNumbers, pairNumbers);
        }
        return Tensors.of(noise, base.device(), (long) config.batchSize() * Branch.COUNT, channels, side, side);
    }

    /** Clean latents (B*2, C, h, w), decoded a row at a time so that the decoder does not set the peak of memory. */
    private final class Denoised {

        private final NDArray latents;
        private final Set<Integer> diverged = new HashSet<>();

        Denoised(NDArray latents) {
            this.latents = latents;
        }

        /** Whether the pictures of the pair that were asked for came out as numbers. */
        boolean finite(int pair) {
            return !diverged.contains(pair);
        }

        /** @param anchored whose detail is added to the pixels, if there is any */
        BufferedImage image(int pair, Branch branch, Optional<AnchoredDenoiser> anchored) {
            try (TensorScope scope = TensorScope.open()) {
                long row = (long) pair * Branch.COUNT + branch.ordinal();
                float[] pixels = base.autoencoder().pixels(Operators.narrow(latents, 0, row, 1));
                Optional<float[]> detail = anchored.flatMap(on -> on.detail(pair, branch));
                for (int i = 0; i < pixels.length && detail.isPresent(); i++) {
                    pixels[i] += detail.get()[i];
                }
                if (!allFinite(pixels)) {
                    diverged.add(pair);
                    pixels = new float[pixels.length];
                }
                return Image.ofSigned(pixels, config.resolution(), config.resolution())
                        .buffered();
            }
        }

        private static boolean allFinite(float[] pixels) {
            boolean finite = true;
            for (float pixel : pixels) {
                finite &= Float.isFinite(pixel);
            }
            return finite;
        }
    }

    @Override
    public void close() {
        denoiser.close();
        withoutInteraction.ifPresent(MergedDualUNet::close);
        unet.close();
        text.close();
    }

    /**
     * One generated pair.
     *
     * @param index of the sample in its series
     * @param image what the GLOBAL branch made, RGB
     * @param part what the ANOMALY branch made
     * @param finite whether all its numbers were finite; where one was not, the pictures are mid-grey
     * @param anchor the good image that it was made on, if any
     */
    public record GeneratedPair(
            long index, BufferedImage image, AnomalyPart part, boolean finite, Optional<Anchor> anchor) {

        /** What the ANOMALY branch made, RGB: the defect on its ground. */
        public BufferedImage anomaly() {
            return part.picture();
        }

        /** Where the real defect is that the pair started from, if it did and the image still shows it. */
        public Optional<Mask> pasted() {
            return anchor.flatMap(good -> good.pastedIn(image));
        }
    }
}
