package org.dualanodiff.model.parity;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import java.util.Arrays;
import java.util.Optional;
import org.dualanodiff.model.golden.GoldenTensors;
import org.dualanodiff.model.torch.Tensors;
import org.dualanodiff.model.training.DualObjective.TrainingBatch;

/** The batches that the released implementation was run on. */
public final class ParityBatches {

    private ParityBatches() {}

    public static TrainingBatch forward(GoldenTensors golden) {
        Optional<TrainingBatch.Background> background = golden.has("cond_lat")
                ? Optional.of(new TrainingBatch.Background(golden.tensor("cond_lat"), golden.tensor("ref_noise")))
                : Optional.empty();
        return new TrainingBatch(
                golden.tensor("latents"),
                golden.tensor("noise"),
                golden.ints("timesteps"),
                Optional.empty(),
                background);
    }

    static TrainingBatch step(GoldenTensors golden, int step) {
        Optional<TrainingBatch.Background> background = golden.has("cond_lat")
                ? Optional.of(new TrainingBatch.Background(
                        golden.sliceTensor("cond_lat", step), golden.sliceTensor("ref_noise", step)))
                : Optional.empty();
        int pairs = (int) golden.shape("timesteps")[1];
        int[] timesteps = Arrays.copyOfRange(golden.ints("timesteps"), step * pairs, (step + 1) * pairs);
        return new TrainingBatch(
                golden.sliceTensor("latents", step),
                golden.sliceTensor("noise", step),
                timesteps,
                Optional.empty(),
                background);
    }

    /** Token ids of every pair, rows (b f). */
    public static NDArray tokens(GoldenTensors golden) {
        long[] global = golden.longs("input_ids_blend");
        long[] anomaly = golden.longs("input_ids_fg");
        long[] shape = golden.shape("input_ids_blend");
        int length = (int) shape[1];
        long[] rows = new long[2 * global.length];
        for (int pair = 0; pair < shape[0]; pair++) {
            System.arraycopy(global, pair * length, rows, 2 * pair * length, length);
            System.arraycopy(anomaly, pair * length, rows, (2 * pair + 1) * length, length);
        }
        return Tensors.of(rows, Device.cpu(), 2 * shape[0], length);
    }
}
