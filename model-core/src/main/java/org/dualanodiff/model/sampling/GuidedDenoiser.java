package org.dualanodiff.model.sampling;

import ai.djl.ndarray.NDArray;
import java.util.List;
import org.dualanodiff.model.BaseModel;
import org.dualanodiff.model.diffusion.Denoiser;
import org.dualanodiff.model.dual.BackgroundFeatures;
import org.dualanodiff.model.dual.PairDenoiser;
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
        try (TensorScope scope = TensorScope.open()) {
            return scope.release(guidedAt(timestep) ? guided(x, timestep) : predict(x, timestep, conditional));
        }
    }

    private boolean guidedAt(int timestep) {
        return scale != 1 && interval.contains(timestep, base.schedule().length());
    }

    private NDArray guided(NDArray x, int timestep) {
        long rows = Tensors.shape(x)[0];
        NDArray both = predict(Operators.concat(List.of(x, x), 0), timestep, text);
        NDArray unconditionalHalf = Operators.narrow(both, 0, 0, rows);
        return Operators.extrapolate(unconditionalHalf, secondHalf(both), scale);
    }

    private NDArray predict(NDArray rows, int timestep, NDArray states) {
        NDArray t = Tensors.of(new long[] {timestep}, base.device(), 1);
        NDArray prediction = unet.forward(rows, t, states, BackgroundFeatures.NONE);
        return base.schedule().toNoise(prediction, rows, timestep);
    }

    @Override
    public void close() {
        if (conditional != text) {
            conditional.close();
        }
    }
}
