package ai.djl.pytorch.jni;

import java.util.concurrent.atomic.AtomicLong;

/** While it is open, the nth call of an operator fails as one for which there is no memory does. */
public final class FailingCall implements AutoCloseable {

    private final AtomicLong calls = new AtomicLong();

    public FailingCall(long nth) {
        ScriptModule.before = method -> {
            if (calls.incrementAndGet() == nth) {
                throw new IllegalStateException("CUDA out of memory. Tried to allocate 2.00 GiB, for " + method);
            }
        };
    }

    /** Counts, and lets none fail. */
    public static FailingCall none() {
        return new FailingCall(0);
    }

    public long calls() {
        return calls.get();
    }

    @Override
    public void close() {
        ScriptModule.before = method -> {};
    }
}
