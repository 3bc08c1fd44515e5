package org.dualanodiff.model.sampling;

import ai.djl.ndarray.NDArray;
import java.util.Optional;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.diffusion.Sampler.Denoiser;
import org.dualanodiff.model.dual.BackgroundCompensation.BackgroundFeatures;
import org.dualanodiff.model.dual.Branch;
import org.dualanodiff.model.dual.PairDenoiser;
import org.dualanodiff.model.sampling.CleanBackgrounds.BackgroundReference;
import org.dualanodiff.model.sampling.SamplingConfig.GuidanceInterval;
import org.dualanodiff.model.torch.DualOperators;
import org.dualanodiff.model.torch.GradientMode;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;

/**
 * Classifier-free guidance over both branches (Ho and Salimans 2022): {@code u + g (c - u)}, where the
 * unconditional estimate u also runs both branches with SAIM. One batched pass gives both halves; at
 * scale 1, and outside the {@link GuidanceInterval}, the unconditional half is left out.
 */
public final class GuidedDenoiser implements Denoiser, AutoCloseable {

    private final BaseModel base;
    private final PairDenoiser unet;
    private final NDArray text;
    private final NDArray conditional;
    private final double scale;
    private final GuidanceInterval interval;

    /** As {@link #GuidedDenoiser(BaseModel, DualUNet, NDArray, double, GuidanceInterval)}, over the whole schedule. */
    public GuidedDenoiser(BaseModel base, PairDenoiser unet, NDArray text, double scale) {
        this(base, unet, text, scale, GuidanceInterval.WHOLE);
    }

    /**
     * @param text states with guidance (2*G*2, T, D): the unconditional rows (g f), then the conditional
     *     ones; without, (G*2, T, D)
     * @param scale 1 for no guidance
     * @param interval where guidance acts
     */
    public GuidedDenoiser(BaseModel base, PairDenoiser unet, NDArray text, double scale, GuidanceInterval interval) {
        this.base = base;
        this.unet = unet;
        this.text = text;
        this.conditional = scale == 1 ? text : conditional(text);
        this.scale = scale;
        this.interval = interval;
    }

    private static NDArray conditional(NDArray text) {
        try (GradientMode frozen = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            return TensorScope.disown(secondHalf(text));
        }
    }

    private static NDArray secondHalf(NDArray rows) {
        long half = Tensors.shape(rows)[0] / 2;
        return Operators.narrow(rows, 0, half, half);
    }

    /** x (B*2, C, H, W), rows (b f). */
    @Override
    public NDArray noise(NDArray x, int timestep) {
        return noise(x, timestep, Optional.empty());
    }

    private NDArray noise(NDArray x, int timestep, Optional<BackgroundReference> reference) {
        try (TensorScope scope = TensorScope.open()) {
            return scope.release(
                    guidedAt(timestep) ? guided(x, timestep, reference) : unguided(x, timestep, reference));
        }
    }

    private boolean guidedAt(int timestep) {
        return scale != 1 && interval.contains(timestep, base.schedule().length());
    }

    /** The same, with background compensation by the clean backgrounds of the batch. */
    public Denoiser over(BackgroundReference reference) {
        return (x, timestep) -> noise(x, timestep, Optional.of(reference));
    }

    private NDArray unguided(NDArray x, int timestep, Optional<BackgroundReference> reference) {
        NDArray prediction = predict(x, timestep, conditional, reference.map(r -> r.noised(timestep, false)), false);
        return base.schedule().toNoise(prediction, x, timestep);
    }

    private NDArray guided(NDArray x, int timestep, Optional<BackgroundReference> reference) {
        long rows = Tensors.shape(x)[0];
        NDArray both = predict(x, timestep, text, reference.map(r -> r.noised(timestep, true)), true);
        NDArray unconditional = base.schedule().toNoise(Operators.narrow(both, 0, 0, rows), x, timestep);
        NDArray conditional = base.schedule().toNoise(secondHalf(both), x, timestep);
        return Operators.extrapolate(unconditional, conditional, scale);
    }

    private NDArray predict(
            NDArray x, int timestep, NDArray states, Optional<NDArray> backgrounds, boolean bothHalves) {
        NDArray t = Tensors.of(new long[] {timestep}, base.device(), 1);
        try (BackgroundFeatures features = backgrounds
                .map(latents ->
                        unet.background(latents, t, DualOperators.selectBranch(states, Branch.GLOBAL.ordinal())))
                .orElse(BackgroundFeatures.NONE)) {
            return bothHalves ? unet.bothHalves(x, t, states, features) : unet.forward(x, t, states, features);
        }
    }

    @Override
    public void close() {
        if (conditional != text) {
            conditional.close();
        }
    }
}
