package org.dualanodiff.pipeline.quality;

import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.dualanodiff.model.image.Flip;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.image.PartGround;
import org.dualanodiff.model.image.TrainingTransform;
import org.dualanodiff.model.mask.Mask;
import org.dualanodiff.pipeline.crop.DefectCrops;

/**
 * A real pair as training sees it: square, at the working resolution.
 *
 * @param image RGB
 * @param mask grey, 255 on the defect and 0 elsewhere
 * @param windowMargin how far the defect stays away from where its window cuts the photograph, NaN for whole photographs;
 *     see {@link org.dualanodiff.pipeline.crop.Window#margin}
 */
public record TrainingPair(BufferedImage image, BufferedImage mask, double windowMargin) {

    /** Of a whole photograph. */
    public TrainingPair(BufferedImage image, BufferedImage mask) {
        this(image, mask, Double.NaN);
    }

    /**
     * The views of a photograph that an adapter is trained on and that hold some of the defect; several if it is not
     * square, none if the defect is lost at this size.
     *
     * @param side of the views, in pixels
     */
    public static List<TrainingPair> views(BufferedImage photograph, BufferedImage mask, int side) {
        return new TrainingTransform(side)
                .windows(photograph, mask, Optional.empty(), Flip.NONE).stream()
                        .filter(TrainingTransform.Pixels::hasDefect)
                        .map(TrainingPair::of)
                        .toList();
    }

    /**
     * The windows around a photograph's defects that an adapter is trained on.
     *
     * @param name of the photograph
     */
    public static List<TrainingPair> crops(
            String name, BufferedImage photograph, BufferedImage mask, DefectCrops.Policy policy) {
        return new DefectCrops(policy)
                .pairs(name, photograph, mask).stream()
                        .map(pair -> new TrainingPair(pair.image(), pair.mask(), pair.margin()))
                        .toList();
    }

    private static TrainingPair of(TrainingTransform.Pixels view) {
        byte[] levels = new byte[view.mask().length];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = (byte) (view.mask()[i] == 0 ? 0 : 255);
        }
        BufferedImage image =
                Image.ofSigned(view.image(), view.size(), view.size()).buffered();
        return new TrainingPair(image, new Image(view.size(), view.size(), 1, levels).buffered());
    }

    /** As {@link #part(PartGround)}, on mid-grey. */
    BufferedImage part() {
        return part(PartGround.GREY);
    }

    /** The image inside the mask, the ground outside: what the ANOMALY branch learns to draw. */
    BufferedImage part(PartGround ground) {
        return ground.around(Image.rgb(image), Image.gray(mask)).buffered();
    }

    Stream<PairSignature> signatures(List<Flip> flips) {
        return flips.stream().map(this::signature);
    }

    private PairSignature signature(Flip flip) {
        return PairSignature.of(
                Image.rgb(image).flip(flip).buffered(), Mask.of(mask).flip(flip));
    }
}
