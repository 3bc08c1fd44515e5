package org.dualanodiff.model.torch;

import ai.djl.pytorch.jni.ScriptModule;
import java.util.concurrent.atomic.LongAdder;

/**
 * What this process asked of libtorch: for benchmarks, and for tests that hold how often a step waits for the device. Counted
 * alike on every device, on a CPU too, where such copies cost nothing.
 *
 * @param calls operators called
 * @param uploads tensors made of numbers of the host; a GPU finishes its queue first
 * @param readBacks tensors whose numbers were read by the host; so does it there
 */
public record Traffic(long calls, long uploads, long readBacks) {

    private static final LongAdder UPLOADS = new LongAdder();
    private static final LongAdder READ_BACKS = new LongAdder();

    /** All of it until now, of all threads. */
    public static Traffic soFar() {
        return new Traffic(ScriptModule.calls(), UPLOADS.sum(), READ_BACKS.sum());
    }

    /** What there was more than {@code before}. */
    public Traffic since(Traffic before) {
        return new Traffic(calls - before.calls, uploads - before.uploads, readBacks - before.readBacks);
    }

    static void countUpload() {
        UPLOADS.increment();
    }

    static void countReadBack() {
        READ_BACKS.increment();
    }
}
