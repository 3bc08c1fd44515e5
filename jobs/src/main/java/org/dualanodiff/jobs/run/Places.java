package org.dualanodiff.jobs.run;

import java.util.Map;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.store.StoreProbe;

/** The places that a run reads from and writes to. */
final class Places {

    private Places() {}

    /**
     * Passes if all of them answer. A wrong address is told at once; the clients that do the work would go on trying for
     * minutes.
     *
     * @throws org.dualanodiff.pipeline.store.StoreException naming the setting, and what is wrong with the place
     */
    static void requireReachable(PipelineConfig config, Map<String, String> hadoop) {
        StoreProbe.require("store", config.store(), hadoop);
        StoreProbe.require("dataset.root", config.dataset().root(), hadoop);
        StoreProbe.require("base-model", config.baseModel(), hadoop);
    }
}
