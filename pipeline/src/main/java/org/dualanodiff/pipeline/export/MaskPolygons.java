package org.dualanodiff.pipeline.export;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.dualanodiff.model.mask.Mask;

/**
 * A mask as polygons along the edges of its pixels: filled by the even-odd rule, they give the mask back exactly. One
 * polygon for each part whose pixels touch by their sides; parts that only touch at a corner are two.
 *
 * <p>COCO and YOLO know no holes, so a hole is joined to what lies around it by a cut of no width.
 */
final class MaskPolygons {

    private final int width;
    private final int height;
    private final Mask mask;
    /** For each corner of a pixel the directions in which an edge leaves it, a bit each; the defect lies to the right. */
    private final byte[] edges;

    private MaskPolygons(Mask mask) {
        this.width = mask.width();
        this.height = mask.height();
        this.mask = mask;
        this.edges = new byte[(width + 1) * (height + 1)];
    }

    /** @return each x, y, x, y, ... in pixels, clockwise; empty for an empty mask */
    static List<int[]> trace(Mask mask) {
        return new MaskPolygons(mask).trace();
    }

    private List<int[]> trace() {
        markEdges();
        List<List<Corner>> polygons = new ArrayList<>();
        Map<Corner, List<Corner>> polygonAt = new HashMap<>();
        List<List<Corner>> holes = new ArrayList<>();
        for (int start = 0; start < edges.length; start++) {
            while ((edges[start] & Direction.RIGHT.bit) != 0) {
                List<Corner> loop = follow(new Corner(start % (width + 1), start / (width + 1)));
                (isHole(loop) ? holes : polygons).add(loop);
            }
        }
        polygons.forEach(polygon -> polygon.forEach(corner -> polygonAt.put(corner, polygon)));
        // From the top: what lies right above a hole is then a polygon already, be it an outline or a joined hole.
        holes.sort(Comparator.comparingInt(hole -> top(hole).y()));
        holes.forEach(hole -> join(hole, polygonAt));
        return polygons.stream().map(MaskPolygons::coordinates).toList();
    }

    private void markEdges() {
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                if (mask.at(x, y)) {
                    mark(!mask.at(x, y - 1), x, y, Direction.RIGHT);
                    mark(!mask.at(x + 1, y), x + 1, y, Direction.DOWN);
                    mark(!mask.at(x, y + 1), x + 1, y + 1, Direction.LEFT);
                    mark(!mask.at(x - 1, y), x, y + 1, Direction.UP);
                }
            }
        }
    }

    private void mark(boolean isEdge, int x, int y, Direction direction) {
        if (isEdge) {
            edges[y * (width + 1) + x] |= direction.bit;
        }
    }

    /** Walks one loop and takes its edges away; every corner of a pixel on the way is in it. */
    private List<Corner> follow(Corner start) {
        List<Corner> loop = new ArrayList<>();
        Corner at = start;
        Direction direction = Direction.RIGHT;
        do {
            loop.add(at);
            edges[at.y() * (width + 1) + at.x()] &= (byte) ~direction.bit;
            at = at.next(direction);
            direction = at.equals(start) ? direction : leaving(at, direction);
        } while (!at.equals(start));
        return loop;
    }

    /** A right turn first: it stays with the same pixel where two touch at a corner. */
    private Direction leaving(Corner at, Direction arriving) {
        byte leaving = edges[at.y() * (width + 1) + at.x()];
        for (Direction direction : new Direction[] {arriving.right(), arriving, arriving.left()}) {
            if ((leaving & direction.bit) != 0) {
                return direction;
            }
        }
        throw new IllegalStateException("an outline ends at " + at);
    }

    /** Outlines run clockwise, holes against the clock. */
    private static boolean isHole(List<Corner> loop) {
        long twiceArea = 0;
        for (int i = 0; i < loop.size(); i++) {
            Corner a = loop.get(i);
            Corner b = loop.get((i + 1) % loop.size());
            twiceArea += (long) a.x() * b.y() - (long) b.x() * a.y();
        }
        return twiceArea < 0;
    }

    /** The leftmost of the topmost corners. */
    private static Corner top(List<Corner> loop) {
        return loop.stream()
                .min(Comparator.comparingInt(Corner::y).thenComparingInt(Corner::x))
                .orElseThrow();
    }

    private static void join(List<Corner> hole, Map<Corner, List<Corner>> polygonAt) {
        Corner top = top(hole);
        Corner above = top;
        while (!polygonAt.containsKey(above)) {
            above = above.next(Direction.UP);
        }
        List<Corner> polygon = polygonAt.get(above);
        List<Corner> detour = new ArrayList<>();
        int first = hole.indexOf(top);
        IntStream.rangeClosed(0, hole.size()).forEach(i -> detour.add(hole.get((first + i) % hole.size())));
        detour.add(above);
        polygon.addAll(polygon.indexOf(above) + 1, detour);
        hole.forEach(corner -> polygonAt.put(corner, polygon));
    }

    /** Without the corners at which the outline goes straight on. */
    private static int[] coordinates(List<Corner> polygon) {
        int size = polygon.size();
        return IntStream.range(0, size)
                .filter(i -> turns(polygon.get((i + size - 1) % size), polygon.get(i), polygon.get((i + 1) % size)))
                .flatMap(i -> IntStream.of(polygon.get(i).x(), polygon.get(i).y()))
                .toArray();
    }

    private static boolean turns(Corner before, Corner at, Corner after) {
        boolean acrossOn = before.y() == at.y() && at.y() == after.y() && between(before.x(), at.x(), after.x());
        boolean downOn = before.x() == at.x() && at.x() == after.x() && between(before.y(), at.y(), after.y());
        return !acrossOn && !downOn;
    }

    private static boolean between(int before, int at, int after) {
        return (before <= at) == (at <= after);
    }

    private record Corner(int x, int y) {
        Corner next(Direction direction) {
            return new Corner(x + direction.x, y + direction.y);
        }
    }

    private enum Direction {
        RIGHT(1, 0),
        DOWN(0, 1),
        LEFT(-1, 0),
        UP(0, -1);

        private final int x;
        private final int y;
        private final int bit;

        Direction(int x, int y) {
            this.x = x;
            this.y = y;
            this.bit = 1 << ordinal();
        }

        Direction right() {
            return values()[(ordinal() + 1) % 4];
        }

        Direction left() {
            return values()[(ordinal() + 3) % 4];
        }
    }
}
