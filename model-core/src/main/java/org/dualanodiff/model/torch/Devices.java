package org.dualanodiff.model.torch;

import ai.djl.Device;

/** Devices by the names that configurations use. */
public final class Devices {

    private Devices() {}

    /** {@code cpu}, {@code cuda} (the first GPU) or {@code cuda:N}. */
    public static Device named(String name) {
        if (name.equals("cpu")) {
            return Device.cpu();
        }
        int colon = name.indexOf(':');
        return Device.gpu(colon < 0 ? 0 : Integer.parseInt(name.substring(colon + 1)));
    }
}
