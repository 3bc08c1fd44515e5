package org.dualanodiff.pipeline.evaluate;

import java.io.Serializable;

/**
 * TorchScript files that measure generated images; each empty for none. They take (1, 3, size, size), normalized with
 * ImageNet's mean and deviation, and give any tensor, whose numbers are taken in their order.
 *
 * @param features for the Fréchet and kernel distances, such as an Inception network's last pool
 * @param classes gives logits, for the inception score
 * @param distances gives a vector whose squared Euclidean distances are the wanted distances; LPIPS becomes one when each
 *     channel-normalized activation is multiplied by the root of its weight over the number of its positions
 * @param size side of the input, in pixels
 */
public record FeatureNetworks(String features, String classes, String distances, int size) implements Serializable {}
