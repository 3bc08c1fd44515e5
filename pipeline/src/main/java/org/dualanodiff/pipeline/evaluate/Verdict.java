package org.dualanodiff.pipeline.evaluate;

import java.util.Locale;

/**
 * Whether generated pairs help: one arm with them against one without.
 *
 * @param arm with generated pairs
 * @param baseline {@code real} for arms with real defects, else {@code cut-paste}
 * @param figure what is compared, on the test images without a twin
 * @param gain of the means
 */
public record Verdict(
        String category,
        String arm,
        String baseline,
        String figure,
        Answer answer,
        Spread without,
        Spread with,
        double gain) {

    /** Seeds differ by up to 0.1; two of them prove nothing. */
    private static final int ENOUGH_SEEDS = 3;

    /** What can be said. */
    public enum Answer {
        HELPS("helps"),
        HURTS("hurts"),
        /** The means differ by less than the seeds do. */
        NO_CLEAR_DIFFERENCE("makes no clear difference"),
        TOO_FEW_SEEDS("cannot be judged, with fewer than 3 seeds");

        private final String words;

        Answer(String words) {
            this.words = words;
        }
    }

    static Verdict of(String category, String arm, String baseline, String figure, Spread without, Spread with) {
        double gain = with.mean() - without.mean();
        return new Verdict(category, arm, baseline, figure, answer(gain, without, with), without, with, gain);
    }

    private static Answer answer(double gain, Spread without, Spread with) {
        if (Math.min(without.seeds(), with.seeds()) < ENOUGH_SEEDS) {
            return Answer.TOO_FEW_SEEDS;
        }
        double noise = Math.max(without.range(), with.range());
        return gain > noise ? Answer.HELPS : gain < -noise ? Answer.HURTS : Answer.NO_CLEAR_DIFFERENCE;
    }

    /** For people. */
    public String sentence() {
        return String.format(
                Locale.ROOT,
                "%s: generated data %s: %s %.1f -> %.1f (%s against %s, %d seeds, spread %.1f)",
                category,
                answer.words,
                figure,
                100 * without.mean(),
                100 * with.mean(),
                arm,
                baseline,
                Math.min(without.seeds(), with.seeds()),
                100 * Math.max(without.range(), with.range()));
    }
}
