package org.dualanodiff.jobs.demo;

import org.dualanodiff.pipeline.plan.UnitKey;

/** One defect of one product in the demonstration. */
record DemoUnit(String category, String defect) {

    String name() {
        return category + "/" + defect;
    }

    UnitKey key() {
        return new UnitKey(category, defect);
    }
}
