package org.dualanodiff.pipeline.config;

import com.typesafe.config.Config;
import java.io.Serializable;
import java.util.Map;

/**
 * Where tensors live ({@code auto, cpu, cuda, cuda:N}), in which precision the base computes ({@code auto, fp32,
 * bf16, fp16}), and how many native threads one task uses.
 */
public record ComputeConfig(String device, String precision, int threads) implements Serializable {
    private static final long serialVersionUID = 1L;

    static ComputeConfig of(Config block) {
        return new ComputeConfig(block.getString("device"), block.getString("precision"), block.getInt("threads"));
    }

    Map<String, Object> values() {
        return Map.of("device", device, "precision", precision, "threads", threads);
    }
}
