package org.dualanodiff.model.sampling;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.diffusion.Sampler.Denoiser;
import org.dualanodiff.model.dual.Branch;
import org.dualanodiff.model.sampling.Anchors.Anchor;
import org.dualanodiff.model.sampling.Anchors.Anchoring;
import org.dualanodiff.model.torch.DualOperators;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;

/**
 * Leads the GLOBAL branch of every pair to a real good image, except where the ANOMALY branch draws the defect (an
 * extension of the paper). Where ANOMALY's estimate of the clean part is not its ground, GLOBAL is free; elsewhere the
 * good image's latent takes the place of GLOBAL's own estimate, so that the noised image stays that of the good image.
 * It works on estimates and so with any sampler.
 *
 * <p>While almost everything is noise, ANOMALY has no estimate to speak of: the first part of the schedule is free, or leads both
 * branches to a real defect on the good image (SDEdit, Meng et al. 2022). The last part may be free, too: then what the model's
 * own hand looks like is seen all over the picture, and does not give the defect away.
 */
final class AnchoredDenoiser implements Denoiser {

    /** Mean distance from the ground over the latent's channels, whose deviation is about 1. */
    private static final double CENTER = 0.35;

    private static final double SOFTNESS = 0.07;

    private final Denoiser free;
    private final BaseModel base;
    private final Anchoring anchoring;
    private final List<Anchor> anchors;
    private final int last;
    private final NDArray clean;
    private final NDArray ground;
    private final NDArray place;
    private final NDArray pasted;

    /**
     * @param anchors one for each pair; what is made of them belongs to the open scope
     * @param last timestep of the sampler: the model is asked there, however low the strength is
     */
    AnchoredDenoiser(Denoiser free, BaseModel base, List<Anchor> anchors, int side, Anchoring anchoring, int last) {
        this.anchors = List.copyOf(anchors);
        this.last = last;
        this.free = free;
        this.base = base;
        this.anchoring = anchoring;
        clean = latents(anchors.stream().map(Anchor::pixels).toList(), side);
        ground = latents(List.of(anchoring.ground().picture(side)), side);
        place = places(anchors, side);
        pasted = anchoring.startsFromReal()
                ? latents(
                        anchors.stream()
                                .flatMap(anchor -> Stream.of(
                                        anchor.pasted().image(), anchor.pasted().part()))
                                .toList(),
                        side)
                : null;
    }

    /**
     * What the autoencoder loses of the picture that a branch of a pair starts from, (3, side, side) in units of [-1, 1]; empty
     * if it starts from noise alone, or if that is not to be added.
     */
    Optional<float[]> detail(int pair, Branch branch) {
        return anchors.get(pair)
                .start(branch)
                .filter(picture -> anchoring.detail())
                .map(picture -> {
                    try (TensorScope scope = TensorScope.open()) {
                        float[] kept = base.autoencoder().pixels(start(pair, branch));
                        float[] lost = new float[kept.length];
                        for (int i = 0; i < lost.length; i++) {
                            lost[i] = picture[i] - kept[i];
                        }
                        return lost;
                    }
                });
    }

    private NDArray start(int pair, Branch branch) {
        return pasted == null
                ? Operators.narrow(clean, 0, pair, 1)
                : Operators.narrow(pasted, 0, (long) pair * Branch.COUNT + branch.ordinal(), 1);
    }

    /** One picture after another: at once, an autoencoder of Stable Diffusion's size would need a gigabyte for each. */
    private NDArray latents(List<float[]> pictures, int side) {
        try (TensorScope scope = TensorScope.open()) {
            List<NDArray> latents = new ArrayList<>();
            for (float[] picture : pictures) {
                try (TensorScope one = TensorScope.open()) {
                    latents.add(one.release(
                            base.autoencoder().meanLatents(Tensors.pictures(List.of(picture), base.device(), side))));
                }
            }
            return scope.release(Operators.concat(latents, 0));
        }
    }

    /** A latent position is open where any of its pixels is. */
    private NDArray places(List<Anchor> anchors, int side) {
        int factor = base.autoencoder().factor();
        int small = side / factor;
        float[] open = new float[anchors.size() * small * small];
        for (int b = 0; b < anchors.size(); b++) {
            float[] given = anchors.get(b).place();
            if (given == null) {
                Arrays.fill(open, b * small * small, (b + 1) * small * small, 1);
                continue;
            }
            for (int i = 0; i < side * side; i++) {
                int at = (b * small + i / side / factor) * small + i % side / factor;
                open[at] = Math.max(open[at], given[i]);
            }
        }
        return Tensors.of(open, base.device(), anchors.size(), 1, small, small);
    }

    @Override
    public NDArray noise(NDArray x, int timestep) {
        try (TensorScope scope = TensorScope.open()) {
            double share = (double) timestep / base.schedule().length();
            double alpha = base.schedule().alphaCumprod(timestep);
            if (share >= anchoring.strength() && timestep > last) {
                return scope.release(
                        Operators.combine(1 / Math.sqrt(1 - alpha), x, -Math.sqrt(alpha / (1 - alpha)), pasted));
            }
            NDArray predicted = free.noise(x, timestep);
            if (share >= anchoring.from() || share < anchoring.until()) {
                return scope.release(predicted);
            }
            return scope.release(DualOperators.anchoredNoise(
                    x, predicted, clean, ground, place, Math.sqrt(alpha), Math.sqrt(1 - alpha), CENTER, SOFTNESS));
        }
    }
}
