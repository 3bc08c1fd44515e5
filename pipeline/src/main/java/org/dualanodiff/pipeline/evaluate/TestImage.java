package org.dualanodiff.pipeline.evaluate;

import org.dualanodiff.model.detector.DetectorPair;

/**
 * A real image that no training saw.
 *
 * @param defect its type; empty for a defect-free image
 * @param twin whether a training image shows the same object
 */
record TestImage(String defect, String name, boolean twin, DetectorPair pair) {

    boolean isGood() {
        return defect.isEmpty();
    }

    String label() {
        return (isGood() ? "good" : defect) + "/" + name;
    }
}
