package org.dualanodiff.pipeline.background;

/**
 * Values split in two classes where the variance between them is greatest (Otsu, "A threshold selection method from
 * gray-level histograms", 1979).
 *
 * @param threshold  values above it are of the upper class
 * @param separation distance of the class means over the sum of the classes' standard deviations: about 1.3 for one
 *     bell-shaped heap cut in two and 1.7 for an even spread, above that for two heaps
 */
record TwoClasses(double threshold, double separation) {
    private static final int BINS = 256;

    static TwoClasses of(float[] values) {
        float largest = 0;
        for (float value : values) {
            largest = Math.max(largest, value);
        }
        double width = Math.max(largest, 1e-6) / BINS;
        long[] histogram = new long[BINS];
        for (float value : values) {
            histogram[Math.min(BINS - 1, (int) (value / width))]++;
        }
        int cut = cut(histogram);
        return new TwoClasses((cut + 1) * width, separation(histogram, cut));
    }

    /** The last bin of the lower class. */
    private static int cut(long[] histogram) {
        Heap all = Heap.of(histogram, 0, BINS);
        double best = -1;
        int cut = 0;
        double count = 0;
        double sum = 0;
        for (int bin = 0; bin < BINS - 1; bin++) {
            count += histogram[bin];
            sum += (double) bin * histogram[bin];
            double rest = all.count - count;
            double gap = sum / count - (all.count * all.mean - sum) / rest;
            double between = count == 0 || rest == 0 ? 0 : count * rest * gap * gap;
            if (between > best) {
                best = between;
                cut = bin;
            }
        }
        return cut;
    }

    private static double separation(long[] histogram, int cut) {
        Heap lower = Heap.of(histogram, 0, cut + 1);
        Heap upper = Heap.of(histogram, cut + 1, BINS);
        boolean one = lower.count == 0 || upper.count == 0;
        // A heap within one bin still has that bin's width.
        return one ? 0 : (upper.mean - lower.mean) / (lower.deviation + upper.deviation + 1);
    }

    private record Heap(double count, double mean, double deviation) {
        static Heap of(long[] histogram, int from, int to) {
            double count = 0;
            double sum = 0;
            double squares = 0;
            for (int bin = from; bin < to; bin++) {
                count += histogram[bin];
                sum += (double) bin * histogram[bin];
                squares += (double) bin * bin * histogram[bin];
            }
            double mean = count == 0 ? 0 : sum / count;
            double variance = count == 0 ? 0 : squares / count - mean * mean;
            return new Heap(count, mean, Math.sqrt(Math.max(0, variance)));
        }
    }
}
