package org.dualanodiff.jobs.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.dualanodiff.model.torch.Compute;
import org.dualanodiff.model.torch.Precision;

/**
 * What is measured.
 *
 * @param base directory or name of the base model
 * @param resolution side of the images, in pixels
 * @param device {@code cpu}, {@code cuda} or {@code cuda:N}
 * @param pairs of a step
 * @param microBatch pairs computed at once in training; their number if 0
 * @param recompute whether training computes activations twice instead of keeping them
 * @param repeats steps, read-backs or checkpoints that are measured
 */
public record Workload(
        String base,
        int resolution,
        String device,
        Precision precision,
        int pairs,
        int microBatch,
        boolean recompute,
        int repeats) {

    /** One step of one pair in fp32. */
    public static Workload of(String base, int resolution, String device) {
        return new Workload(base, resolution, device, Precision.FP32, 1, 0, false, 1);
    }

    Workload with(Precision other) {
        return new Workload(base, resolution, device, other, pairs, microBatch, recompute, repeats);
    }

    public Workload pairs(int number) {
        return new Workload(base, resolution, device, precision, number, microBatch, recompute, repeats);
    }

    Workload microBatch(int number) {
        return new Workload(base, resolution, device, precision, pairs, number, recompute, repeats);
    }

    Workload recomputed() {
        return new Workload(base, resolution, device, precision, pairs, microBatch, true, repeats);
    }

    Workload repeated(int times) {
        return new Workload(base, resolution, device, precision, pairs, microBatch, recompute, times);
    }

    Compute compute() {
        return new Compute(device, precision, Compute.CPU.threads());
    }

    String precisionName() {
        return precision.name().toLowerCase(Locale.ROOT);
    }

    /** The options by which {@code bench model-task} gets it. */
    List<String> options() {
        List<String> options = new ArrayList<>(List.of("--base", base, "--device", device));
        options.addAll(List.of("--precision", precisionName(), "--resolution", Integer.toString(resolution)));
        options.addAll(List.of("--batch", Integer.toString(pairs), "--micro-batch", Integer.toString(microBatch)));
        options.addAll(List.of("--repeats", Integer.toString(repeats)));
        if (recompute) {
            options.add("--recompute");
        }
        return options;
    }
}
