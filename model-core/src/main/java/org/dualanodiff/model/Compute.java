package org.dualanodiff.model;

import java.io.Serializable;
import org.dualanodiff.model.torch.Precision;

/**
 * What a model computes on.
 *
 * @param device {@code cpu}, {@code cuda} or {@code cuda:N}
 * @param precision of the frozen U-Net's weights and of the activations; adapters, gradients and optimizer are
 *     always fp32
 * @param threads native threads of one operator on a CPU. It changes the order of some sums and with it the
 *     last bits of results, so it is a setting and not a property of the machine
 */
public record Compute(String device, Precision precision, int threads) implements Serializable {

    public static final Compute CPU = new Compute("cpu", Precision.FP32, 2);

    public Compute {
        if (!device.matches("cpu|cuda(:\\d+)?")) {
            throw new IllegalArgumentException("device must be cpu, cuda or cuda:N, was " + device);
        }
        if (precision == Precision.FP16 && device.equals("cpu")) {
            throw new IllegalArgumentException("fp16 is for GPUs; on a CPU take bf16 or fp32");
        }
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be positive, was " + threads);
        }
    }

    /**
     * The precision that a setting asks for on a device.
     *
     * @param setting {@code fp32}, {@code bf16}, {@code fp16}, or {@code auto}: fp32 on a CPU, where it is exact
     *     and some processors have nothing faster, bf16 on a GPU
     */
    public static Precision precision(String setting, String device) {
        return switch (setting) {
            case "auto" -> device.equals("cpu") ? Precision.FP32 : Precision.BF16;
            case "fp32" -> Precision.FP32;
            case "bf16" -> Precision.BF16;
            case "fp16" -> Precision.FP16;
            default -> throw new IllegalArgumentException("precision must be auto, fp32, bf16 or fp16, was " + setting);
        };
    }
}
