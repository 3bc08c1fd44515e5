package org.dualanodiff.model.image;

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

    /** @return whether left and right are exchanged */
    public boolean horizontal() {
        return horizontal;
    }

    /** @return whether top and bottom are exchanged */
    public boolean vertical() {
        return vertical;
    }
}
