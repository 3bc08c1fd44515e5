package org.dualanodiff.pipeline;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Texts with places to be filled. What fills one is data: a placeholder in it stays what it is. */
public final class Placeholders {
    private Placeholders() {}

    /**
     * @param name of a placeholder, as its one group
     * @param values by name; a placeholder without a value stays
     */
    public static String fill(String text, Pattern name, Map<String, String> values) {
        return name.matcher(text)
                .replaceAll(found -> Matcher.quoteReplacement(values.getOrDefault(found.group(1), found.group())));
    }
}
