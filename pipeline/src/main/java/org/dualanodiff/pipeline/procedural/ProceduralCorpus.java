package org.dualanodiff.pipeline.procedural;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.pipeline.procedural.Camera.Exposure;
import org.dualanodiff.pipeline.procedural.Canvas.Brush;

/**
 * Endless procedural pictures to pretrain a small base on: 70 % show the sample products, 30 % other surfaces and
 * objects; 60 % of all have one defect. Most of the sample products are objects: an outline takes far more pictures to
 * learn than a surface. A picture is a function of (seed, index) alone, the same on every machine.
 *
 * <p><b>What is not held out:</b> the look of the faultless sample products (drawn by the same code, from seeds of
 * their own) and the defect words, which the sample data set uses as well. A defect here may by chance resemble one
 * there.
 *
 * <p><b>What is held out:</b> the sample data set's defects. None of its {@link SampleDefects}, with their colors, sizes
 * and edges, is ever drawn here: {@link GenericDefects} know no product, have shapes and finishes of their own, and take
 * color, size and outline at random. So are the data set's pictures themselves and its camera.
 */
public final class ProceduralCorpus {
    private static final long STREAM = 0xC0F2B05L;
    private static final long DEFECTIVE_STREAM = 0xDEFEC7L;
    private static final long PHOTOGRAPH_STREAM = 0x9470B6L;
    private static final double SAMPLE_PRODUCTS = 0.7;
    /** Of the sample products. */
    private static final double SAMPLE_OBJECTS = 0.75;
    /** Of all others. */
    private static final double OTHER_OBJECTS = 0.3;
    /** Photographs without color, as cameras over production lines often take; never of the sample products. */
    private static final double GRAYS = 0.15;

    private static final double DEFECTS = 0.6;
    private static final double SMALLEST_COVERAGE = 0.005;
    /** Of a picture asked for because of its defect. */
    private static final double SMALLEST_OF_PAIR = 0.02;

    private static final double LARGEST_COVERAGE = 0.2;
    private static final int ATTEMPTS_EACH = 4;
    private static final int KINDS = 25;

    static final List<Product> SURFACES = Surface.ALL.stream()
            .map(surface -> new Product(surface.name(), surface::draw, List.of()))
            .toList();
    static final List<Product> THINGS = GenericObject.ALL.stream()
            .map(object -> new Product(object.name(), object::draw, List.of()))
            .toList();

    private final long seed;

    public ProceduralCorpus(long seed) {
        this.seed = seed;
    }

    /** What may be seen, in a fixed order, each once: products, surfaces, simple things. */
    public List<String> objects() {
        return Stream.of(SampleDataset.PRODUCTS, SURFACES, THINGS)
                .flatMap(List::stream)
                .map(Product::name)
                .distinct()
                .toList();
    }

    /** What may be wrong with it. */
    public List<String> defects() {
        return GenericDefects.ALL.stream().map(Defect::name).toList();
    }

    /** @param index any number */
    public ProceduralImage image(long index) {
        PictureRandom random = random(STREAM, index);
        Exposure exposure = exposure(random);
        return random.chance(DEFECTS) ? defective(exposure, SMALLEST_COVERAGE, random) : exposure.faultless();
    }

    /** As {@link #image}, always with a defect, of 2 % at least; not the same picture. */
    public ProceduralImage defective(long index) {
        PictureRandom random = random(DEFECTIVE_STREAM, index);
        return defective(exposure(random), SMALLEST_OF_PAIR, random);
    }

    /**
     * A photograph of a faultless thing with a drawn defect; outside of the mask it stays as it is.
     *
     * @param photograph {@code (3, 128, 128)}
     * @param object     its word
     */
    public ProceduralImage defective(Image photograph, String object, long index) {
        PictureRandom random = random(PHOTOGRAPH_STREAM, index);
        Texture below = Texture.plain(Rgb.random(random.uniform(0.05, 0.8), random));
        Scene scene = new Scene(Canvas.of(photograph), Field.EVERYWHERE, below);
        return defective(new Exposure(object, scene, Camera.NEUTRAL), SMALLEST_OF_PAIR, random);
    }

    private PictureRandom random(long stream, long index) {
        return PictureRandom.of(Noise.hash(seed, stream, index));
    }

    private static Exposure exposure(PictureRandom random) {
        boolean sample = random.chance(SAMPLE_PRODUCTS);
        Product product = random.pick(sample ? sampleProducts(random) : others(random));
        Scene scene = product.specimen().draw(random);
        return new Exposure(product.name(), scene, Camera.random(sample ? 0 : GRAYS, random));
    }

