package org.dualanodiff.pipeline.dataset;

import java.io.IOException;

/** Bytes that are no picture this product can decode; the message is the reason, without the file's name. */
public final class UnreadableImageException extends IOException {
    private static final long serialVersionUID = 1L;

    public UnreadableImageException(String reason) {
        super(reason);
    }

    public UnreadableImageException(String reason, Throwable cause) {
        super(reason, cause);
    }
}
