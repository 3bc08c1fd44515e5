package org.dualanodiff.pipeline.config;

import com.typesafe.config.Config;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import org.dualanodiff.pipeline.config.PipelineConfig.OrAuto;

/**
 * How pairs are generated. {@code pairsPerTask} is a multiple of {@code batchSize}; {@code karrasSigmas} and
 * {@code finalSigmaZero} are true only with DPM-Solver++.
 *
 * @param seed of the samples, where theirs is to differ from the adapters'; else the same
 */
public record GenerationConfig(
        String background,
        String place,
        double anchorFrom,
        boolean anchorDetail,
        int samplesPerDefect,
        long seed,
        Sampler sampler,
        boolean karrasSigmas,
        boolean finalSigmaZero,
        int steps,
        double guidanceScale,
        Interval guidanceInterval,
        int deepCacheInterval,
        int batchSize,
        int pairsPerTask)
        implements Serializable {
    static GenerationConfig of(Config root) {
        Config block = root.getConfig("generation");
        boolean auto = block.getString("seed").equals("auto");
        return new GenerationConfig(
                block.getString("background"),
                block.getString("place"),
                block.getDouble("anchor-from"),
                block.getBoolean("anchor-detail"),
                block.getInt("samples-per-defect"),
                auto ? root.getLong("seed") : block.getLong("seed"),
                Sampler.of(block.getString("sampler")),
                block.getBoolean("karras-sigmas"),
                block.getBoolean("final-sigma-zero"),
                OrAuto.whole(block, "steps"),
                OrAuto.number(block, "guidance-scale"),
                Interval.of(block.getDoubleList("guidance-interval")),
                block.getInt("deep-cache-interval"),
                block.getInt("batch-size"),
                block.getInt("pairs-per-task"));
    }

    /** Denoising steps: as set, else the paper's 100, or the released code's 50 with background compensation. */
    public int steps(boolean compensated) {
        return steps != OrAuto.AUTO ? steps : compensated ? 50 : 100;
    }

    /** Guidance: as set, else the paper's 2.5, or the released code's 2 with background compensation. */
    public double guidanceScale(boolean compensated) {
        return guidanceScale != OrAuto.AUTO ? guidanceScale : compensated ? 2 : 2.5;
    }

    /** Whether pairs are made on real good images. */
    public boolean anchored() {
        return background.equals("anchored");
    }

    /** The samplers that can be chosen. */
    public enum Sampler {
        PNDM("pndm"),
        DDIM("ddim"),
        DPM_SOLVER("dpm-solver++");

        private final String setting;

        Sampler(String setting) {
            this.setting = setting;
        }

        /** The name in a configuration file. */
        public String setting() {
            return setting;
        }

        static List<String> settings() {
            return Arrays.stream(values()).map(Sampler::setting).toList();
        }

        private static Sampler of(String setting) {
            return values()[settings().indexOf(setting)];
        }
    }

    /** A part of the noise schedule, in fractions of its timesteps from the clean end: 0 <= from <= to <= 1. */
    public record Interval(double from, double to) implements Serializable {
        private static Interval of(List<Double> bounds) {
            return new Interval(bounds.get(0), bounds.get(1));
        }
    }
}
