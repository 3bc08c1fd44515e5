package org.dualanodiff.pipeline.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** Numbers as people read them. */
final class Significant {

    private Significant() {}

    /** A number with so many significant digits and no exponent; whole numbers keep all of theirs. */
    static String digits(double value, int digits) {
        if (!Double.isFinite(value)) {
            return "-";
        }
        if (Math.abs(value) >= Math.pow(10, digits)) {
            return String.format(Locale.ROOT, "%,.0f", value);
        }
        return new BigDecimal(value)
                .round(new MathContext(digits))
                .stripTrailingZeros()
                .toPlainString();
    }

    /** Seconds in the unit that fits. */
    static String duration(double seconds) {
        if (seconds < 120) {
            return digits(seconds, 3) + " s";
        }
        return seconds < 2 * 3600 ? digits(seconds / 60, 3) + " min" : digits(seconds / 3600, 3) + " h";
    }
}
