package org.dualanodiff.pipeline.procedural;

import java.util.Optional;
import org.dualanodiff.model.image.Image;

/**
 * One drawn picture with its words.
 *
 * @param image     {@code (3, 128, 128)}, as photographed
 * @param mask      {@code (1, 128, 128)}: 255 where a defect changed the picture, 0 elsewhere
 * @param faultless {@code (3, 128, 128)}: the same thing, light and noise without the defect; equals the image outside
 *                  of the mask
 * @param object    what is seen, one word
 * @param defect    the defect's word; empty if there is none
 */
public record CorpusImage(Image image, Image mask, Image faultless, String object, Optional<String> defect) {}
