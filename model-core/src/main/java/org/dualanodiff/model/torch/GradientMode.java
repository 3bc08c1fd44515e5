package org.dualanodiff.model.torch;

import ai.djl.pytorch.jni.JniUtils;

/**
 * Turns the recording of gradients on or off for the current thread until closed.
 *
 * <p>libtorch keeps the mode per thread and DJL leaves it differently on the thread that started the
 * engine than on others, so every entry into the model states which one it wants. This also replaces
 * DJL's {@code GradientCollector}, of which there may be only one in a JVM: any number of threads can
 * train at the same time.
 */
public final class GradientMode implements AutoCloseable {

    private final boolean before;

    private GradientMode(boolean on) {
        before = JniUtils.isGradMode();
        JniUtils.setGradMode(on);
    }

    public static GradientMode on() {
        Tensors.engineManager();
        return new GradientMode(true);
    }

    public static GradientMode off() {
        Tensors.engineManager();
        return new GradientMode(false);
    }

    @Override
    public void close() {
        JniUtils.setGradMode(before);
    }
}
