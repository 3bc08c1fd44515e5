package org.dualanodiff.pipeline.crop;

import java.awt.image.BufferedImage;
import java.io.Serializable;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.dualanodiff.model.image.Box;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.mask.Components;
import org.dualanodiff.model.mask.Mask;
import org.dualanodiff.model.random.NoiseSource;

/**
 * Windows around the defects of photographs, at the photographs' own resolution where the defect fits.
 *
 * <p>A mask of several parts that fit one window together is one defect; else each part is, the largest first and in
 * turns. What the window holds of the others stays in image and mask. Windows are a fixed number, not drawn again at every
 * step, so that their latents are computed once.
 */
public final class DefectCrops {

    /** Parts below this share of the largest one get no window of their own. */
    private static final double LESSER_PART = 0.05;

    private final Policy policy;

    public DefectCrops(Policy policy) {
        this.policy = policy;
    }

    /**
     * The pairs that an adapter learns from, in place of one photograph.
     *
     * @param name of the photograph; its jitter follows from it
     * @param mask grey, 128 and brighter on the defect, of the photograph's size
     */
    public List<Pair> pairs(String name, BufferedImage photograph, BufferedImage mask) {
        Image image = Image.rgb(photograph);
        Image defect = Image.gray(mask);
        return windows(name, defect).stream()
                .map(window -> Pair.of(window, image, defect, policy.resolution()))
                .toList();
    }

    List<Window> windows(String name, Image mask) {
        List<Box> defects = defects(mask);
        return IntStream.range(0, defects.isEmpty() ? 0 : policy.perImage())
                .mapToObj(number -> window(defects.get(number % defects.size()), name, number, mask))
                .toList();
    }

    /** Boxes around what windows are cut around. */
    List<Box> defects(Image mask) {
        List<Components.Part> all = Mask.of(mask).components().parts();
        List<Box> parts = all.stream()
                .filter(part -> part.area() >= LESSER_PART * all.get(0).area())
                .map(Components.Part::box)
                .toList();
        if (parts.size() < 2) {
            return parts;
        }
        Box around = parts.stream().reduce(Box::with).orElseThrow();
        boolean together = around.longerSide() * (1 + 2 * policy.margin()) <= policy.resolution();
        return together ? List.of(around) : parts.subList(0, Math.min(parts.size(), policy.perImage()));
    }

    private Window window(Box defect, String name, int number, Image mask) {
        int side = policy.side(defect.longerSide());
        UniformRandomProvider random =
                NoiseSource.generator("crop", Long.toString(policy.seed()), name, Integer.toString(number));
        double x = defect.centerX() + shift(random, Math.min(side, mask.width()), defect.width());
        double y = defect.centerY() + shift(random, Math.min(side, mask.height()), defect.height());
        return Window.around(x, y, side, mask.width(), mask.height());
    }

    /** Never so far that the defect would be cut, if it fits. */
    private double shift(UniformRandomProvider random, int length, int extent) {
        double most = Math.min(policy.jitter() * length, Math.max(0, (length - extent) / 2.0 - 1));
        return most * (2 * random.nextDouble() - 1);
    }

    /**
     * A window of a defect image at the working resolution.
     *
     * @param window where it was cut
     * @param image RGB
     * @param mask grey, 255 on the defect and 0 elsewhere
     * @param margin of the defect, see {@link Window#margin}
     */
    public record Pair(Window window, BufferedImage image, BufferedImage mask, double margin) {

        static Pair of(Window window, Image photograph, Image mask, int resolution) {
            return new Pair(
                    window,
                    window.squared(photograph, resolution).buffered(),
                    window.squaredMask(mask, resolution).buffered(),
                    window.margin(Mask.of(window.cut(mask)), mask.width(), mask.height()));
        }
    }

    /**
     * How windows are cut around defects.
     *
     * @param resolution side of the working images, in pixels; no window is smaller, unless the photograph is
     * @param margin room on each side of the defect, in sides of its bounding box
     * @param jitter how far a window's center may be from the defect's on each axis, in sides of the window
     * @param perImage windows of one photograph
     * @param seed of the jitter
     */
    public record Policy(int resolution, double margin, double jitter, int perImage, long seed)
            implements Serializable {

        /** Side of the window for a defect whose bounding box has this longer side, in pixels of the photograph. */
        int side(int longest) {
            return Math.max(resolution, (int) Math.ceil(longest * (1 + 2 * margin)));
        }
    }
}
