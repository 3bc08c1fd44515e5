package org.dualanodiff.pipeline.crop;

import org.dualanodiff.model.image.Box;
import org.dualanodiff.model.image.Flip;
import org.dualanodiff.model.mask.Mask;

/** Those borders of a photograph that something reaches: a defect that comes in from the edge looks unlike one amidst. */
public record Borders(boolean left, boolean top, boolean right, boolean bottom) {

    static final Borders NONE = new Borders(false, false, false, false);

    /** Of the photograph's length across: masks often end a little before the border that their defect reaches. */
    private static final double NEAR = 0.02;

    /** Those that a window ends at. */
    public static Borders of(Window window, int photographWidth, int photographHeight) {
        return new Borders(
                window.x() == 0,
                window.y() == 0,
                window.x() + window.width() == photographWidth,
                window.y() + window.height() == photographHeight);
    }

    /** Those that a box reaches. */
    public static Borders reachedBy(Box box, int photographWidth, int photographHeight) {
        double nearX = NEAR * photographWidth;
        double nearY = NEAR * photographHeight;
        return new Borders(
                box.x() <= nearX,
                box.y() <= nearY,
                box.right() >= photographWidth - nearX,
                box.bottom() >= photographHeight - nearY);
    }

    /** Those of them that are no farther from a defect than this many pixels of its picture. */
    Borders within(int pixels, Mask defect) {
        Box box = defect.box();
        return new Borders(
                left && box.x() <= pixels,
                top && box.y() <= pixels,
                right && box.right() >= defect.width() - pixels,
                bottom && box.bottom() >= defect.height() - pixels);
    }

    /** Those of them at which a window still holds a box that it lies around. */
    Borders holding(Box box, Window around, int photographWidth, int photographHeight) {
        Borders across = new Borders(left, false, right, false);
        Borders along = new Borders(false, top, false, bottom);
        boolean x = across.moved(around, photographWidth, photographHeight).holds(box);
        boolean y = along.moved(around, photographWidth, photographHeight).holds(box);
        return new Borders(left && x, top && y, right && x, bottom && y);
    }

    /** Whether something reaches from one to the other. */
    boolean spanned() {
        return left && right || top && bottom;
    }

    /** Whether what is mirrored so still comes in from where it came in. */
    public boolean staySameIn(Flip flip) {
        return (left == right || !flip.horizontal()) && (top == bottom || !flip.vertical());
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
