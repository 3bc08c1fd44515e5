package org.dualanodiff.jobs.run;

import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.image.PngCodec;
import org.dualanodiff.pipeline.report.DescribeProgress;
import org.dualanodiff.pipeline.report.DescribeProgress.UnitProgress;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.RunLease;
import org.dualanodiff.pipeline.store.RunRegistry.RunStatus;
import org.dualanodiff.pipeline.store.RunRegistry.UnitState;
import org.dualanodiff.pipeline.store.RunRegistry.UnitStatus;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.dualanodiff.pipeline.store.TrainingCurve;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the page {@code runs/RUN/report.html} of a run that is under way, from records alone, so that a browser can follow it.
 * The run's end puts the full report in its place. What does not change any more is read once.
 */
public final class WriteProgress {

    private static final Logger LOG = LoggerFactory.getLogger(WriteProgress.class);

    private final ObjectStore store;
    private final String runId;
    private final Map<AdapterId, TrainingCurve> ended = new HashMap<>();
    private final Map<String, Image> sheets = new HashMap<>();

    public WriteProgress(ObjectStore store, String runId) {
        this.store = store;
        this.runId = runId;
    }

    /** Writes the page over an earlier one, if a command is at work on the run; empty if none is. */
    public Optional<byte[]> write() {
        Optional<String> driver = RunLease.holder(store, runId, Instant.now());
        return driver.flatMap(words -> status()).map(status -> write(status, driver));
    }

    private Optional<RunStatus> status() {
        return store.find(StoreLayout.status(runId), RunStatus.class);
    }

    /** Writes the page for the driver that is at work. */
    byte[] write(RunStatus status) {
        return write(status, RunLease.holder(store, runId, Instant.now()));
    }

    /** Writes the page for a driver that ends; what it ends as is not known yet. */
    byte[] writeEnd(RunStatus status) {
        return write(status, Optional.empty());
    }

    private byte[] write(RunStatus status, Optional<String> driver) {
        byte[] page =
                DescribeProgress.of(status, driver, progress(status.shown())).html();
        store.write(StoreLayout.report(runId), page);
        return page;
    }

    private List<UnitProgress> progress(List<UnitStatus> units) {
        Map<AdapterId, TrainingCurve> curves = new HashMap<>(ended);
        Set<AdapterId> training = units.stream()
                .filter(unit -> unit.state() == UnitState.TRAINING)
                .map(UnitStatus::adapter)
                .collect(Collectors.toSet());
        List<AdapterId> unread = units.stream()
                .limit(DescribeProgress.CHAPTERS)
                .map(UnitStatus::adapter)
                .filter(adapter -> !ended.containsKey(adapter))
                .toList();
        ObjectStore.inParallel(unread, this::curve)
                .forEach(found -> found.ifPresent(curve -> {
                    curves.put(curve.adapter(), curve.of());
                    if (!training.contains(curve.adapter())) {
                        ended.put(curve.adapter(), curve.of());
                    }
                }));
        List<String> shown = units.stream()
                .flatMap(unit -> sheet(unit.adapter(), curves).stream())
                .toList();
        sheets.keySet().retainAll(shown);
        ObjectStore.inParallel(
                        shown.stream().filter(key -> !sheets.containsKey(key)).toList(), this::read)
                .forEach(sheets::putAll);
        return units.stream()
                .map(unit -> new UnitProgress(
                        unit,
                        Optional.ofNullable(curves.get(unit.adapter())),
                        sheet(unit.adapter(), curves).map(sheets::get)))
                .toList();
    }

    private record AdapterCurve(AdapterId adapter, TrainingCurve of) {}

    private Optional<AdapterCurve> curve(AdapterId adapter) {
        return store.find(StoreLayout.trainingCurve(adapter), TrainingCurve.class)
                .map(curve -> new AdapterCurve(adapter, curve));
    }

    /** The key of the latest one. */
    private static Optional<String> sheet(AdapterId adapter, Map<AdapterId, TrainingCurve> curves) {
        return Optional.ofNullable(curves.get(adapter))
                .flatMap(TrainingCurve::lastSheet)
                .map(step -> StoreLayout.sheet(adapter, step));
    }

    /** A picture that is not there or is damaged is left out of the page. */
    private Map<String, Image> read(String key) {
        try {
            Optional<byte[]> png = store.find(key);
            return png.isEmpty() ? Map.of() : Map.of(key, Image.of(PngCodec.decode(png.get())));
        } catch (IOException e) {
            LOG.warn("the sample sheet {} is damaged: {}", store.uri(key), e.getMessage());
            return Map.of();
        }
    }
}
