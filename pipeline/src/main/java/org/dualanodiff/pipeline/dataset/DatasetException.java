package org.dualanodiff.pipeline.dataset;

import org.dualanodiff.pipeline.Shown;

/** The data set as a whole cannot be read; the message says what was looked for, where, and what to change. */
public final class DatasetException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DatasetException(String message) {
        super(Shown.line(message));
    }

    public DatasetException(String message, Throwable cause) {
        super(Shown.line(message), cause);
    }
}
