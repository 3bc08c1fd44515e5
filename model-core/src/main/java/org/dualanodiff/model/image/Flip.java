package org.dualanodiff.model.image;

import java.util.Arrays;
import java.util.List;

/** How a training image and its mask are mirrored, both alike. */
public enum Flip {
    NONE(false, false),
    HORIZONTAL(true, false),
    VERTICAL(false, true),
    BOTH(true, true);

    private final boolean horizontal;
    private final boolean vertical;

    Flip(boolean horizontal, boolean vertical) {
        this.horizontal = horizontal;
        this.vertical = vertical;
    }

    /** An image and those of its mirror images that are allowed. */
    public static List<Flip> among(boolean horizontal, boolean vertical) {
        return Arrays.stream(values())
                .filter(flip -> horizontal || !flip.horizontal)
                .filter(flip -> vertical || !flip.vertical)
                .toList();
    }

    /** @return whether left and right are exchanged */
    public boolean horizontal() {
        return horizontal;
    }

    /** @return whether top and bottom are exchanged */
    public boolean vertical() {
        return vertical;
    }
}
