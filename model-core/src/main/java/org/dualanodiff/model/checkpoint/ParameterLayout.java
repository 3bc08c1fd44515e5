package org.dualanodiff.model.checkpoint;

import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * Name and shape of every tensor of a network, as its configuration says: what a weight file must hold. Linear weights are
 * (out, in), convolution weights (out, in, height, width).
 */
public final class ParameterLayout {
    private final Map<String, long[]> shapes = new TreeMap<>();

    /** The shapes by name, sorted. */
    public Map<String, long[]> shapes() {
        return Collections.unmodifiableMap(shapes);
    }

    /**
     * How many numbers tensors of these shapes hold together.
     *
     * @throws ArithmeticException if they are more than fit into 64 bits
     */
    public static long numbers(Collection<long[]> shapes) {
        return shapes.stream()
                .mapToLong(shape -> Arrays.stream(shape).reduce(1, Math::multiplyExact))
                .reduce(0, Math::addExact);
    }

    public void tensor(String name, long... shape) {
        shapes.put(name, shape);
    }

    public void norm(String name, int channels) {
        tensor(name + ".weight", channels);
        tensor(name + ".bias", channels);
    }

    public void linear(String name, int in, int out) {
        tensor(name + ".weight", out, in);
        tensor(name + ".bias", out);
    }

    public void convolution(String name, int in, int out, int kernel) {
        tensor(name + ".weight", out, in, kernel, kernel);
        tensor(name + ".bias", out);
    }

    /** Two convolutions with a norm before each, and a 1x1 shortcut where the channels change. */
    public void resnet(String name, int in, int out) {
        norm(name + ".norm1", in);
        convolution(name + ".conv1", in, out, 3);
        norm(name + ".norm2", out);
        convolution(name + ".conv2", out, out, 3);
        if (in != out) {
            convolution(name + ".conv_shortcut", in, out, 1);
        }
    }
}
