package org.dualanodiff.model.detector;

import org.dualanodiff.model.torch.Compute;
import org.dualanodiff.model.torch.Precision;
import org.dualanodiff.model.torch.Processor;

/** What detectors compute on when nobody says otherwise. */
public final class DetectorCompute {

    private DetectorCompute() {}

    /**
     * bf16 activations on a GPU and on a processor that multiply bf16 numbers themselves, where a step takes a third of the
     * time; else fp32.
     *
     * @param device {@code cpu}, {@code cuda} or {@code cuda:N}
     */
    public static Compute fastest(String device, int threads) {
        Precision precision = device.equals("cpu") && Processor.multipliesBfloat16()
                ? Precision.BF16
                : Compute.trainingPrecision("auto", device);
        return new Compute(device, precision, threads);
    }
}
