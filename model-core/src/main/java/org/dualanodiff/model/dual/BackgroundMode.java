package org.dualanodiff.model.dual;

/** Whether an adapter has background compensation (BCM), and on which latents of the background. */
public enum BackgroundMode {
    /** No background compensation: textures, and products that fill the frame. */
    OFF,
    /** As released: the latents of the background are not multiplied by the scaling factor. */
    UNSCALED,
    /** The latents of the background are scaled as those of the images are. */
    SCALED
}
