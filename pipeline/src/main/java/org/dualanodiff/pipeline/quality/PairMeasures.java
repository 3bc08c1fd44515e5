package org.dualanodiff.pipeline.quality;

/**
 * What was measured of a pair; the columns of {@code quality}. NaN stands for what could not be measured: without a mask
 * there is no contrast, without a known object nothing lies outside of it.
 *
 * @param maskRatio defect pixels over all pixels
 * @param components connected parts of the mask (8 neighbors)
 * @param outsideObject share of the mask that is not on the object
 * @param contrast how differently the levels inside the mask and around it are distributed, see {@link MaskContrast}
 * @param partDifference mean difference of image and anomaly part inside the mask, in levels
 * @param clipped share of the image that is black or white in every channel
 * @param deviation standard deviation of the image's grey levels
 * @param windowMargin how far the mask stays away from where its window cuts the photograph, in lengths of the window, see
 *     {@link org.dualanodiff.pipeline.crop.Window#margin}
 * @param trainingDistance to the nearest training image with its defect in the same place, in levels, see
 *     {@link PairSignature}
 * @param acceptedDistance the same to the nearest pair accepted before it
 */
public record PairMeasures(
        double maskRatio,
        int components,
        double outsideObject,
        double contrast,
        double partDifference,
        double clipped,
        double deviation,
        double windowMargin,
        double trainingDistance,
        double acceptedDistance) {

    public PairMeasures withAcceptedDistance(double distance) {
        return new PairMeasures(
                maskRatio,
                components,
                outsideObject,
                contrast,
                partDifference,
                clipped,
                deviation,
                windowMargin,
                trainingDistance,
                distance);
    }
}
