package org.dualanodiff.pipeline.evaluate;

import org.dualanodiff.model.detector.DetectorPair;
import org.dualanodiff.model.image.Box;

/**
 * A defect cut out of its image, turned and scaled about the middle of its bounding box, on a square canvas with room for a
 * soft edge.
 *
 * @param side of the canvas
 * @param defect {@code (side, side)}
 * @param left first column of the defect on the canvas; the other three likewise
 */
record Cutting(
        DetectorPair source,
        double middleX,
        double middleY,
        double cosine,
        double sine,
        int side,
        boolean[] defect,
        int left,
        int top,
        int right,
        int bottom) {

    private static final int MARGIN = 6;

    /**
     * @param turn in radians
     * @param scale 1 keeps the size
     */
    static Cutting of(DetectorPair source, double turn, double scale) {
        int width = source.mask().width();
        Box box = MaskShape.of(width, source.mask().height(), Plane.set(source.mask()))
                .box()
                .orElseThrow(() -> new IllegalArgumentException("there is no defect to cut out"));
        double diagonal = Math.hypot(box.width(), box.height());
        int side = (int) Math.ceil(scale * diagonal) + 2 * MARGIN;
        Cutting canvas = new Cutting(
                source,
                box.centerX() - 0.5,
                box.centerY() - 0.5,
                Math.cos(turn) / scale,
                Math.sin(turn) / scale,
                side,
                new boolean[side * side],
                side,
                side,
                -1,
                -1);
        return canvas.filled();
    }

    private Cutting filled() {
        for (int i = 0; i < defect.length; i++) {
            int x = (int) Math.round(sourceX(i % side, i / side));
            int y = (int) Math.round(sourceY(i % side, i / side));
            boolean inside = x >= 0
                    && y >= 0
                    && x < source.mask().width()
                    && y < source.mask().height();
            defect[i] = inside && source.mask().level(0, y, x) != 0;
        }
        return MaskShape.of(side, side, defect)
                .box()
                .map(box -> new Cutting(
                        source,
                        middleX,
                        middleY,
                        cosine,
                        sine,
                        side,
                        defect,
                        box.x(),
                        box.y(),
                        box.right() - 1,
                        box.bottom() - 1))
                .orElse(this);
    }

    boolean isEmpty() {
        return right < 0;
    }

    int boxWidth() {
        return right - left + 1;
    }

    int boxHeight() {
        return bottom - top + 1;
    }

    boolean isDefect(int x, int y) {
        return x >= 0 && y >= 0 && x < side && y < side && defect[y * side + x];
    }

    /** The source's level at a place of the canvas. */
    double level(int channel, int x, int y) {
        return Plane.bilinear(source.image(), channel, sourceX(x, y), sourceY(x, y));
    }

    private double sourceX(int x, int y) {
        double middle = (side - 1) / 2.0;
        return middleX + cosine * (x - middle) + sine * (y - middle);
    }

    private double sourceY(int x, int y) {
        double middle = (side - 1) / 2.0;
        return middleY - sine * (x - middle) + cosine * (y - middle);
    }
}
