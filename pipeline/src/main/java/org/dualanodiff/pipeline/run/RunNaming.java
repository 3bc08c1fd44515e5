package org.dualanodiff.pipeline.run;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.dualanodiff.pipeline.ProductVersion;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.dualanodiff.pipeline.store.RunRegistry;
import org.dualanodiff.pipeline.store.RunRegistry.GoodImagesBinding;
import org.dualanodiff.pipeline.store.RunRegistry.RunIdentity;
import org.dualanodiff.pipeline.store.StoreException;

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

    /**
     * Passes if a command may go on with the run, as far as that has got; writes nothing.
     *
     * @throws StoreException if the run has other settings, adapters or good images, as when it is opened
     */
    public void requireSame(RunIdentity wanted, RunInputs inputs) {
        String runId = wanted.runId();
        runs.find(runId)
                .filter(there -> !there.settings().equals(wanted.settings()))
                .ifPresent(there -> runs.open(wanted));
        // What is bound already is only compared.
        Set<UnitKey> units =
                runs.boundAdapters(runId).stream().map(bound -> bound.unit()).collect(Collectors.toSet());
        runs.bindAdapters(
                runId,
                inputs.adapters().stream()
                        .filter(adapter -> units.contains(adapter.unit()))
                        .toList());
        Set<String> categories = runs.boundGoodImages(runId).stream()
                .map(GoodImagesBinding::category)
                .collect(Collectors.toSet());
        runs.bindGoodImages(
                runId,
                inputs.goodImages().stream()
                        .filter(good -> categories.contains(good.category()))
                        .toList());
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
                .filter(id -> hasAdapters(id, adapters) && hasGoodImages(id, good))
                .findFirst()
                .orElseThrow();
    }

    /** Whether the run, as far as it has got, uses the wanted adapters. */
    private boolean hasAdapters(String runId, List<AdapterId> wanted) {
        Map<UnitKey, AdapterId> byUnit =
                wanted.stream().collect(Collectors.toMap(id -> id.unit(), Function.identity()));
        return runs.boundAdapters(runId).stream()
                .allMatch(bound -> bound.equals(byUnit.getOrDefault(bound.unit(), bound)));
    }

    /** Whether the run, as far as it has got, uses the wanted good images. */
    private boolean hasGoodImages(String runId, List<GoodImagesBinding> wanted) {
        return runs.boundGoodImages(runId).stream()
                .allMatch(bound -> wanted.stream()
                        .filter(good -> good.category().equals(bound.category()))
                        .allMatch(bound::equals));
    }
}
