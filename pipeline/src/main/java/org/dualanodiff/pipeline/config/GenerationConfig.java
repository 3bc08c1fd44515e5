package org.dualanodiff.pipeline.config;

import com.typesafe.config.Config;
import java.io.Serializable;
import java.util.List;
import org.dualanodiff.model.sampling.SamplingConfig;
import org.dualanodiff.model.sampling.SamplingConfig.GuidanceInterval;
import org.dualanodiff.pipeline.config.PipelineConfig.OrAuto;

/** How pairs are generated. {@code pairsPerTask} is a multiple of {@code batchSize}. */
public record GenerationConfig(
        String background,
        String place,
        double anchorFrom,
        boolean anchorDetail,
        int samplesPerDefect,
        SamplingConfig.Method sampler,
        int steps,
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
                block.getDouble("anchor-from"),
                block.getBoolean("anchor-detail"),
                block.getInt("samples-per-defect"),
                sampler(block),
                OrAuto.whole(block, "steps"),
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

    /** Guidance: as set, else the paper's 2.5, or the released code's 2 with background compensation. */
    public double guidanceScale(boolean compensated) {
        return guidanceScale != OrAuto.AUTO ? guidanceScale : compensated ? 2 : 2.5;
    }

    /** Whether pairs are made on real good images. */
    public boolean anchored() {
        return background.equals("anchored");
    }
}