    private static List<Product> sampleProducts(PictureRandom random) {
        return random.chance(SAMPLE_OBJECTS) ? SampleDataset.OBJECTS : SampleDataset.TEXTURES;
    }

    private static List<Product> others(PictureRandom random) {
        return random.chance(OTHER_OBJECTS) ? THINGS : SURFACES;
    }

    /** Draws defects until one covers {@code smallest} to 20 % of the picture; some kinds never do on some products. */
    private ProceduralImage defective(Exposure exposure, double smallest, PictureRandom random) {
        for (int kind = 0; kind < KINDS; kind++) {
            Defect defect = random.pick(GenericDefects.ALL);
            Optional<ProceduralImage> drawn = exposure.with(defect, smallest, LARGEST_COVERAGE, ATTEMPTS_EACH, random);
            if (drawn.isPresent()) {
                return drawn.get();
            }
        }
        throw new IllegalStateException("No defect of fitting size on %s in %d attempts, corpus seed %d"
                .formatted(exposure.faultless().object(), KINDS * ATTEMPTS_EACH, seed));
    }

    /**
     * One drawn picture with its words.
     *
     * @param object    what is seen
     * @param defect    what is wrong with it; empty if nothing is
     * @param image     {@code (3, SIDE, SIDE)}, as photographed
     * @param mask      {@code (1, SIDE, SIDE)}: 255 where a defect visibly changed the picture, 0 elsewhere
     * @param faultless {@code (3, SIDE, SIDE)}: the same specimen, light and noise without the defect; equals the image
     *                  outside of the mask
     */
    public record ProceduralImage(String object, Optional<String> defect, Image image, Image mask, Image faultless) {
        /** Height and width in pixels. */
        public static final int SIDE = Canvas.SIZE;
    }

    /** Defects that can be on anything, in any color and size: each is a shape with a finish. */
    static final class GenericDefects {
        static final List<Defect> ALL = List.of(
                // Spots: about as wide as long.
                defect("hole", DefectShapes::blob, DefectFinishes::open),
                defect("blowhole", DefectShapes::drops, DefectFinishes::open),
                defect("spot", DefectShapes::swarm, DefectFinishes::cover),
                defect("stain", DefectShapes::blob, DefectFinishes::soak),
                defect("rust", DefectShapes::swarm, DefectFinishes::rust),
                defect("burn", DefectShapes::blob, DefectFinishes::burn),
                defect("dent", DefectShapes::blob, DefectFinishes::emboss),
                defect("bubble", DefectShapes::drops, DefectFinishes::bulge),
                // Lines: much longer than wide.
                defect("scratch", DefectShapes::scratches, DefectFinishes::groove),
                defect("crack", DefectShapes::crack, DefectFinishes::groove),
                defect("thread", DefectShapes::curls, DefectFinishes::fiber),
                defect("cut", DefectShapes::slit, DefectFinishes::open),
                defect("fold", DefectShapes::crease, DefectFinishes::emboss),
                // Edges: from the outline on.
                defect("chip", DefectShapes::pieceOfRim, DefectFinishes::missing),
                defect("break", DefectShapes::side, DefectFinishes::missing),
                defect("fray", DefectShapes::bandOfRim, DefectFinishes::cover),
                // Areas, and marks.
                defect("uneven", DefectShapes::stretch, DefectFinishes::fade),
                defect("blur", DefectShapes::stretch, DefectFinishes::smear),
                defect("print", DefectShapes::glyphs, DefectFinishes::ink),
                defect("patch", DefectShapes::piece, DefectFinishes::otherSurface));

        private GenericDefects() {}

        @FunctionalInterface
        private interface Region {
            /** By its depth, see {@link Field}; may reach beyond the product. */
            Field draw(Scene scene, PictureRandom random);
        }

        @FunctionalInterface
        private interface Finish {
            Brush brush(Scene scene, Field depth, PictureRandom random);
        }

        /** Nothing of it is seen beside the product. */
        private static Defect defect(String name, Region region, Finish finish) {
            return new Defect(name, (scene, random) -> {
                Brush brush = finish.brush(scene, region.draw(scene, random).sampled(), random);
                return (old, x, y) -> {
                    double alpha = scene.object().coverage(x, y);
                    return alpha == 0 ? old : old.mix(brush.over(old, x, y), alpha);
                };
            });
        }
    }
}
