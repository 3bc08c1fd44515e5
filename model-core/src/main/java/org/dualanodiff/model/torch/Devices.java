package org.dualanodiff.model.torch;

import ai.djl.Device;

/** Devices by the names that configurations use. */
public final class Devices {

    private Devices() {}

    /**
     * {@code cpu}, {@code cuda} (the first GPU) or {@code cuda:N}, found to compute.
     *
     * @throws DeviceException if it does not
     */
    public static Device named(String name) {
        DeviceCheck.require(name);
        return unchecked(name);
    }

    static Device unchecked(String name) {
        return name.equals("cpu") ? Device.cpu() : Device.gpu(ordinal(name));
    }

    /** CUDA's number of a GPU. */
    static int ordinal(String name) {
        int colon = name.indexOf(':');
        return colon < 0 ? 0 : Integer.parseInt(name.substring(colon + 1));
    }
}
