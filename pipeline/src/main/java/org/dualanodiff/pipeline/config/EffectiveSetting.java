package org.dualanodiff.pipeline.config;

import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import java.util.List;
import java.util.Locale;
import org.dualanodiff.pipeline.config.ConfigLoader.Problem;

/**
 * A setting as it counts, for people.
 *
 * @param key its name
 * @param value in HOCON; those of secrets are hidden
 * @param origin where it comes from, such as {@code conf/fast.conf:7}, {@code --set training.steps} or {@code default}
 * @param meaning what {@code dualanodiff-reference.conf} says of it, line by line
 */
public record EffectiveSetting(String key, String value, String origin, List<String> meaning) {

    public EffectiveSetting {
        meaning = List.copyOf(meaning);
    }

    static EffectiveSetting of(String key, ConfigValue value, List<String> meaning) {
        String text = Redaction.isSecret(key)
                ? Redaction.HIDDEN
                : Redaction.text(value.render(ConfigRenderOptions.concise()));
        String origin = ConfigLoader.isDefault(value.origin()) ? "default" : Problem.place(value.origin());
        return new EffectiveSetting(key, text, origin, meaning.stream().map(String::strip).toList());
    }

    /** Whether a word is in its name or in what is said of it, in any case. */
    public boolean mentions(String word) {
        String sought = word.toLowerCase(Locale.ROOT);
        return (key + " " + String.join(" ", meaning)).toLowerCase(Locale.ROOT).contains(sought);
    }
}
