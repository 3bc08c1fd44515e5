package org.dualanodiff.model;

import java.io.Serializable;

/**
 * What a model computes on.
 *
 * @param device {@code cpu}, {@code cuda} or {@code cuda:N}
 * @param threads native threads of one operator on a CPU. It changes the order of some sums and with it the
 *     last bits of results, so it is a setting and not a property of the machine
 */
public record Compute(String device, int threads) implements Serializable {

    public static final Compute CPU = new Compute("cpu", 2);

    public Compute {
        if (!device.matches("cpu|cuda(:\\d+)?")) {
            throw new IllegalArgumentException("device must be cpu, cuda or cuda:N, was " + device);
        }
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be positive, was " + threads);
        }
    }
}
