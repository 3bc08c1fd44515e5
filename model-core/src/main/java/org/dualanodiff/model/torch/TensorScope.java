package org.dualanodiff.model.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Set;

/**
 * Owns every tensor that {@link Operators} makes on this thread while it is open, and frees them
 * when it closes, except those {@linkplain #release released} to the scope around it.
 *
 * <pre>{@code
 * try (TensorScope scope = TensorScope.open()) {
 *     NDArray h = Operators.silu(norm.forward(x));
 *     return scope.release(conv.forward(h)); // h is freed here
 * }
 * }</pre>
 *
 * <p>Native memory is not seen by the garbage collector, so each layer opens a scope of its own and
 * memory stays flat. Freeing a handle never breaks a gradient: libtorch keeps what its graph needs.
 */
public final class TensorScope implements AutoCloseable {

    private static final ThreadLocal<Deque<TensorScope>> OPEN = ThreadLocal.withInitial(TensorScope::firstOnThread);

    // By identity: equals of a tensor compares its numbers.
    private final Set<NDArray> owned = Collections.newSetFromMap(new IdentityHashMap<>());

    private TensorScope() {}

    /** Opens a scope inside the current one of this thread. */
    public static TensorScope open() {
        TensorScope scope = new TensorScope();
        OPEN.get().push(scope);
        return scope;
    }

    /** Lets {@code tensor} outlive this scope: it moves to the enclosing one or, if there is none, to the caller. */
    public NDArray release(NDArray tensor) {
        if (owned.remove(tensor)) {
            TensorScope outer = outer();
            if (outer != null) {
                outer.owned.add(tensor);
            }
        }
        return tensor;
    }

    /** Takes {@code tensor} from the scopes of this thread: whoever asked for it closes it. */
    public static NDArray disown(NDArray tensor) {
        ConstructionScope.note(keep(tensor));
        return tensor;
    }

    /** As {@link #disown}, for what stays even if that which is being made of it does not come to its end. */
    public static NDArray keep(NDArray tensor) {
        OPEN.get().forEach(scope -> scope.owned.remove(tensor));
        return tensor;
    }

    /** Frees {@code tensor} before its scope ends. */
    public static void free(NDArray tensor) {
        keep(tensor).close();
    }

    @Override
    public void close() {
        Deque<TensorScope> open = OPEN.get();
        if (open.peek() != this) {
            throw new IllegalStateException("tensor scopes must close in the reverse order of opening");
        }
        open.pop();
        owned.forEach(NDArray::close);
    }

    static <T extends NDArray> T own(T tensor) {
        TensorScope current = OPEN.get().peek();
        if (current == null) {
            tensor.close();
            throw new IllegalStateException("an operator was called outside of any TensorScope");
        }
        current.owned.add(tensor);
        return tensor;
    }

    private TensorScope outer() {
        return OPEN.get().stream().dropWhile(s -> s != this).skip(1).findFirst().orElse(null);
    }

    private static Deque<TensorScope> firstOnThread() {
        // Thread-local in libtorch: single operators gain nothing from the optimizer, and its profiling
        // runs could round the first calls differently from later ones.
        Tensors.engineManager();
        JniUtils.setGraphExecutorOptimize(false);
        return new ArrayDeque<>();
    }
}
