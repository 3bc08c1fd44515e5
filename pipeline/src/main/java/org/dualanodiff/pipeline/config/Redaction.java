package org.dualanodiff.pipeline.config;

import java.util.regex.Pattern;

/** Takes secrets out of what is printed or stored beside the results. */
final class Redaction {
    static final String HIDDEN = "(hidden)";

    /** The words of Spark's own {@code spark.redaction.regex}, with those of other object stores added. */
    private static final Pattern SECRET_NAME = Pattern.compile(
            "secret|password|token|credential|access[.-]?key|account[.-]?key|sas[.-]?key", Pattern.CASE_INSENSITIVE);

    private static final Pattern PASSWORD_IN_URI = Pattern.compile("(://[^/@:]*:)[^/@]+@");

    private Redaction() {}

    /** The value of a property, hidden when the property's name speaks of a secret. */
    static String property(String name, String value) {
        return SECRET_NAME.matcher(name).find() ? HIDDEN : uri(value);
    }

    /** {@code scheme://user:password@host/...} without the password; anything else as it is. */
    static String uri(String text) {
        return PASSWORD_IN_URI.matcher(text).replaceAll("$1" + HIDDEN + "@");
    }
}
