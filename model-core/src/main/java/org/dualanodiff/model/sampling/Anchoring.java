package org.dualanodiff.model.sampling;

import java.io.Serializable;
import org.dualanodiff.model.image.PartGround;

/**
 * How pairs are made on real good images (an extension of the paper).
 *
 * @param from share of the schedule's timesteps, from the clean end, over which GLOBAL follows the good image
 * @param detail whether what the autoencoder loses of the good image is added to what GLOBAL makes: where nothing was
 *     changed, that is the good image again, and a defect has the grain of its surroundings
 * @param ground of the parts that the adapter was trained on: what ANOMALY draws of another color is the defect
 */
public record Anchoring(double from, boolean detail, PartGround ground) implements Serializable {}
