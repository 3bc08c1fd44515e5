package org.dualanodiff.model.torch;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Platform;

/** Memory that libtorch has freed on a CPU: Linux's allocator keeps much of it, in pieces, for what may come. */
public final class NativeHeap {

    private NativeHeap() {}

    /** The function of the C library that is used; others than glibc do not have it. */
    interface Calls extends Library {
        int malloc_trim(NativeLong pad);
    }

    /** Gives what is free back to the system: worth it after much was freed that will not be needed again, such as a folded adapter. */
    public static void trim() {
        if (Platform.isLinux()) {
            try {
                Native.load("c", Calls.class).malloc_trim(new NativeLong(0));
            } catch (LinkageError absent) {
                // Then it stays, as it would have.
            }
        }
    }
}
