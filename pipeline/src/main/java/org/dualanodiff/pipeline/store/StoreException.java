package org.dualanodiff.pipeline.store;

import org.dualanodiff.pipeline.Shown;
import org.dualanodiff.pipeline.UserError;

/** The store could not do what was asked; the message says what, where, and what to do about it. */
public final class StoreException extends UserError {
    public StoreException(String message) {
        super(Shown.line(message));
    }

    public StoreException(String message, Throwable cause) {
        super(Shown.line(message), cause);
    }
}
