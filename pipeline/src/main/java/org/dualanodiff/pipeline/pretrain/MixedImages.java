package org.dualanodiff.pipeline.pretrain;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.commons.rng.UniformRandomProvider;
import org.dualanodiff.model.dual.NestedPrompt;
import org.dualanodiff.model.image.Flip;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.image.PartGround;
import org.dualanodiff.model.pretraining.BaseTrainer.PretrainingImages;
import org.dualanodiff.model.random.NoiseSource;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.procedural.ProceduralCorpus;
import org.dualanodiff.pipeline.procedural.ProceduralCorpus.ProceduralImage;

/**
 * What a base learns from: procedural pictures and, where there are any, one's own, half and half. Parts alone are among
 * them, so that a base knows "a defect on mid-grey" before any adapter. Pairs show a procedural defect, on a procedural
 * product or on a faultless picture of one's own, or a real one: where there are real ones, these are most of one's own.
 */
final class MixedImages implements PretrainingImages {

    private static final double OWN = 0.5;
    private static final double PARTS = 0.3;
    /** Of one's own pictures with a defect; the others, on faultless ones, keep a few real defects from being all there is. */
    private static final double REAL = 0.75;
    /** Of one's own whole pictures, where there are real defects. */
    private static final double DEFECTIVE = 0.5;

    private final ProceduralCorpus corpus;
    private final OwnImages own;
    private final PartGround ground;
    private final List<Flip> ownFlips;
    private final long seed;

    /**
     * @param ground of all parts
     * @param ownFlips in which one's own pictures are seen
     */
    MixedImages(long seed, OwnImages own, PartGround ground, List<Flip> ownFlips) {
        this.corpus = new ProceduralCorpus(seed);
        this.own = own;
        this.ground = ground;
        this.ownFlips = List.copyOf(ownFlips);
        this.seed = seed;
    }

    /**
     * A picture with a defect.
     *
     * @param image {@code (3, side, side)}, mirrored or not
     * @param mask  {@code (1, side, side)}, 255 on the defect and 0 elsewhere, mirrored alike
     */
    private record Faulty(Image image, Image mask, String object, String defect) {

        static Faulty of(ProceduralImage drawn, Flip flip) {
            return new Faulty(
                    drawn.image().flip(flip),
                    drawn.mask().flip(flip),
                    drawn.object(),
                    drawn.defect().orElseThrow());
        }

        static Faulty of(OwnImages.OwnDefect real, Flip flip) {
            return new Faulty(real.image().flip(flip), real.mask().flip(flip), real.product(), real.defect());
        }
    }

    @Override
    public PretrainingImages.Captioned image(long index) {
        UniformRandomProvider random = NoiseSource.generator("pictures", Long.toString(seed), Long.toString(index));
        if (random.nextDouble() < PARTS) {
            Faulty faulty = faulty(index, random);
            return new PretrainingImages.Captioned(part(faulty), PretrainingCaptions.part(faulty.defect(), random));
        }
        if (isOwn(random)) {
            return own(random);
        }
        ProceduralImage drawn = corpus.image(index);
        return new PretrainingImages.Captioned(
                drawn.image().signed(), PretrainingCaptions.whole(drawn.object(), drawn.defect(), random));
    }

    private PretrainingImages.Captioned own(UniformRandomProvider random) {
        if (isReal(DEFECTIVE, random)) {
            Faulty real = real(random);
            return new PretrainingImages.Captioned(
                    real.image().signed(),
                    PretrainingCaptions.whole(real.object(), Optional.of(real.defect()), random));
        }
        int chosen = random.nextInt(own.count());
        return new PretrainingImages.Captioned(
                own.pixels(chosen).flip(ownFlip(random)).signed(),
                PretrainingCaptions.whole(own.product(chosen), Optional.empty(), random));
    }

    @Override
    public Pair pair(long index) {
        UniformRandomProvider random = NoiseSource.generator("pairs", Long.toString(seed), Long.toString(index));
        Faulty faulty = faulty(index, random);
        NestedPrompt prompt = PretrainingCaptions.pair(faulty.object(), faulty.defect(), random);
        return new Pair(faulty.image().signed(), part(faulty), prompt);
    }

    @Override
    public String fingerprint() {
        return own.isEmpty() ? "" : own.fingerprint() + " " + ground + " " + ownFlips;
    }

    private Faulty faulty(long index, UniformRandomProvider random) {
        if (!isOwn(random)) {
            return Faulty.of(corpus.defective(index), Flip.NONE);
        }
        if (isReal(REAL, random)) {
            return real(random);
        }
        int chosen = random.nextInt(own.count());
        return Faulty.of(corpus.defective(own.pixels(chosen), own.product(chosen), index), ownFlip(random));
    }

    private Faulty real(UniformRandomProvider random) {
        return Faulty.of(own.defects().get(random.nextInt(own.defects().size())), ownFlip(random));
    }

    /** By chance where there is a choice. */
    private boolean isReal(double share, UniformRandomProvider random) {
        return !own.defects().isEmpty() && (own.count() == 0 || random.nextDouble() < share);
    }

    private Flip ownFlip(UniformRandomProvider random) {
        return ownFlips.get(random.nextInt(ownFlips.size()));
    }

    private boolean isOwn(UniformRandomProvider random) {
        return !own.isEmpty() && random.nextDouble() < OWN;
    }

    @Override
    public PartGround ground() {
        return ground;
    }

    private float[] part(Faulty faulty) {
        return ground.around(faulty.image().signed(), faulty.mask().unit());
    }

    /**
     * Captions from the names of things. The rare words of the adapters' prompts take a name's place now and then, so that
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
                    .flatMap(name -> Stream.of(UnitKey.spoken(name).split(" ")))
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
            return random.nextDouble() < share ? rare : UnitKey.spoken(name);
        }
    }
}
