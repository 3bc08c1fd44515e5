package org.dualanodiff.pipeline.dataset;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.Serializable;
import java.util.List;
import java.util.stream.IntStream;
import org.dualanodiff.model.mask.RunLengths;

/** One annotated region of an image, in COCO's terms. */
sealed interface Outline extends Serializable {
    /**
     * Paints the region white.
     *
     * @param grey of the image's size
     * @throws IllegalArgumentException where the region cannot be of this image, saying why
     */
    void paint(BufferedImage grey);

    /**
     * One or more closed polygons, painted where a pixel's center is inside of any. What lies outside of the image is
     * cut off.
     *
     * @param rings each {@code x, y, x, y, ...} in pixels from the upper left corner
     */
    record Polygons(List<double[]> rings) implements Outline {
        /** Beyond this the fill's integer arithmetic would leave its range. */
        private static final double FARTHEST = 1e6;

        @Override
        public void paint(BufferedImage grey) {
            Graphics2D graphics = grey.createGraphics();
            graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
            graphics.setColor(Color.WHITE);
            for (double[] ring : rings) {
                Path2D path = path(ring);
                requireInside(path, grey);
                graphics.fill(path);
            }
            graphics.dispose();
        }

        private static Path2D path(double[] ring) {
            if (ring.length < 6 || ring.length % 2 != 0) {
                throw new IllegalArgumentException(
                        "a polygon of %d numbers; it takes x and y of at least 3 points".formatted(ring.length));
            }
            Path2D path = new Path2D.Double(Path2D.WIND_NON_ZERO, ring.length / 2 + 1);
            path.moveTo(checked(ring[0]), checked(ring[1]));
            for (int i = 2; i < ring.length; i += 2) {
                path.lineTo(checked(ring[i]), checked(ring[i + 1]));
            }
            path.closePath();
            return path;
        }

        private static double checked(double coordinate) {
            if (!(Math.abs(coordinate) <= FARTHEST)) {
                throw new IllegalArgumentException("a polygon has the coordinate " + coordinate);
            }
            return coordinate;
        }

        private static void requireInside(Path2D path, BufferedImage grey) {
            Rectangle2D bounds = path.getBounds2D();
            if (!new Rectangle2D.Double(0, 0, grey.getWidth(), grey.getHeight()).intersects(inflated(bounds))) {
                throw new IllegalArgumentException(
                        "a polygon lies outside of the image: x %.1f..%.1f, y %.1f..%.1f in %d x %d pixels"
                                .formatted(
                                        bounds.getMinX(),
                                        bounds.getMaxX(),
                                        bounds.getMinY(),
                                        bounds.getMaxY(),
                                        grey.getWidth(),
                                        grey.getHeight()));
            }
        }

        /** A line has no area, but it may lie inside. */
        private static Rectangle2D inflated(Rectangle2D bounds) {
            double least = 1e-3;
            return new Rectangle2D.Double(
                    bounds.getX(), bounds.getY(), bounds.getWidth() + least, bounds.getHeight() + least);
        }
    }

    /**
     * Polygons in parts of the image's width and height.
     *
     * @param rings each {@code x, y, x, y, ...}, 0..1 from the upper left corner
     */
    record Relative(List<double[]> rings) implements Outline {
        @Override
        public void paint(BufferedImage grey) {
            new Polygons(rings.stream()
                            .map(ring -> IntStream.range(0, ring.length)
                                    .mapToDouble(i -> ring[i] * (i % 2 == 0 ? grey.getWidth() : grey.getHeight()))
                                    .toArray())
                            .toList())
                    .paint(grey);
        }
    }

    /** Run lengths that state the size of the image they are of. */
    record Runs(int width, int height, RunLengths lengths) implements Outline {
        @Override
        public void paint(BufferedImage grey) {
            if (width != grey.getWidth() || height != grey.getHeight()) {
                throw new IllegalArgumentException(
                        "the run lengths are of %d x %d pixels, the image is listed with %d x %d"
                                .formatted(width, height, grey.getWidth(), grey.getHeight()));
            }
            boolean[] marked = lengths.mask(width, height).set();
            byte[] levels = ((DataBufferByte) grey.getRaster().getDataBuffer()).getData();
            for (int i = 0; i < levels.length; i++) {
                levels[i] |= (byte) (marked[i] ? 255 : 0);
            }
        }
    }

    /** An annotation that cannot be used. */
    record Unusable(String reason) implements Outline {
        @Override
        public void paint(BufferedImage grey) {
            throw new IllegalArgumentException(reason);
        }
    }
}
