package org.dualanodiff.pipeline.pretrain;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.commons.rng.UniformRandomProvider;
import org.dualanodiff.model.dual.NestedPrompt;

/**
 * PretrainingCaptions from the names of things. The rare words of the adapters' prompts take a name's place now and then, so that
 * before any adapter they mean "some product" and "some defect"; and now and then there is no caption at all, which
 * classifier-free guidance needs.
 */
final class PretrainingCaptions {

    private static final String ANY_OBJECT = "vfx";
    private static final String ANY_DEFECT = "sks";
    private static final double RARE_WORD = 0.25;
    private static final double RARE_WORD_IN_PAIR = 0.5;
    private static final double EMPTY = 0.1;
    private static final Set<String> OWN_WORDS = Set.of("a", "with", ANY_OBJECT, ANY_DEFECT);

    private PretrainingCaptions() {}

    /** All words of captions with these names. */
    static Set<String> words(Collection<String> names) {
        Set<String> words = new TreeSet<>(OWN_WORDS);
        names.stream()
                .flatMap(name -> Stream.of(spoken(name).split(" ")))
                .filter(word -> !word.isEmpty())
                .forEach(words::add);
        return words;
    }

    /** Of a whole picture. */
    static String whole(String object, Optional<String> defect, UniformRandomProvider random) {
        if (random.nextDouble() < EMPTY) {
            return "";
        }
        String thing = either(object, ANY_OBJECT, RARE_WORD, random);
        return sentence(thing, defect.map(name -> either(name, ANY_DEFECT, RARE_WORD, random)));
    }

    /** Of a defect alone. */
    static String part(String defect, UniformRandomProvider random) {
        return random.nextDouble() < EMPTY ? "" : either(defect, ANY_DEFECT, RARE_WORD, random);
    }

    /** Of both branches. */
    static NestedPrompt pair(String object, String defect, UniformRandomProvider random) {
        if (random.nextDouble() < EMPTY) {
            return NestedPrompt.both("");
        }
        String thing = either(object, ANY_OBJECT, RARE_WORD_IN_PAIR, random);
        String fault = either(defect, ANY_DEFECT, RARE_WORD_IN_PAIR, random);
        return new NestedPrompt(sentence(thing, Optional.of(fault)), fault);
    }

    static String sentence(String object, Optional<String> defect) {
        return "a " + object + defect.map(name -> " with " + name).orElse("");
    }

    private static String either(String name, String rare, double share, UniformRandomProvider random) {
        return random.nextDouble() < share ? rare : spoken(name);
    }

    private static String spoken(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]+", " ").strip();
    }
}
