/**
 * Pixels between files and the model: the training transform, the bilinear resize it rests on, and PNG bytes.
 *
 * <p>Shape legend: {@code C} channels, {@code H} height, {@code W} width. Float images are {@code (C, H, W)}, row major.
 */
package org.dualanodiff.model.image;
