package org.dualanodiff.pipeline.pretrain;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.commons.rng.UniformRandomProvider;
import org.dualanodiff.model.dual.NestedPrompt;
import org.dualanodiff.model.image.Flip;
import org.dualanodiff.model.image.PartGround;
import org.dualanodiff.model.pretraining.BaseTrainer.PretrainingImages;
import org.dualanodiff.model.random.NoiseSource;
import org.dualanodiff.pipeline.procedural.ProceduralCorpus;
import org.dualanodiff.pipeline.procedural.ProceduralCorpus.ProceduralImage;

/**
 * What a base learns from: procedural pictures and, where there are any, one's own faultless ones, half and half. Parts
 * alone are among them, so that a base knows "a defect on mid-grey" before any adapter. Pairs show a procedural defect,
 * on a procedural product or on a picture of one's own.
 */
final class MixedImages implements PretrainingImages {

    private static final double OWN = 0.5;
    private static final double PARTS = 0.3;

    private final ProceduralCorpus corpus;
    private final OwnImages own;
    private final long seed;

    MixedImages(long seed, OwnImages own) {
        this.corpus = new ProceduralCorpus(seed);
        this.own = own;
        this.seed = seed;
    }

    @Override
    public PretrainingImages.Captioned image(long index) {
        UniformRandomProvider random = NoiseSource.generator("pictures", Long.toString(seed), Long.toString(index));
        if (random.nextDouble() < PARTS) {
            ProceduralImage faulty = faulty(index, random);
            float[] part = part(faulty, flip(random));
            return new PretrainingImages.Captioned(
                    part, PretrainingCaptions.part(faulty.defect().orElseThrow(), random));
        }
        if (isOwn(random)) {
            int chosen = random.nextInt(own.count());
            float[] pixels = own.pixels(chosen).flip(flip(random)).signed();
            return new PretrainingImages.Captioned(
                    pixels, PretrainingCaptions.whole(own.product(chosen), Optional.empty(), random));
        }
        ProceduralImage drawn = corpus.image(index);
        float[] pixels = drawn.image().flip(flip(random)).signed();
        return new PretrainingImages.Captioned(
                pixels, PretrainingCaptions.whole(drawn.object(), drawn.defect(), random));
    }

    @Override
    public Pair pair(long index) {
        UniformRandomProvider random = NoiseSource.generator("pairs", Long.toString(seed), Long.toString(index));
        ProceduralImage faulty = faulty(index, random);
        Flip flip = flip(random);
        NestedPrompt prompt =
                PretrainingCaptions.pair(faulty.object(), faulty.defect().orElseThrow(), random);
        return new Pair(faulty.image().flip(flip).signed(), part(faulty, flip), prompt);
    }

    private ProceduralImage faulty(long index, UniformRandomProvider random) {
        if (isOwn(random)) {
            int chosen = random.nextInt(own.count());
            return corpus.defective(own.pixels(chosen), own.product(chosen), index);
        }
        return corpus.defective(index);
    }

    private boolean isOwn(UniformRandomProvider random) {
        return !own.isEmpty() && random.nextDouble() < OWN;
    }

    private static Flip flip(UniformRandomProvider random) {
        return random.nextBoolean() ? Flip.HORIZONTAL : Flip.NONE;
    }

    private static float[] part(ProceduralImage faulty, Flip flip) {
        return PartGround.GREY.around(
                faulty.image().flip(flip).signed(), faulty.mask().flip(flip).unit());
    }

    /**
     * PretrainingCaptions from the names of things. The rare words of the adapters' prompts take a name's place now and then, so that
     * before any adapter they mean "some product" and "some defect"; and now and then there is no caption at all, which
     * classifier-free guidance needs.
     */
    static final class PretrainingCaptions {

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
            return name.toLowerCase(Locale.ROOT)
                    .replaceAll("[^\\p{L}\\p{N}]+", " ")
                    .strip();
        }
    }
}
