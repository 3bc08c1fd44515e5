package org.dualanodiff.pipeline;

import java.io.Serializable;
import java.util.Comparator;
import java.util.Locale;

/** A kind of defect on a kind of product: what one adapter draws. */
public record UnitKey(String category, String defect) implements Serializable {
    /** By category, then defect. */
    public static final Comparator<UnitKey> ORDER =
            Comparator.comparing(UnitKey::category).thenComparing(UnitKey::defect);

    /**
     * A name as captions and prompts say it, so that a base and its adapters know it by the same words: letters and digits of
     * any script in lower case, all else a space. A name without any stays as it is.
     */
    public static String spoken(String name) {
        String words = name.toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{M}\\p{N}]+", " ")
                .strip();
        return words.isEmpty() ? name : words;
    }

    /** For people. */
    @Override
    public String toString() {
        return DisplayText.line(category + "/" + defect);
    }
}
