package org.dualanodiff.pipeline.pretrain;

import java.util.Optional;
import org.apache.commons.rng.UniformRandomProvider;
import org.dualanodiff.model.dual.NestedPrompt;
import org.dualanodiff.model.image.Flip;
import org.dualanodiff.model.image.Image;
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

    /** Mid-grey, 0, outside of the mask. */
    private static float[] part(ProceduralImage faulty, Flip flip) {
        float[] part = faulty.image().flip(flip).signed();
        Image mask = faulty.mask().flip(flip);
        for (int i = 0; i < part.length; i++) {
            part[i] = mask.levels()[i % mask.levels().length] == 0 ? 0 : part[i];
        }
        return part;
    }
}
