package org.dualanodiff.jobs.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.Locale;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.dual.DualAdapter;
import org.dualanodiff.model.dual.MergedAdapter;
import org.dualanodiff.model.dual.NestedPrompt;
import org.dualanodiff.model.sampling.DualSampler;
import org.dualanodiff.model.sampling.SampleSeries;
import org.dualanodiff.model.sampling.SamplingConfig;

/** Shows that memory does not grow: resident size during 300 training steps and during 50 samples. */
public final class MemoryBenchmark {

    private static final int STEPS = 300;
    private static final int SETTLED = 50;
    private static final int SAMPLES = 50;
    private static final int SETTLED_SAMPLES = 10;
    private static final int BATCH = 2;
    private static final int RANK = 4;

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
        Growth training = new Growth();
        Growth sampling = new Growth();
        ModelTask.Workload work =
                ModelTask.Workload.of("", resolution, "cpu").pairs(BATCH).repeated(STEPS - 1);
        ModelTask.train(
                base,
                work,
                RANK,
                STEPS,
                (step, steps, loss) -> training.measure(step, SETTLED, STEPS),
                adapter -> sample(adapter, sampling));
        report("training steps", SETTLED, STEPS, training);
        report("samples", SETTLED_SAMPLES, SAMPLES, sampling);
    }

    private void sample(DualAdapter adapter, Growth growth) {
        SamplingConfig sampling = new SamplingConfig(SamplingConfig.Method.PNDM, 10, 2.5, BATCH, resolution);
        try (MergedAdapter merged = new MergedAdapter(base, adapter);
                DualSampler sampler = new DualSampler(base, merged, NestedPrompt.RELEASED, "", sampling)) {
            for (int block = 0; block < SAMPLES / BATCH; block++) {
                sampler.sampleBlock(new SampleSeries(1, "bench", "memory"), block);
                growth.measure((block + 1) * BATCH, SETTLED_SAMPLES, SAMPLES);
            }
        }
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

    private static final class Growth {
        private double settled;
        private double end;

        void measure(int done, int settledAfter, int endAfter) {
            try {
                settled = done == settledAfter ? Memory.resident() : settled;
                end = done == endAfter ? Memory.resident() : end;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
