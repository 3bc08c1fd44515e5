package org.dualanodiff.model.torch;

import ai.djl.ndarray.NDArray;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Something that is being made of tensors that outlive their scopes: if it does not come to its end, all that was {@linkplain
 * TensorScope#disown disowned} on this thread since it began is freed. For constructors, whose callers have nothing to close when they
 * fail.
 *
 * <pre>{@code
 * try (ConstructionScope parts = ConstructionScope.begin()) {
 *     weights = load(...);
 *     moments = zeros(weights); // if this fails, the weights are freed
 *     parts.finish();
 * }
 * }</pre>
 */
public final class ConstructionScope implements AutoCloseable {

    private static final ThreadLocal<Deque<ConstructionScope>> OPEN = ThreadLocal.withInitial(ArrayDeque::new);

    private final List<NDArray> made = new ArrayList<>();

    private ConstructionScope() {}

    public static ConstructionScope begin() {
        ConstructionScope begun = new ConstructionScope();
        OPEN.get().push(begun);
        return begun;
    }

    /** It is made: whoever owns it frees it from here on, or what it is a part of if that does not come to its end. */
    public void finish() {
        Deque<ConstructionScope> open = OPEN.get();
        open.stream().dropWhile(begun -> begun != this).skip(1).findFirst().ifPresent(whole -> whole.made.addAll(made));
        made.clear();
    }

    static void note(NDArray tensor) {
        ConstructionScope innermost = OPEN.get().peek();
        if (innermost != null) {
            innermost.made.add(tensor);
        }
    }

    @Override
    public void close() {
        OPEN.get().pop();
        made.forEach(NDArray::close);
    }
}
