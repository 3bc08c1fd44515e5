package org.dualanodiff.pipeline.config;

import com.typesafe.config.Config;
import java.io.Serializable;
import java.util.List;
import java.util.Locale;
import org.dualanodiff.model.sampling.SamplingConfig;
import org.dualanodiff.model.sampling.SamplingConfig.Guidance;
import org.dualanodiff.model.sampling.SamplingConfig.GuidanceInterval;
import org.dualanodiff.pipeline.config.PipelineConfig.OrAuto;

/** How pairs are generated. {@code pairsPerTask} is a multiple of {@code batchSize}. */
public record GenerationConfig(
        String background,
        String place,
        double placeSpread,
        double strength,
        double anchorFrom,
        double anchorUntil,
        boolean anchorDetail,
        int samplesPerDefect,
        SamplingConfig.Method sampler,
        int steps,
        Guidance.Weaker guidance,
        double guidanceScale,
        GuidanceInterval guidanceInterval,
        int deepCacheInterval,
        int batchSize,
        int pairsPerTask)
        implements Serializable {

    static final String DPM_SOLVER = "dpm-solver++";

    static GenerationConfig of(Config block) {
        List<Double> guided = block.getDoubleList("guidance-interval");
        return new GenerationConfig(
                block.getString("background"),
                block.getString("place"),
                block.getDouble("place-spread"),
                block.getDouble("strength"),
                block.getDouble("anchor-from"),
                block.getDouble("anchor-until"),
                block.getBoolean("anchor-detail"),
                block.getInt("samples-per-defect"),
                sampler(block),
                OrAuto.whole(block, "steps"),
                Guidance.Weaker.valueOf(block.getString("guidance").toUpperCase(Locale.ROOT)),
                OrAuto.number(block, "guidance-scale"),
                new GuidanceInterval(guided.get(0), guided.get(1)),
                block.getInt("deep-cache-interval"),
                block.getInt("batch-size"),
                block.getInt("pairs-per-task"));
    }

    private static SamplingConfig.Method sampler(Config block) {
        return switch (block.getString("sampler")) {
            case "pndm" -> SamplingConfig.Method.PNDM;
            case "ddim" -> SamplingConfig.Method.DDIM;
            default ->
                new SamplingConfig.DpmSolver(block.getBoolean("karras-sigmas"), block.getBoolean("final-sigma-zero"));
        };
    }

    /** Denoising steps: as set, else the paper's 100, or the released code's 50 with background compensation. */
    public int steps(boolean compensated) {
        return steps != OrAuto.AUTO ? steps : compensated ? 50 : 100;
    }

    /**
     * Guidance: as set, else by the interaction 1.5, and by the text the paper's 2.5, or the released code's 2 with background
     * compensation.
     */
    public double guidanceScale(boolean compensated) {
        if (guidanceScale != OrAuto.AUTO) {
            return guidanceScale;
        }
        return guidance == Guidance.Weaker.INTERACTION ? 1.5 : compensated ? 2 : 2.5;
    }

    public Guidance guidance(boolean compensated) {
        return new Guidance(guidance, guidanceScale(compensated), guidanceInterval);
    }

    /** Whether pairs are made on real good images. */
    public boolean anchored() {
        return background.equals("anchored");
    }
}
