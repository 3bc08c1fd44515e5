package org.dualanodiff.pipeline.procedural;

import java.util.function.DoubleUnaryOperator;

/**
 * One number a pixel. Operations make new planes.
 *
 * @param values {@code (SIZE, SIZE)}, row major
 */
record Plane(float[] values) {
    static final int SIZE = Canvas.SIZE;
    static final int AREA = SIZE * SIZE;

    static Plane of(Field field) {
        float[] values = new float[AREA];
        for (int i = 0; i < AREA; i++) {
            values[i] = (float) field.at(i % SIZE, i / SIZE);
        }
        return new Plane(values);
    }

    static Plane constant(double value) {
        return of((x, y) -> value);
    }

    Plane map(DoubleUnaryOperator function) {
        float[] result = new float[AREA];
        for (int i = 0; i < AREA; i++) {
            result[i] = (float) function.applyAsDouble(values[i]);
        }
        return new Plane(result);
    }

    Plane plus(Plane other) {
        float[] result = new float[AREA];
        for (int i = 0; i < AREA; i++) {
            result[i] = values[i] + other.values[i];
        }
        return new Plane(result);
    }

    Plane times(Plane other) {
        float[] result = new float[AREA];
        for (int i = 0; i < AREA; i++) {
            result[i] = values[i] * other.values[i];
        }
        return new Plane(result);
    }

    Plane min(Plane other) {
        float[] result = new float[AREA];
        for (int i = 0; i < AREA; i++) {
            result[i] = Math.min(values[i], other.values[i]);
        }
        return new Plane(result);
    }

    /** For depths below an outline: how much of each pixel is inside, 0..1, from an outline {@code width} pixels soft. */
    Plane coverage(double width) {
        return map(depth -> Ramp.smooth(depth / width + 0.5));
    }

    /** For heights: how much each place rises towards the light, a change a pixel. */
    Plane slope(Point light) {
        return of((x, y) -> light.x() * (at((int) x - 1, (int) y) - at((int) x + 1, (int) y)) / 2
                + light.y() * (at((int) x, (int) y - 1) - at((int) x, (int) y + 1)) / 2);
    }

    /** The value at a pixel; beyond the border the border's. */
    float at(int x, int y) {
        return values[clamp(y) * SIZE + clamp(x)];
    }

    static int clamp(int position) {
        return Math.max(0, Math.min(SIZE - 1, position));
    }
}
