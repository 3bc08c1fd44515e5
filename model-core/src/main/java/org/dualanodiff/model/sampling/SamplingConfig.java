package org.dualanodiff.model.sampling;

import java.io.Serializable;
import org.dualanodiff.model.diffusion.DdimSampler;
import org.dualanodiff.model.diffusion.DpmSolverSampler;
import org.dualanodiff.model.diffusion.NoiseSchedule;
import org.dualanodiff.model.diffusion.PndmSampler;
import org.dualanodiff.model.diffusion.Sampler;

/**
 * How pairs are sampled.
 *
 * @param steps of the sampler
 * @param guidance what is exaggerated, how much and when
 * @param deepCacheInterval steps that share features from deep inside the U-Net; 1: none do
 * @param batchSize pairs denoised together: one block. Changing it changes the last bits of the results
 * @param resolution side of the square images, in pixels
 * @param recordAttention whether pairs come with the attention to the words of the defect
 */
public record SamplingConfig(
        Method method,
        int steps,
        Guidance guidance,
        int deepCacheInterval,
        int batchSize,
        int resolution,
        boolean recordAttention)
        implements Serializable {

    public SamplingConfig {
        if (deepCacheInterval < 1) {
            throw new IllegalArgumentException("the deep cache's interval must be positive, was " + deepCacheInterval);
        }
        if (batchSize < 1) {
            throw new IllegalArgumentException("batch size must be positive, was " + batchSize);
        }
    }

    /** With classifier-free guidance over the whole schedule, without attention. */
    public SamplingConfig(Method method, int steps, double guidanceScale, int batchSize, int resolution) {
        this(method, steps, Guidance.byText(guidanceScale), 1, batchSize, resolution, false);
    }

    /** The sampler, with the options that only it has. */
    public sealed interface Method extends Serializable {

        /** The released one. */
        Method PNDM = new Pndm();

        Method DDIM = new Ddim();

        /** DPM-Solver++ (2M) with the timesteps and the end of the released implementation. */
        Method DPM_SOLVER = new DpmSolver(false, false);

        Sampler on(NoiseSchedule schedule);
    }

    /** See {@link PndmSampler}. */
    public record Pndm() implements Method {
        @Override
        public Sampler on(NoiseSchedule schedule) {
            return new PndmSampler(schedule);
        }
    }

    /** See {@link DdimSampler}. */
    public record Ddim() implements Method {
        @Override
        public Sampler on(NoiseSchedule schedule) {
            return new DdimSampler(schedule);
        }
    }

    /** See {@link DpmSolverSampler#DpmSolverSampler(NoiseSchedule, boolean, boolean)}. */
    public record DpmSolver(boolean karrasSigmas, boolean finalSigmaZero) implements Method {
        @Override
        public Sampler on(NoiseSchedule schedule) {
            return new DpmSolverSampler(schedule, karrasSigmas, finalSigmaZero);
        }
    }

    /**
     * Guidance: the model's estimate is moved away from that of a weaker model, {@code weak + scale (full - weak)}.
     *
     * @param weaker what the weaker model lacks
     * @param scale at least 1, which is no guidance
     * @param interval where in the schedule it acts
     */
    public record Guidance(Weaker weaker, double scale, GuidanceInterval interval) implements Serializable {

        public Guidance {
            if (!(scale >= 1)) {
                throw new IllegalArgumentException("guidance scale must be at least 1, was " + scale);
            }
        }

        /** The weaker model of guidance. */
        public enum Weaker {
            /** It has the negative prompt: classifier-free guidance (Ho and Salimans 2022), as in the paper. */
            TEXT,
            /**
             * Its branches do not hear one another, SAIM being left out. So the agreement of image and part is exaggerated (an
             * extension of the paper, after Karras et al. 2024, "Guiding a diffusion model with a bad version of itself").
             */
            INTERACTION
        }

        /** The paper's, over the whole schedule. */
        public static Guidance byText(double scale) {
            return new Guidance(Weaker.TEXT, scale, GuidanceInterval.WHOLE);
        }

        /** Whether it is by the model of this kind and does anything. */
        boolean isBy(Weaker kind) {
            return scale != 1 && weaker == kind;
        }

        boolean actsAt(int timestep, int length) {
            return scale != 1 && interval.contains(timestep, length);
        }
    }

    /**
     * The part of the noise schedule in which guidance acts (Kynkaanniemi et al. 2024), in fractions of its
     * timesteps: 0 is the clean end, 1 the noisy one; both bounds belong to it.
     *
     * @param from lower bound, at least 0
     * @param to upper bound, from {@code from} to 1
     */
    public record GuidanceInterval(double from, double to) implements Serializable {

        /** Guidance at every timestep, as released. */
        public static final GuidanceInterval WHOLE = new GuidanceInterval(0, 1);

        public GuidanceInterval {
            if (!(0 <= from && from <= to && to <= 1)) {
                throw new IllegalArgumentException(
                        "guidance interval must be 0 <= from <= to <= 1, was %s to %s".formatted(from, to));
            }
        }

        /**
         * Whether guidance acts at {@code timestep}.
         *
         * @param length number of training timesteps T; timesteps are 0..T-1
         */
        boolean contains(int timestep, int length) {
            double place = timestep / Math.max(length - 1.0, 1);
            return from <= place && place <= to;
        }
    }
}
