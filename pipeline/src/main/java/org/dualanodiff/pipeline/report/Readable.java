package org.dualanodiff.pipeline.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Numbers and times as people read them. */
public final class Readable {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private static final DateTimeFormatter MOMENT = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private Readable() {}

    /** With its thousands apart. */
    public static String count(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    /** A part of a whole in percent; a dash if there is no whole. */
    public static String share(long part, long whole) {
        return whole == 0 ? "-" : digits(100.0 * part / whole, 3) + " %";
    }

    /** A number with so many significant digits and no exponent; whole numbers keep all of theirs. */
    public static String digits(double value, int digits) {
        if (!Double.isFinite(value)) {
            return "-";
        }
        if (Math.abs(value) >= Math.pow(10, digits)) {
            return String.format(Locale.ROOT, "%,.0f", value);
        }
        BigDecimal rounded = new BigDecimal(value).round(new MathContext(digits));
        return rounded.stripTrailingZeros().toPlainString();
    }

    /** Seconds in the unit that fits. */
    public static String duration(double seconds) {
        if (seconds < 120) {
            return digits(seconds, 3) + " s";
        }
        return seconds < 2 * 3600 ? digits(seconds / 60, 3) + " min" : digits(seconds / 3600, 3) + " h";
    }

    /** Bytes in the unit that fits, by powers of 1000. */
    public static String bytes(double bytes) {
        if (bytes < 1e6) {
            return digits(bytes / 1e3, 3) + " kB";
        }
        return bytes < 1e9 ? digits(bytes / 1e6, 3) + " MB" : digits(bytes / 1e9, 3) + " GB";
    }

    /** To the second, in UTC. */
    static String moment(Instant time) {
        return MOMENT.format(time);
    }

    /** To the minute, in UTC. */
    public static String time(Instant time) {
        return TIME.format(time);
    }
}
