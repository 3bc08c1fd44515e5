package org.dualanodiff.pipeline.procedural;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.dualanodiff.model.image.Image;

/**
 * Endless procedural pictures to pretrain a small base on: 60 % show the sample products, 40 % other surfaces and
 * objects; 60 % of all have one defect. A picture is a function of (seed, index) alone, the same on every machine.
 *
 * <p><b>What is not held out:</b> the look of the faultless sample products (drawn by the same code, from seeds of
 * their own) and the defect words, which the sample data set uses as well. A defect here may by chance resemble one
 * there.
 *
 * <p><b>What is held out:</b> the sample data set's defects. None of its defect classes, with its colors, sizes and
 * edges, is ever drawn here: defects come from {@link GenericDefect}, which knows no product, draws with code of its
 * own, and takes color, size, outline and finish at random. So are the data set's pictures themselves and its camera.
 */
public final class ProceduralCorpus {
    private static final long STREAM = 0xC0F2B05L;
    private static final long DEFECTIVE_STREAM = 0xDEFEC7L;
    private static final long PHOTOGRAPH_STREAM = 0x9470B6L;
    private static final double SAMPLE_PRODUCTS = 0.6;
    private static final double BODIES = 0.3;
    /** Photographs without color, as cameras over production lines often take; never of the sample products. */
    private static final double GRAYS = 0.15;

    private static final double DEFECTS = 0.6;
    private static final double SMALLEST_COVERAGE = 0.005;
    /** Of a picture asked for because of its defect. */
    private static final double SMALLEST_OF_PAIR = 0.02;

    private static final double LARGEST_COVERAGE = 0.2;
    private static final int ATTEMPTS_EACH = 4;
    private static final int ATTEMPTS = 100;

    private final long seed;

    public ProceduralCorpus(long seed) {
        this.seed = seed;
    }

    /** Every word that a picture's object or defect may have, in a fixed order, each once. */
    public List<String> words() {
        return Stream.concat(objects().stream(), defects().stream()).distinct().toList();
    }

    /** What may be seen: products, surfaces, simple things. */
    public List<String> objects() {
        return Stream.of(
                        Product.ALL.stream().map(Product::name),
                        Surface.ALL.stream().map(Surface::word),
                        Body.ALL.stream().map(Body::word))
                .flatMap(words -> words)
                .distinct()
                .toList();
    }

    /** What may be wrong with it. */
    public List<String> defects() {
        return GenericDefect.ALL.stream().map(GenericDefect::word).distinct().toList();
    }

    /** @param index any number */
    public CorpusImage image(long index) {
        Dice dice = new Dice(Seeds.random(Seeds.mixed(seed, STREAM, index)));
        View view = View.random(dice);
        return dice.chance(DEFECTS)
                ? defective(view, SMALLEST_COVERAGE, dice)
                : image(view.subject, view.faultless, view.faultless, ChangeMask.empty(), Optional.empty());
    }

    /** As {@link #image}, always with a defect, of 2 % at least; not the same picture. */
    public CorpusImage defective(long index) {
        Dice dice = new Dice(Seeds.random(Seeds.mixed(seed, DEFECTIVE_STREAM, index)));
        return defective(View.random(dice), SMALLEST_OF_PAIR, dice);
    }

    /**
     * A photograph of a faultless thing with a drawn defect; outside of the mask it stays as it is.
     *
     * @param photograph {@code (3, 128, 128)}
     * @param object     its word
     */
    public CorpusImage defective(Image photograph, String object, long index) {
        Dice dice = new Dice(Seeds.random(Seeds.mixed(seed, PHOTOGRAPH_STREAM, index)));
        Subject subject = Subject.filling(object, Picture.of(photograph), dice.color(dice.between(0.05, 0.8)));
        return defective(new View(subject, Exposure.NEUTRAL, photograph.levels()), SMALLEST_OF_PAIR, dice);
    }

    /** A faultless thing and how it is photographed. */
    private record View(Subject subject, Exposure exposure, byte[] faultless) {

        static View random(Dice dice) {
            boolean product = dice.chance(SAMPLE_PRODUCTS);
            Subject subject = product ? Subject.of(dice.pick(Product.ALL), dice) : other(dice);
            Exposure exposure = Exposure.random(product ? 0 : GRAYS, dice);
            return new View(subject, exposure, exposure.expose(subject.picture()));
        }
    }

    private static Subject other(Dice dice) {
        return dice.chance(BODIES)
                ? dice.pick(Body.ALL).draw(dice)
                : dice.pick(Surface.ALL).draw(dice);
    }

    /** Draws defects until one covers {@code smallest} to 20 % of the picture; some kinds never do on some subjects. */
    private CorpusImage defective(View view, double smallest, Dice dice) {
        GenericDefect defect = dice.pick(GenericDefect.ALL);
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            byte[] faulty = view.exposure.expose(defect.on(view.subject, dice));
            ChangeMask mask = ChangeMask.between(view.faultless, faulty);
            if (mask.coverage() >= smallest && mask.coverage() <= LARGEST_COVERAGE) {
                return image(
                        view.subject,
                        mask.compose(view.faultless, faulty),
                        view.faultless,
                        mask,
                        Optional.of(defect.word()));
            }
            defect = attempt % ATTEMPTS_EACH == 0 ? dice.pick(GenericDefect.ALL) : defect;
        }
        throw new IllegalStateException("No defect of fitting size on %s in %d attempts, corpus seed %d"
                .formatted(view.subject.word(), ATTEMPTS, seed));
    }

    private static CorpusImage image(
            Subject subject, byte[] image, byte[] faultless, ChangeMask mask, Optional<String> defect) {
        return new CorpusImage(pixels(image), mask.toPixels(), pixels(faultless), subject.word(), defect);
    }

    private static Image pixels(byte[] levels) {
        return new Image(Canvas.SIZE, Canvas.SIZE, 3, levels);
    }
}
