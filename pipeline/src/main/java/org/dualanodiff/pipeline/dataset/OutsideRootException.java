package org.dualanodiff.pipeline.dataset;

import java.io.IOException;

/** A file is not read because of where it lies; the message says where that is, and what to do. */
public final class OutsideRootException extends IOException {
    private static final long serialVersionUID = 1L;

    OutsideRootException(String message) {
        super(message);
    }
}
