package org.dualanodiff.model.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.pytorch.engine.PtNDArray;
import java.lang.reflect.Field;
import java.util.Collection;
import java.util.Map;

/** The native tensors made on this thread since it was opened that are not freed, DJL's own copies among them. */
public final class LiveArrays implements AutoCloseable {

    private final NDScope seen = new NDScope();
    private final Map<?, NDArray> made = resources();

    public long count() {
        return arrays().stream()
                .filter(array -> !((PtNDArray) array).isReleased())
                .count();
    }

    /** Tensors of managers that DJL made for another device; nobody closes those. */
    public long ofOtherManagers() {
        return arrays().stream()
                .filter(array -> array.getManager() != Tensors.engineManager())
                .count();
    }

    private Collection<NDArray> arrays() {
        return made.values();
    }

    @SuppressWarnings("unchecked")
    private Map<?, NDArray> resources() {
        try {
            Field resources = NDScope.class.getDeclaredField("resources");
            resources.setAccessible(true);
            return (Map<?, NDArray>) resources.get(seen);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    /** Ends the watch; frees nothing. */
    @Override
    public void close() {
        made.clear();
        seen.close();
    }
}
