package org.dualanodiff.model.checkpoint;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import java.nio.MappedByteBuffer;
import java.util.Optional;

/**
 * The pages of mapped files. Once read they count as memory of this process, until the garbage collector finds the buffer. Given back,
 * they are the system's cache again; whoever reads them later gets them from there.
 */
final class MappedPages {

    // Of sys/mman.h and unistd.h on Linux.
    private static final int DONT_NEED = 4;

    private static final Optional<Calls> LINUX = linux();

    private MappedPages() {}

    /** The functions of the C library that are used. */
    interface Calls extends Library {
        int getpagesize();

        int madvise(Pointer address, NativeLong length, int advice);
    }

    private static Optional<Calls> linux() {
        try {
            return Platform.isLinux() ? Optional.of(Native.load("c", Calls.class)) : Optional.empty();
        } catch (LinkageError absent) {
            return Optional.empty();
        }
    }

    /** @param mapped read-only, of a file: on memory without a file behind it the numbers would be lost */
    static void giveBack(MappedByteBuffer mapped) {
        // An empty tensor has no pages, and no address.
        if (mapped.capacity() == 0) {
            return;
        }
        LINUX.ifPresent(calls -> {
            long address = Pointer.nativeValue(Native.getDirectBufferPointer(mapped));
            long begin = address - address % calls.getpagesize();
            calls.madvise(new Pointer(begin), new NativeLong(address + mapped.capacity() - begin), DONT_NEED);
        });
    }
}
