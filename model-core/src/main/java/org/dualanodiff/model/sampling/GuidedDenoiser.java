package org.dualanodiff.model.sampling;

import ai.djl.ndarray.NDArray;
import java.util.Optional;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.diffusion.Sampler.Denoiser;
import org.dualanodiff.model.dual.BackgroundCompensation.BackgroundFeatures;
import org.dualanodiff.model.dual.Branch;
import org.dualanodiff.model.dual.PairDenoiser;
import org.dualanodiff.model.sampling.CleanBackgrounds.BackgroundReference;
import org.dualanodiff.model.sampling.SamplingConfig.Guidance;
import org.dualanodiff.model.torch.DualOperators;
import org.dualanodiff.model.torch.GradientMode;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;

/**
 * Guidance over both branches, {@code w + g (f - w)}, where f is the full model's estimate and w that of the weaker one of
 * {@link Guidance.Weaker}. The unconditional estimate of classifier-free guidance also runs both branches with SAIM, and one
 * batched pass gives both halves. At scale 1, and outside of the interval, the weaker estimate is left out.
 */
public final class GuidedDenoiser implements Denoiser, AutoCloseable {

    private final BaseModel base;
    private final PairDenoiser unet;
    private final Optional<? extends PairDenoiser> withoutInteraction;
    private final NDArray text;
    private final NDArray conditional;
    private final Guidance guidance;
    private boolean guidedBefore;

    /** Classifier-free guidance over the whole schedule. */
    public GuidedDenoiser(BaseModel base, PairDenoiser unet, NDArray text, double scale) {
        this(base, unet, Optional.empty(), text, Guidance.byText(scale));
    }

    /**
     * @param withoutInteraction the same without SAIM, if guidance is {@linkplain Guidance.Weaker#INTERACTION by it}
     * @param text states with classifier-free guidance (2*G*2, T, D): the unconditional rows (g f), then the conditional
     *     ones; else (G*2, T, D)
     */
    public GuidedDenoiser(
            BaseModel base,
            PairDenoiser unet,
            Optional<? extends PairDenoiser> withoutInteraction,
            NDArray text,
            Guidance guidance) {
        this.base = base;
        this.unet = unet;
        this.withoutInteraction = withoutInteraction;
        this.text = text;
        this.conditional = guidance.isBy(Guidance.Weaker.TEXT) ? conditional(text) : text;
        this.guidance = guidance;
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
            boolean guided = guidance.actsAt(timestep, base.schedule().length());
            if (guided && !guidedBefore && reference.isPresent()) {
                withoutInteraction.ifPresent(this::beginTogether);
            }
            guidedBefore = guided;
            boolean halves = guided && guidance.isBy(Guidance.Weaker.TEXT);
            NDArray states = halves ? text : conditional;
            NDArray t = Tensors.of(new long[] {timestep}, base.device(), 1);
            try (BackgroundFeatures features = features(reference.map(r -> r.noised(timestep, halves)), t, states)) {
                if (halves) {
                    return scope.release(byText(x, timestep, unet.bothHalves(x, t, states, features)));
                }
                NDArray full = base.schedule().toNoise(unet.forward(x, t, states, features), x, timestep);
                if (!guided) {
                    return scope.release(full);
                }
                NDArray alone = withoutInteraction.orElseThrow().forward(x, t, states, features);
                return scope.release(
                        Operators.extrapolate(base.schedule().toNoise(alone, x, timestep), full, guidance.scale()));
            }
        }
    }

    /** Where the weaker model computes its deep features, it needs a reference pass that has reached them, too. */
    private void beginTogether(PairDenoiser alone) {
        unet.forget();
        alone.forget();
    }

    private NDArray byText(NDArray x, int timestep, NDArray both) {
        long rows = Tensors.shape(x)[0];
        NDArray unconditional = base.schedule().toNoise(Operators.narrow(both, 0, 0, rows), x, timestep);
        return Operators.extrapolate(
                unconditional, base.schedule().toNoise(secondHalf(both), x, timestep), guidance.scale());
    }

    private BackgroundFeatures features(Optional<NDArray> backgrounds, NDArray t, NDArray states) {
        return backgrounds
                .map(latents ->
                        unet.background(latents, t, DualOperators.selectBranch(states, Branch.GLOBAL.ordinal())))
                .orElse(BackgroundFeatures.NONE);
    }

    /** The same, with background compensation by the clean backgrounds of the batch. */
    public Denoiser over(BackgroundReference reference) {
        return (x, timestep) -> noise(x, timestep, Optional.of(reference));
    }

    @Override
    public void close() {
        if (conditional != text) {
            conditional.close();
        }
    }
}
