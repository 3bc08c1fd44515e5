package org.dualanodiff.pipeline.export;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Pattern;
import org.dualanodiff.pipeline.Placeholders;
import org.dualanodiff.pipeline.Shown;

/** Pages in Markdown, made of a template of this package. */
final class Card {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([a-z]+)}");
    private static final Pattern MARKUP = Pattern.compile("[\\\\`*\\[\\]<>|]");

    private Card() {}

    /** @param values by placeholder; texts of data must have gone through {@link #plain} */
    static String of(String template, Map<String, String> values) {
        return Placeholders.fill(read(template), PLACEHOLDER, values);
    }

    /** A text from data that is no markup, whatever is in it. */
    static String plain(String text) {
        return MARKUP.matcher(Shown.line(text)).replaceAll("\\\\$0");
    }

    private static String read(String template) {
        try (InputStream in = Card.class.getResourceAsStream(template)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
