package org.dualanodiff.jobs.bench;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.dual.Ablation;
import org.dualanodiff.model.dual.BackgroundMode;
import org.dualanodiff.model.dual.DualAdapter;
import org.dualanodiff.model.dual.MergedAdapter;
import org.dualanodiff.model.dual.NestedPrompt;
import org.dualanodiff.model.image.PartGround;
import org.dualanodiff.model.sampling.DualSampler;
import org.dualanodiff.model.sampling.SampleSeries;
import org.dualanodiff.model.sampling.SamplingConfig;
import org.dualanodiff.model.training.DualTrainer;
import org.dualanodiff.model.training.TrainingConfig;
import org.dualanodiff.model.training.TrainingExample;
import org.dualanodiff.model.training.TrainingListener;

/** Shows that memory does not grow: resident size during 300 training steps and during 50 samples. */
public final class MemoryBenchmark {

    private static final int STEPS = 300;
    private static final int SETTLED = 50;
    private static final int SAMPLES = 50;
    private static final int SETTLED_SAMPLES = 10;
    private static final int BATCH = 2;

    private final BaseModel base;
    private final int resolution;
    private final PrintWriter out;

    public MemoryBenchmark(BaseModel base, int resolution, PrintWriter out) {
        this.base = base;
        this.resolution = resolution;
        this.out = out;
    }

    /** @throws IOException where the resident size cannot be read */
    public void run() throws IOException {
        Path state = Files.createTempDirectory("dualanodiff-bench-").resolve("state.safetensors");
        try (DualTrainer trainer = new DualTrainer(base, examples(), NestedPrompt.RELEASED, config())) {
            Growth training = new Growth();
            DualAdapter adapter = trainer.train(state, listener(training));
            report("training steps", SETTLED, STEPS, training);
            report("samples", SETTLED_SAMPLES, SAMPLES, sample(adapter));
        }
    }

    private Growth sample(DualAdapter adapter) throws IOException {
        Growth growth = new Growth();
        SamplingConfig sampling = new SamplingConfig(SamplingConfig.Method.PNDM, 10, 2.5, BATCH, resolution);
        try (MergedAdapter merged = new MergedAdapter(base, adapter);
                DualSampler sampler = new DualSampler(base, merged, NestedPrompt.RELEASED, "", sampling)) {
            for (int block = 0; block < SAMPLES / BATCH; block++) {
                sampler.sampleBlock(new SampleSeries(1, "bench", "memory"), block);
                growth.measure((block + 1) * BATCH, SETTLED_SAMPLES, SAMPLES);
            }
        }
        return growth;
    }

    private static TrainingListener listener(Growth growth) {
        return (step, steps, loss) -> {
            try {
                growth.measure(step, SETTLED, STEPS);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
    }

    private void report(String what, int settled, int end, Growth growth) {
        out.printf(
                Locale.ROOT,
                "%s: resident %.1f MiB after %d, %.1f MiB after %d, ratio %.4f%n",
                what,
                growth.settled,
                settled,
                growth.end,
                end,
                growth.end / growth.settled);
        out.flush();
    }

    private TrainingConfig config() {
        return new TrainingConfig(
                STEPS,
                BATCH,
                BATCH,
                false,
                1e-4,
                false,
                1,
                PartGround.GREY,
                1e-2,
                1,
                4,
                false,
                BackgroundMode.OFF,
                Ablation.NONE,
                resolution,
                true,
                true,
                STEPS,
                1);
    }

    private List<TrainingExample> examples() {
        return IntStream.range(0, 4)
                .mapToObj(i -> new TrainingExample("flat " + i, flat(90 + 20 * i), flat(255)))
                .toList();
    }

    private BufferedImage flat(int level) {
        BufferedImage image = new BufferedImage(resolution, resolution, BufferedImage.TYPE_BYTE_GRAY);
        for (int i = 0; i < resolution * resolution; i++) {
            image.getRaster().setSample(i % resolution, i / resolution, 0, level);
        }
        return image;
    }

    private static final class Growth {
        private double settled;
        private double end;

        void measure(int done, int settledAfter, int endAfter) throws IOException {
            if (done == settledAfter) {
                settled = Memory.resident();
            } else if (done == endAfter) {
                end = Memory.resident();
            }
        }
    }
}
