package org.dualanodiff.pipeline.dataset;

import java.util.List;
import org.dualanodiff.pipeline.DisplayText;
import org.dualanodiff.pipeline.UserError;

/** The data set as a whole cannot be read; the message says what was looked for, where, and what to change. */
public final class DatasetException extends UserError {
    private static final long serialVersionUID = 1L;

    public DatasetException(String message) {
        this(message, null);
    }

    public DatasetException(String message, Throwable cause) {
        super(Cause.DATA, List.of(DisplayText.line(message)), cause);
    }
}
