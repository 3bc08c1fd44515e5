package org.dualanodiff.pipeline.dataset;

/** The data set as a whole cannot be read; the message says what was looked for, where, and what to change. */
public final class DatasetException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DatasetException(String message) {
        super(message);
    }

    public DatasetException(String message, Throwable cause) {
        super(message, cause);
    }
}
