package org.dualanodiff.jobs.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicReference;
import org.dualanodiff.jobs.run.RunReport;
import org.dualanodiff.model.mask.Mask;
import org.dualanodiff.pipeline.Stopwatch;
import org.dualanodiff.pipeline.evaluate.PixelScores;
import org.dualanodiff.pipeline.evaluate.Ranking;
import org.dualanodiff.pipeline.evaluate.ScoreMap;

/**
 * Time and memory of the pixel metrics on many pixels. The scores follow from the pixel's number alone, so that {@code
 * pixel_metrics_benchmark.py} metrics scikit-learn on the very same ones.
 */
public final class PixelBenchmark {

    private static final int SIDE = 1000;
    private static final int DEFECT_SIDE = 100;
    private static final double NOISE = 0.7;

    private final int millions;
    private final boolean binned;
    private final PrintWriter out;

    /**
     * @param millions of pixels; each million is one image
     * @param binned whether pixels are counted by bins instead of sorted
     */
    public PixelBenchmark(int millions, boolean binned, PrintWriter out) {
        this.millions = millions;
        this.binned = binned;
        this.out = out;
    }

    /**
     * One line of JSON.
     *
     * @param cpuSeconds of this thread: what to compare on a busy machine
     */
    public record Measured(
            int millionPixels,
            String way,
            double seconds,
            double cpuSeconds,
            double peakMebibytes,
            double auroc,
            double averagePrecision,
            double f1Max,
            double aupro,
            PixelScores.Bounds bounds) {}

    public void run() throws IOException {
        PixelScores pixels = PixelScores.forPixels(
                binned ? Long.MAX_VALUE : Math.min(PixelScores.MOST_SORTED, millions * 1_000_000L));
        Spent spent = new Spent();
        for (int image = 0; image < millions; image++) {
            ScoreMap map = map(image);
            spent.on(() -> pixels.add(map));
        }
        AtomicReference<PixelScores.Metrics> metrics = new AtomicReference<>();
        spent.on(() -> metrics.set(pixels.metrics(PixelScores.AUPRO_LIMIT)));
        print(metrics.get(), spent);
    }

    /** Time spent on some pieces of work. */
    private static final class Spent {
        private double seconds;
        private double cpuSeconds;

        void on(Runnable work) {
            Stopwatch watch = Stopwatch.start();
            long before = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            work.run();
            cpuSeconds += (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - before) / 1e9;
            seconds += watch.seconds();
        }
    }

    private void print(PixelScores.Metrics metrics, Spent spent) throws IOException {
        Ranking ranking = metrics.ranking();
        Measured measured = new Measured(
                millions,
                binned ? "binned" : "sorted",
                spent.seconds,
                spent.cpuSeconds,
                Memory.peakOfResident(),
                ranking.auroc().orElseThrow(),
                ranking.averagePrecision().orElseThrow(),
                ranking.f1Max().orElseThrow().value(),
                metrics.aupro().orElseThrow(),
                metrics.bounds());
        out.println(RunReport.line(measured));
    }

    /** An image with a defect of 100 x 100 pixels in its upper left corner. */
    private static ScoreMap map(int image) {
        float[] scores = new float[SIDE * SIDE];
        boolean[] defect = new boolean[SIDE * SIDE];
        for (int i = 0; i < scores.length; i++) {
            defect[i] = i % SIDE < DEFECT_SIDE && i / SIDE < DEFECT_SIDE;
            double uniform = (mixed((long) image * scores.length + i) >>> 40) / (double) (1 << 24);
            scores[i] = (float) (NOISE * uniform + (defect[i] ? 1 - NOISE : 0));
        }
        return new ScoreMap(scores, new Mask(SIDE, SIDE, defect));
    }

    /** The finalizer of SplitMix64. */
    private static long mixed(long number) {
        long z = number + 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
