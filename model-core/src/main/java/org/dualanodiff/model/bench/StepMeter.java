package org.dualanodiff.model.bench;

import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.torch.GradientMode;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;
import org.dualanodiff.model.torch.Tensors.Traffic;

/** Measures steps from when it is started. Nothing else in the process may use the model meanwhile. */
public final class StepMeter {

    private final BaseModel base;
    private final Traffic before;
    private final long start;

    private StepMeter(BaseModel base) {
        this.base = base;
        awaitDevice(base);
        before = Traffic.soFar();
        start = System.nanoTime();
    }

    public static StepMeter start(BaseModel base) {
        return new StepMeter(base);
    }

    /** @param steps made since the start; what they took is shared out evenly */
    public Cost stop(int steps) {
        Traffic made = Traffic.soFar().since(before);
        awaitDevice(base);
        double seconds = (System.nanoTime() - start) / 1e9;
        return new Cost(
                seconds / steps, (double) made.calls() / steps, (double) (made.uploads() + made.readBacks()) / steps);
    }

    /** A GPU works behind the program's back; a number comes back from it when all before that is done. */
    private static void awaitDevice(BaseModel base) {
        try (GradientMode frozen = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            Tensors.floats(Tensors.of(new float[] {0}, base.device(), 1));
        }
    }

    /**
     * What one step of the model takes.
     *
     * @param seconds by the clock, from an idle device to an idle device
     * @param launches operators called by TorchScript
     * @param copies of numbers from the host to the device and back; a GPU finishes its queue at each
     */
    public record Cost(double seconds, double launches, double copies) {}
}
