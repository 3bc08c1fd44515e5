package org.dualanodiff.pipeline.tracking;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.dualanodiff.pipeline.ProductVersion;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.RunManifest;
import org.dualanodiff.pipeline.store.RunRegistry;
import org.dualanodiff.pipeline.store.RunRegistry.RunIdentity;
import org.dualanodiff.pipeline.store.StoreException;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.dualanodiff.pipeline.tracking.MlflowServer.Metric;
import org.dualanodiff.pipeline.tracking.MlflowServer.ServedRun;

/**
 * A run of a store as a run of an MLflow server: settings as parameters, each unit's training as metrics by step, the page and
 * the sample sheets as artifacts. Exported again, it is the same run there, with what is new.
 */
public final class MlflowExport {

    private static final String EXPERIMENT = "dualanodiff";
    private static final String RUN_TAG = "dualanodiff.run";

    private final ObjectStore store;
    private final MlflowServer server;

    /** @param environment see {@link MlflowServer} */
    public MlflowExport(ObjectStore store, String address, Map<String, String> environment) {
        this.store = store;
        this.server = new MlflowServer(address, environment);
    }

    /**
     * @param artifacts whether page and sheets are kept there, too
     * @return how many trainings were exported
     * @throws org.dualanodiff.pipeline.UserError if the server does not answer or does not take something
     */
    public int write(String runId, boolean artifacts) {
        RunIdentity identity = new RunRegistry(store)
                .find(runId)
                .orElseThrow(() -> new StoreException("there is no run %s in %s".formatted(runId, store.root())));
        Map<AdapterId, String> adapters = names(RecordedTraining.of(store, runId));
        ServedRun run = server.run(
                server.experiment(EXPERIMENT), runId, RUN_TAG, store.root() + "#" + runId, identity.createdAt());
        Optional<RunManifest> manifest = new RunRegistry(store).findManifest(runId);
        server.describe(run, identity.settings(), tags(runId, manifest));
        int written = 0;
        for (Map.Entry<AdapterId, String> adapter : adapters.entrySet()) {
            Optional<RecordedTraining> training = RecordedTraining.find(store, adapter.getKey(), artifacts);
            training.ifPresent(of -> write(run, adapter.getValue(), of));
            written += training.isPresent() ? 1 : 0;
        }
        if (artifacts) {
            store.find(StoreLayout.report(runId)).ifPresent(page -> server.keep(run, "report.html", page, "text/html"));
        }
        manifest.ifPresent(of -> server.end(run, "FINISHED", of.finishedAt()));
        return written;
    }

    private Map<String, String> tags(String runId, Optional<RunManifest> manifest) {
        Map<String, String> tags = new LinkedHashMap<>();
        tags.put("mlflow.source.name", "dualanodiff " + ProductVersion.current());
        tags.put("dualanodiff.store", store.root());
        tags.put("dualanodiff.run_id", runId);
        tags.put("dualanodiff.exported_at", Instant.now().toString());
        manifest.ifPresent(of -> {
            tags.put("dualanodiff.status", of.status().name().toLowerCase(Locale.ROOT));
            tags.put("dualanodiff.manifest", store.uri(StoreLayout.manifest(runId)));
        });
        return tags;
    }

    /** What the units are called there: where two would be called alike, those whose names had to change end in digits of their own. */
    static Map<AdapterId, String> names(List<AdapterId> adapters) {
        Map<String, Long> units = adapters.stream()
                .collect(Collectors.groupingBy(adapter -> named(adapter.unit()), Collectors.counting()));
        Map<AdapterId, String> names = new LinkedHashMap<>();
        for (AdapterId adapter : adapters) {
            String given = adapter.category() + "/" + adapter.defect();
            String name = named(adapter.unit());
            names.put(adapter, name.equals(given) || units.get(name) == 1 ? name : name + "-" + digits(adapter.unit()));
        }
        return names;
    }

    private static String digits(UnitKey unit) {
        return Fingerprint.of("unit")
                .text("category", unit.category())
                .text("defect", unit.defect())
                .build()
                .shortHex();
    }

    private static String named(UnitKey unit) {
        return named(unit.category()) + "/" + named(unit.defect());
    }

    private void write(ServedRun run, String unit, RecordedTraining training) {
        List<Double> times = training.times();
        List<Metric> metrics = new ArrayList<>();
        for (int i = 0; i < times.size(); i++) {
            var point = training.curve().points().get(i);
            long millis = Math.round(1000 * times.get(i));
            RecordedTraining.NUMBERS.forEach((name, number) -> {
                double value = number.applyAsDouble(point);
                if (Double.isFinite(value)) {
                    metrics.add(new Metric(unit + "/" + name, value, millis, point.step()));
                }
            });
        }
        server.log(run, metrics);
        training.sheets()
                .forEach((step, png) ->
                        server.keep(run, "sheets/%s/step-%06d.png".formatted(unit, step), png, "image/png"));
    }

    /** MLflow takes letters, digits and a few signs in the names of metrics. */
    private static String named(String name) {
        return name.replaceAll("[^\\p{L}\\p{N}_. :-]", "_");
    }
}
