package org.dualanodiff.jobs.run;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.dualanodiff.jobs.spark.HadoopProperties;
import org.dualanodiff.pipeline.base.LocalCache;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.dataset.Dataset;
import org.dualanodiff.pipeline.dataset.DatasetException;
import org.dualanodiff.pipeline.dataset.DefectSet;
import org.dualanodiff.pipeline.export.ExportPlan;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.run.RunInputs;
import org.dualanodiff.pipeline.store.AdapterRegistry;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.AdapterRegistry.PublishedAdapter;
import org.dualanodiff.pipeline.store.RunRegistry;

/** The real images that belong to an export: those that its adapters have seen, and no other. */
public final class Originals {

    private final Dataset dataset;
    private final String root;

    private Originals(Dataset dataset, String root) {
        this.dataset = dataset;
        this.root = root;
    }

    /** @throws org.dualanodiff.pipeline.dataset.DatasetException if the data set cannot be read */
    public static Originals of(PipelineConfig config) {
        return new Originals(
                RunInputs.dataset(config, LocalCache.ofUser(), HadoopProperties.configuration()),
                config.dataset().root());
    }

    /**
     * Adds them to a plan.
     *
     * @param runs that made the plan's pairs
     * @throws DatasetException if the data set's training images are not those that the runs' adapters have seen:
     *     with another split, images that are held out would be exported for training
     */
    public ExportPlan addTo(ExportPlan plan, List<String> runs, ObjectStore store) {
        Map<UnitKey, DefectSet> sets = dataset.sets().stream()
                .collect(Collectors.toMap(set -> set.unit(), set -> set));
        List<String> foreign = runs.stream()
                .flatMap(run -> new RunRegistry(store).boundAdapters(run).stream())
                .flatMap(id -> new AdapterRegistry(store).find(id).stream())
                .filter(adapter -> !hasSeen(adapter, sets))
                .map(adapter -> adapter.id().category() + "/" + adapter.id().defect())
                .distinct()
                .sorted()
                .toList();
        if (!foreign.isEmpty()) {
            throw new DatasetException(
                    ("the adapters of %s were trained on other images than those that this configuration takes from %s"
                                    + " for training; give the configuration that trained them (dataset.root,"
                                    + " dataset.split), or --no-originals")
                            .formatted(String.join(", ", foreign), root));
        }
        return plan.with(dataset);
    }

    private static boolean hasSeen(PublishedAdapter adapter, Map<UnitKey, DefectSet> sets) {
        DefectSet set =
                sets.get(adapter.id().unit());
        return set != null
                && set.fingerprint().equals(adapter.provenance().data().fingerprint());
    }
}
