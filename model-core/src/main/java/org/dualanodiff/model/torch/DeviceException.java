package org.dualanodiff.model.torch;

/** A device cannot compute on this machine; the message says why, with what, and what to set. */
public final class DeviceException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DeviceException(String message) {
        super(message);
    }
}
