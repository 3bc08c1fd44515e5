package org.dualanodiff.model.detector;

import org.dualanodiff.model.Compute;
import org.dualanodiff.model.torch.Precision;
import org.dualanodiff.model.torch.Processor;

/** What detectors compute on when nobody says otherwise. */
public final class DetectorCompute {

    private DetectorCompute() {}

    /**
     * bf16 activations on a GPU, and on a processor that multiplies bf16 numbers itself, where a step takes a third of the
     * time; else fp32.
     *
     * @param device {@code cpu}, {@code cuda} or {@code cuda:N}
     */
    public static Compute fastest(String device, int threads) {
        boolean bfloat16 = !device.equals("cpu") || Processor.multipliesBfloat16();
        return new Compute(device, bfloat16 ? Precision.BF16 : Precision.FP32, threads);
    }
}
