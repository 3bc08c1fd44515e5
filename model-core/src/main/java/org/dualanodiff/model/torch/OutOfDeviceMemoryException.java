package org.dualanodiff.model.torch;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** The device has not as much memory as a computation asked for; the message is libtorch's, or says more. */
public final class OutOfDeviceMemoryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Of CUDA's caching allocator, of CUDA itself, of cuBLAS and cuDNN, of the allocator of the CPU, and of C++. */
    private static final List<String> WORDS = List.of(
            "cuda out of memory",
            "out of memory",
            "cublas_status_alloc_failed",
            "cudnn_status_alloc_failed",
            "can't allocate memory",
            "not enough memory",
            "bad_alloc",
            "cannot allocate memory");

    public OutOfDeviceMemoryException(String message, Throwable cause) {
        super(message, cause);
    }

    /** What a failure of libtorch says if it is one of memory, however it was wrapped: the line that tells how much. */
    public static Optional<OutOfDeviceMemoryException> of(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .map(OutOfDeviceMemoryException::line)
                .flatMap(Optional::stream)
                .findFirst()
                .map(line -> new OutOfDeviceMemoryException(line, failure));
    }

    private static Optional<String> line(Throwable failure) {
        if (failure instanceof OutOfMemoryError) {
            return Optional.of("the Java heap or its direct memory is full: " + failure.getMessage());
        }
        return failure.getMessage() == null
                ? Optional.empty()
                : failure.getMessage()
                        .lines()
                        .filter(OutOfDeviceMemoryException::tells)
                        .findFirst()
                        .map(String::strip);
    }

    private static boolean tells(String line) {
        String lower = line.toLowerCase(Locale.ROOT);
        return WORDS.stream().anyMatch(lower::contains);
    }
}
