package org.dualanodiff.pipeline.config;

import java.util.regex.Pattern;

/** Takes secrets out of what is printed or stored beside the results. */
public final class Redaction {
    static final String HIDDEN = "(hidden)";

    /** A regular expression that finds names of secrets: Spark's own {@code spark.redaction.regex}, and those of other stores. */
    public static final String SECRETS = "(?i)secret|passw|token|credential|\\bsas\\b|sas[._-]?(key|token)"
            + "|(access|account|encryption|private|api|shared|signing)[._-]?key|authorization|x-amz-signature";

    private static final Pattern SECRET_NAME = Pattern.compile(SECRETS);
    private static final Pattern SECRET_IN_TEXT = Pattern.compile("([\\w.-]*?(?:" + SECRETS + ")[\\w.-]*"
            + "(?:[\"']?\\s*=|[\"']\\s*:|(?<=key|secret|password)\\s*:)\\s*)"
            + "(?!\\(hidden\\))(\"[^\"]*\"|'[^']*'|[^\\s,;&}]+)");

    private static final Pattern PASSWORD_IN_URI = Pattern.compile("(://[^/@:]*:)[^/@]+@");

    private Redaction() {}

    static boolean isSecret(String name) {
        return SECRET_NAME.matcher(name).find();
    }

    /** A text that may hold settings, {@code name=value} or {@code name: value}, without the values of secret ones. */
    public static String text(String text) {
        return uri(SECRET_IN_TEXT.matcher(text).replaceAll("$1" + HIDDEN));
    }

    /** {@code scheme://user:password@host/...} without the password; anything else as it is. */
    static String uri(String text) {
        return PASSWORD_IN_URI.matcher(text).replaceAll("$1" + HIDDEN + "@");
    }
}
