package org.dualanodiff.model.sampling;

import ai.djl.ndarray.NDArray;
import java.util.List;
import org.dualanodiff.model.BaseModel;
import org.dualanodiff.model.diffusion.Denoiser;
import org.dualanodiff.model.dual.DualUNet;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;

/**
 * Classifier-free guidance over both branches (Ho and Salimans 2022): {@code u + g (c - u)}, where the
 * unconditional estimate u also runs both branches with SAIM. One batched pass gives both halves; at
 * scale 1 the unconditional half is left out.
 */
public final class GuidedDenoiser implements Denoiser {

    private final BaseModel base;
    private final DualUNet unet;
    private final NDArray text;
    private final double scale;

    /**
     * @param text states with guidance (2*G*2, T, D): the unconditional rows (g f), then the conditional
     *     ones; without, (G*2, T, D)
     * @param scale 1 for no guidance
     */
    public GuidedDenoiser(BaseModel base, DualUNet unet, NDArray text, double scale) {
        this.base = base;
        this.unet = unet;
        this.text = text;
        this.scale = scale;
    }

    /** x (B*2, C, H, W), rows (b f). */
    @Override
    public NDArray noise(NDArray x, int timestep) {
        try (TensorScope scope = TensorScope.open()) {
            if (scale == 1) {
                return scope.release(predict(x, timestep));
            }
            long rows = Tensors.shape(x)[0];
            NDArray both = predict(Operators.concat(List.of(x, x), 0), timestep);
            NDArray unconditional = Operators.narrow(both, 0, 0, rows);
            NDArray conditional = Operators.narrow(both, 0, rows, rows);
            return scope.release(Operators.extrapolate(unconditional, conditional, scale));
        }
    }

    private NDArray predict(NDArray rows, int timestep) {
        NDArray t = Tensors.of(new long[] {timestep}, base.device(), 1);
        NDArray prediction = unet.forward(rows, t, text);
        return base.schedule().toNoise(prediction, rows, timestep);
    }
}
