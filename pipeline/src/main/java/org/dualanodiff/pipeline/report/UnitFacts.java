package org.dualanodiff.pipeline.report;

import java.util.Optional;
import org.dualanodiff.pipeline.store.Provenance;
import org.dualanodiff.pipeline.store.RunManifest;

/**
 * All that a report says about one (category, defect) of a run.
 *
 * @param unit what the run's manifest says
 * @param adapter where its adapter comes from; empty if it has none
 */
public record UnitFacts(RunManifest.Unit unit, Optional<Provenance> adapter, RealPairs real, GeneratedPairs generated) {

    String name() {
        return unit.category() + "/" + unit.defect();
    }
}
