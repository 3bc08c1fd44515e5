package org.dualanodiff.model.bench;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.dual.AdapterLayout;
import org.dualanodiff.model.dual.Branch;
import org.dualanodiff.model.dual.DualAdapter;
import org.dualanodiff.model.dual.MergedAdapter;
import org.dualanodiff.model.dual.MergedDualUNet;
import org.dualanodiff.model.dual.NestedPrompt;
import org.dualanodiff.model.nn.Attention.AttentionProcessor;
import org.dualanodiff.model.random.NoiseSource;
import org.dualanodiff.model.sampling.GuidedDenoiser;
import org.dualanodiff.model.torch.GradientMode;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;
import org.dualanodiff.model.torch.Tensors.Traffic;

/** Measures parts of the model side by side. */
public final class ModelTiming implements AutoCloseable {

    private static final int TIMESTEP = 500;
    private static final double GUIDANCE = 2.5;
    private static final int RANK = 32;

    private final BaseModel base;
    private final int resolution;
    private final int pairs;
    private final MergedAdapter adapter;
    private final MergedDualUNet dual;
    private final NDArray text;
    private final GuidedDenoiser denoiser;

    /** @param pairs denoised together */
    public ModelTiming(BaseModel base, int resolution, int pairs) {
        this.base = base;
        this.resolution = resolution;
        this.pairs = pairs;
        adapter = merged(base);
        dual = new MergedDualUNet(base.unet(), adapter);
        text = text();
        denoiser = new GuidedDenoiser(base, dual, text, GUIDANCE);
    }

    private static MergedAdapter merged(BaseModel base) {
        try (DualAdapter fresh = DualAdapter.initialize(AdapterLayout.of(base, RANK, false), 1, base.device())) {
            return new MergedAdapter(base, fresh);
        }
    }

    private NDArray text() {
        try (GradientMode frozen = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            NDArray tokens = NestedPrompt.tokens(base, NestedPrompt.both(""), NestedPrompt.RELEASED);
            return TensorScope.disown(base.promptStates(tokens, adapter.text()));
        }
    }

    /** One guided denoising step of all pairs: both halves, both branches. */
    public StepMeter.Cost guidedStep() {
        try (GradientMode frozen = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            NDArray latents = latents(pairs * Branch.COUNT);
            return cost(() -> denoiser.noise(latents, TIMESTEP));
        }
    }

    /** The noise that a guided step predicts, row-major; the latents and the adapter are always the same. */
    public float[] guidedNoise() {
        try (GradientMode frozen = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            return Tensors.floats(denoiser.noise(latents(pairs * Branch.COUNT), TIMESTEP));
        }
    }

    /** How many pairs have latents of {@code bytes} bytes. */
    public static long pairsOf(BaseModel base, int resolution, long bytes) {
        long side = resolution / base.autoencoder().factor();
        return bytes / (Branch.COUNT * base.unet().config().inChannels() * side * side * Float.BYTES);
    }

    /** A guided step of any number of pairs, all alike: to see what happens if they do not fit. */
    public void guidedStep(long anyPairs) {
        try (GradientMode frozen = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            denoiser.noise(Operators.repeatRows(latents(Branch.COUNT), anyPairs), TIMESTEP);
        }
    }

    /** The same number of samples through the plain U-Net, without any adapter. */
    public StepMeter.Cost plainStep() {
        try (GradientMode frozen = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            int rows = 2 * pairs * Branch.COUNT;
            NDArray latents = latents(rows);
            NDArray t = Tensors.of(new long[] {TIMESTEP}, base.device(), 1);
            NDArray states = Operators.repeatRows(text, rows / Tensors.shape(text)[0]);
            return cost(() -> base.unet().forward(latents, t, states, AttentionProcessor.PLAIN));
        }
    }

    /** What a training step without the latent cache would do besides: encode both branches' images of all pairs. */
    public StepMeter.Cost encode() {
        try (GradientMode frozen = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            int rows = pairs * Branch.COUNT;
            NDArray pixels = gaussian(rows, 3, resolution);
            return cost(() -> base.autoencoder().encode(pixels).mean());
        }
    }

    private NDArray latents(int rows) {
        return gaussian(
                rows,
                base.unet().config().inChannels(),
                resolution / base.autoencoder().factor());
    }

    private NDArray gaussian(int rows, int channels, int side) {
        float[] noise = NoiseSource.gaussian(rows * channels * side * side, "bench");
        return Tensors.of(noise, base.device(), rows, channels, side, side);
    }

    private StepMeter.Cost cost(Runnable work) {
        StepMeter meter = StepMeter.start(base);
        try (TensorScope scope = TensorScope.open()) {
            work.run();
        }
        return meter.stop(1);
    }

    /** The middle of several measurements. */
    public static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    @Override
    public void close() {
        denoiser.close();
        text.close();
        dual.close();
        adapter.close();
    }

    /** Measures steps from when it is started. Nothing else in the process may use the model meanwhile. */
    public static final class StepMeter {

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
                    seconds / steps,
                    (double) made.calls() / steps,
                    (double) (made.uploads() + made.readBacks()) / steps);
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
}
