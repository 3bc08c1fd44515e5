package org.dualanodiff.pipeline;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Texts from data, such as names of files and defects, as they are shown to people: what would steer a terminal, end a line,
 * or let text run from right to left is written as its code, as JSON and YAML write it. Letters of every script stay.
 */
public final class DisplayText {
    private DisplayText() {}

    /** On one line. */
    public static String line(String text) {
        return escaped(text, "");
    }

    /** With its line breaks and tabs. */
    public static String text(String text) {
        return escaped(text, "\n\t");
    }

    /**
     * Fills the places of a template. What fills one is data: a placeholder in it stays what it is.
     *
     * @param name of a placeholder, as its one group
     * @param values by name; a placeholder without a value stays
     */
    public static String fill(String template, Pattern name, Map<String, String> values) {
        return name.matcher(template)
                .replaceAll(found -> Matcher.quoteReplacement(values.getOrDefault(found.group(1), found.group())));
    }

    private static String escaped(String text, String kept) {
        if (text == null || text.codePoints().noneMatch(DisplayText::isUnfit)) {
            return text;
        }
        StringBuilder shown = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> {
            if (isUnfit(c) && kept.indexOf(c) < 0) {
                for (char unit : Character.toChars(c)) {
                    shown.append(String.format(Locale.ROOT, "\\u%04x", (int) unit));
                }
            } else {
                shown.appendCodePoint(c);
            }
        });
        return shown.toString();
    }

    private static boolean isUnfit(int c) {
        return switch (Character.getType(c)) {
            // FORMAT holds the marks of direction and those without width.
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> !isJoiner(c);
            default -> false;
        };
    }

    /** Arabic, Indic scripts and emoji are not written without these two. */
    private static boolean isJoiner(int c) {
        return c == 0x200c || c == 0x200d;
    }
}
