package org.dualanodiff.model.torch;

import java.io.Serializable;
import java.util.Optional;
import org.dualanodiff.model.torch.Devices.DeviceException;

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

    /** Compute capability 8.0, Ampere. */
    private static final int WITH_BF16 = 80;

    public static final Compute CPU = new Compute("cpu", Precision.FP32, 2);

    public Compute {
        if (!device.matches("cpu|cuda(:\\d+)?")) {
            throw new DeviceException("device must be cpu, cuda or cuda:N, was " + device);
        }
        if (precision == Precision.FP16 && device.equals("cpu")) {
            throw new DeviceException("fp16 is for GPUs; on a CPU take bf16 or fp32");
        }
        if (threads < 1) {
            throw new DeviceException("threads must be positive, was " + threads);
        }
    }

    /**
     * The precision that a setting asks for when training on a device.
     *
     * @param setting {@code fp32}, {@code bf16}, {@code fp16}, or {@code auto}: fp32 on a CPU, where it is exact and some
     *     processors have nothing faster; on a GPU bf16 from compute capability 8.0 on, and fp32 below, where bf16 is slower and
     *     its attention keeps whole score matrices
     */
    public static Precision trainingPrecision(String setting, String device) {
        return precision(setting, device, Precision.FP32);
    }

    /**
     * What trains fastest, for detectors and bases, which nobody compares by the bit: bf16 activations on a GPU and on a
     * processor that multiply bf16 numbers themselves, where a step takes a third of the time; else fp32.
     *
     * @param device {@code cpu}, {@code cuda} or {@code cuda:N}
     */
    public static Compute fastest(String device, int threads) {
        Precision precision = device.equals("cpu") && Precision.processorMultipliesBfloat16()
                ? Precision.BF16
                : trainingPrecision("auto", device);
        return new Compute(device, precision, threads);
    }

    /** As {@link #trainingPrecision}, when generating: {@code auto} is fp16 on a GPU below compute capability 8.0. */
    public static Precision generationPrecision(String setting, String device) {
        return precision(setting, device, Precision.FP16);
    }

    private static Precision precision(String setting, String device, Precision older) {
        return switch (setting) {
            case "auto" -> auto(device, older, CudaDriver.ofMachine());
            case "fp32" -> Precision.FP32;
            case "bf16" -> Precision.BF16;
            case "fp16" -> Precision.FP16;
            default -> throw new DeviceException("precision must be auto, fp32, bf16 or fp16, was " + setting);
        };
    }

    /** A GPU of which nothing is known is taken for a current one. */
    static Precision auto(String device, Precision older, Optional<CudaDriver> driver) {
        if (device.equals("cpu")) {
            return Precision.FP32;
        }
        boolean old = driver.flatMap(known -> known.gpu(device))
                .filter(gpu -> gpu.capability() < WITH_BF16)
                .isPresent();
        return old ? older : Precision.BF16;
    }
}
