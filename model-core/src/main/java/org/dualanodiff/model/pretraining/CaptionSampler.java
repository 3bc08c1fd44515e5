package org.dualanodiff.model.pretraining;

import ai.djl.ndarray.NDArray;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.diffusion.Sampler;
import org.dualanodiff.model.diffusion.Sampler.Denoiser;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.nn.Attention.AttentionProcessor;
import org.dualanodiff.model.random.NoiseSource;
import org.dualanodiff.model.sampling.SamplingConfig;
import org.dualanodiff.model.text.ClipTextEncoder;
import org.dualanodiff.model.torch.GradientMode;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;

/** Samples single pictures of a base model without an adapter: what it has learned so far. */
public final class CaptionSampler {

    private final BaseModel base;
    private final int resolution;
    private final int steps;
    private final double guidance;

    /**
     * @param resolution side of the pictures, in pixels
     * @param guidance scale of classifier-free guidance
     */
    public CaptionSampler(BaseModel base, int resolution, int steps, double guidance) {
        this.base = base;
        this.resolution = resolution;
        this.steps = steps;
        this.guidance = guidance;
    }

    /** One picture a caption; the same seed gives the same pictures. */
    public List<BufferedImage> sample(List<String> captions, long seed) {
        try (GradientMode frozen = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            int side = resolution / base.autoencoder().factor();
            int channels = base.unet().config().inChannels();
            float[] numbers =
                    NoiseSource.gaussian(captions.size() * channels * side * side, "captions", Long.toString(seed));
            NDArray start = Tensors.of(numbers, base.device(), captions.size(), channels, side, side);
            Sampler sampler = SamplingConfig.Method.DPM_SOLVER.on(base.schedule());
            NDArray latents = sampler.sample(start, steps, denoiser(captions), Sampler.StepListener.NONE);
            float[] pixels = base.autoencoder().pixels(latents);
            return images(pixels, captions.size());
        }
    }

    private Denoiser denoiser(List<String> captions) {
        List<String> both = Stream.concat(Collections.nCopies(captions.size(), "").stream(), captions.stream())
                .toList();
        NDArray text = base.textEncoder().forward(base.tokens(both), ClipTextEncoder.ProjectionAdapter.NONE);
        return (x, timestep) -> {
            try (TensorScope scope = TensorScope.open()) {
                NDArray twice = Operators.concat(List.of(x, x), 0);
                NDArray t = Tensors.of(new long[] {timestep}, base.device(), 1);
                NDArray prediction = base.unet().forward(twice, t, text, AttentionProcessor.PLAIN);
                NDArray noise = base.schedule().toNoise(prediction, twice, timestep);
                int rows = captions.size();
                return scope.release(Operators.extrapolate(
                        Operators.narrow(noise, 0, 0, rows), Operators.narrow(noise, 0, rows, rows), guidance));
            }
        };
    }

    private List<BufferedImage> images(float[] pixels, int count) {
        int each = pixels.length / count;
        return IntStream.range(0, count)
                .mapToObj(i -> Arrays.copyOfRange(pixels, i * each, (i + 1) * each))
                .map(one -> Image.ofSigned(one, resolution, resolution).buffered())
                .toList();
    }
}
