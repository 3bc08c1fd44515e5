package org.dualanodiff.pipeline.crop;

/** Those borders of a photograph that something reaches: a defect that comes in from the edge looks unlike one amidst. */
record Borders(boolean left, boolean top, boolean right, boolean bottom) {

    /** Of the photograph's length across: masks often end a little before the border that their defect reaches. */
    private static final double NEAR = 0.02;

    /** Those that a box reaches. */
    static Borders reachedBy(Box box, int photographWidth, int photographHeight) {
        double nearX = NEAR * photographWidth;
        double nearY = NEAR * photographHeight;
        return new Borders(
                box.left() <= nearX,
                box.top() <= nearY,
                box.right() >= photographWidth - 1 - nearX,
                box.bottom() >= photographHeight - 1 - nearY);
    }

    /** A window moved to these borders, and as long as the photograph where both ends of an axis are among them. */
    Window moved(Window window, int photographWidth, int photographHeight) {
        int width = left && right ? photographWidth : window.width();
        int height = top && bottom ? photographHeight : window.height();
        int x = left ? 0 : right ? photographWidth - width : window.x();
        int y = top ? 0 : bottom ? photographHeight - height : window.y();
        return new Window(x, y, width, height);
    }
}
