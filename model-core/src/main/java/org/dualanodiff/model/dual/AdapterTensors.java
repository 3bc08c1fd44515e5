package org.dualanodiff.model.dual;

import ai.djl.ndarray.NDArray;
import java.util.Map;

/** Adapter tensors below one key prefix. */
record AdapterTensors(Map<String, NDArray> all, String prefix) {

    NDArray get(String name) {
        NDArray tensor = all.get(prefix + name);
        if (tensor == null) {
            throw new IllegalArgumentException("no adapter tensor " + prefix + name);
        }
        return tensor;
    }
}
