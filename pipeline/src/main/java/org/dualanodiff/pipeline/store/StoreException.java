package org.dualanodiff.pipeline.store;

import org.dualanodiff.pipeline.DisplayText;
import org.dualanodiff.pipeline.UserError;

/** The store could not do what was asked; the message says what, where, and what to do about it. */
public final class StoreException extends UserError {
    public StoreException(String message) {
        super(DisplayText.line(message));
    }

    public StoreException(String message, Throwable cause) {
        super(DisplayText.line(message), cause);
    }
}
