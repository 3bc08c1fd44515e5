package org.dualanodiff.jobs.run;

/** The unit cannot be completed, and the message says why. */
final class UnitFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnitFailure(String message) {
        super(message);
    }
}
