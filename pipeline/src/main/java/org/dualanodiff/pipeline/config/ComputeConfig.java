package org.dualanodiff.pipeline.config;

import com.typesafe.config.Config;
import java.io.Serializable;
import java.util.Map;

/**
 * Where tensors live ({@code auto, cpu, cuda, cuda:N}), in which precision the base computes ({@code auto, fp32,
 * bf16, fp16}), in general and where something else holds for training or generation, and how many native threads one task
 * uses.
 */
public record ComputeConfig(
        String device, String precision, String trainingPrecision, String generationPrecision, int threads)
        implements Serializable {
    private static final long serialVersionUID = 1L;

    static ComputeConfig of(Config block) {
        return new ComputeConfig(
                block.getString("device"),
                block.getString("precision"),
                block.getString("training-precision"),
                block.getString("generation-precision"),
                block.getInt("threads"));
    }

    /** The precision that holds for training; gradients of fp16 would vanish. */
    public String forTraining() {
        if (!trainingPrecision.equals(OrAuto.WORD)) {
            return trainingPrecision;
        }
        return precision.equals("fp16") ? OrAuto.WORD : precision;
    }

    /** The precision that holds for generation. */
    public String forGeneration() {
        return generationPrecision.equals(OrAuto.WORD) ? precision : generationPrecision;
    }

    Map<String, Object> values() {
        return Map.of(
                "device", device,
                "precision", precision,
                "training-precision", trainingPrecision,
                "generation-precision", generationPrecision,
                "threads", threads);
    }
}
