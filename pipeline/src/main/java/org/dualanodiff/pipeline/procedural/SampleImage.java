package org.dualanodiff.pipeline.procedural;

import java.awt.image.BufferedImage;
import org.apache.commons.rng.UniformRandomProvider;
import org.dualanodiff.model.image.Image;

/**
 * One drawn picture.
 *
 * @param image     as photographed
 * @param mask      255 where the defect changed the picture, 0 elsewhere
 * @param faultless the same specimen, light and noise without the defect
 */
record SampleImage(BufferedImage image, BufferedImage mask, BufferedImage faultless) {
    private static final double SMALLEST_COVERAGE = 0.02;
    private static final double LARGEST_COVERAGE = 0.15;
    private static final int ATTEMPTS = 200;

    /** A faultless specimen; its mask is empty. */
    static SampleImage good(Product product, long seed) {
        UniformRandomProvider random = Seeds.random(seed);
        Scene scene = product.draw(random);
        BufferedImage image = rgb(Camera.random(random).expose(scene.canvas()));
        return new SampleImage(image, ChangeMask.empty().toImage(), image);
    }

    /** A specimen with one defect, drawn anew until it covers 2 to 15 % of the picture. */
    static SampleImage defective(Product product, Defect defect, long seed) {
        UniformRandomProvider random = Seeds.random(seed);
        Scene scene = product.draw(random);
        Camera camera = Camera.random(random);
        byte[] faultless = camera.expose(scene.canvas());
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            byte[] faulty = camera.expose(defect.applyTo(scene, random));
            ChangeMask mask = ChangeMask.between(faultless, faulty);
            if (mask.coverage() >= SMALLEST_COVERAGE && mask.coverage() <= LARGEST_COVERAGE) {
                return new SampleImage(rgb(mask.compose(faultless, faulty)), mask.toImage(), rgb(faultless));
            }
        }
        throw new IllegalStateException("No %s of fitting size on %s in %d attempts, seed %d"
                .formatted(defect.name(), product.name(), ATTEMPTS, seed));
    }

    private static BufferedImage rgb(byte[] levels) {
        return new Image(Canvas.SIZE, Canvas.SIZE, 3, levels).buffered();
    }
}
