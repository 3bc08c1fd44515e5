package org.dualanodiff.pipeline.run;

import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.dualanodiff.pipeline.ProductVersion;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.dualanodiff.pipeline.store.RunRegistry;
import org.dualanodiff.pipeline.store.RunRegistry.GoodImagesBinding;
import org.dualanodiff.pipeline.store.RunRegistry.RunIdentity;

/**
 * Which run a command means. A given {@code run.id} is taken as it is. {@code auto} stands for the run of these settings
 * on this data set: the same command comes back to the same run and continues it, while changed settings, another data
 * set, or changed images in the same place begin a new one.
 */
public final class RunNaming {

    private static final int DIGITS = 10;

    private final RunRegistry runs;

    public RunNaming(RunRegistry runs) {
        this.runs = runs;
    }

    /** The identity that the run has or will have; writes nothing. */
    public RunIdentity identify(RunInputs inputs) {
        PipelineConfig config = inputs.settings().config();
        String id = config.run().isAuto() ? automatic(inputs) : config.run().id();
        return RunIdentity.of(id, inputs.settings().all(), ProductVersion.current(), Instant.now());
    }

    private String automatic(RunInputs inputs) {
        String base = "r-"
                + Fingerprint.of("auto-run")
                        .map("settings", inputs.settings().all())
                        .text(
                                "dataset.root",
                                inputs.settings().config().dataset().root())
                        .build()
                        .hex()
                        .substring(0, DIGITS);
        List<AdapterId> adapters = inputs.adapters();
        List<GoodImagesBinding> good = inputs.goodImages();
        return IntStream.iterate(1, i -> i + 1)
                .mapToObj(i -> i == 1 ? base : base + "-" + i)
                .filter(id -> runs.conflict(id, adapters, good).isEmpty())
                .findFirst()
                .orElseThrow();
    }
}
