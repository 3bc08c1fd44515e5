package org.dualanodiff.pipeline.sample;

/**
 * How many pictures of each product.
 *
 * @param trainGood faultless ones to train on
 * @param testGood  faultless ones to test on
 * @param perDefect faulty ones of each defect type
 */
public record SampleSize(int trainGood, int testGood, int perDefect) {
    public SampleSize {
        if (trainGood < 0 || testGood < 0 || perDefect < 0) {
            throw new IllegalArgumentException(
                    "Numbers of pictures must not be negative, were trainGood %d, testGood %d, perDefect %d"
                            .formatted(trainGood, testGood, perDefect));
        }
    }

    /** About the size of an MVTec AD category: 200 + 20 faultless, 30 a defect. */
    public static SampleSize standard() {
        return new SampleSize(200, 20, 30);
    }

    /** Enough for a demonstration or a test: 12 + 4 faultless, 15 a defect. */
    public static SampleSize small() {
        return new SampleSize(12, 4, 15);
    }
}
