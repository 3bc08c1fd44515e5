package org.dualanodiff.jobs.run;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.sql.SparkSession;
import org.dualanodiff.jobs.spark.Machine;
import org.dualanodiff.jobs.spark.SparkJob;
import org.dualanodiff.jobs.spark.TaskFailures;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.dataset.Dataset;
import org.dualanodiff.pipeline.dataset.DatasetException;
import org.dualanodiff.pipeline.dataset.DefectSet;
import org.dualanodiff.pipeline.export.ExportPairs;
import org.dualanodiff.pipeline.export.ExportPlan;
import org.dualanodiff.pipeline.export.FinishExport;
import org.dualanodiff.pipeline.export.PublishDataset.PublishedDataset;
import org.dualanodiff.pipeline.store.AdapterRegistry;
import org.dualanodiff.pipeline.store.AdapterRegistry.PublishedAdapter;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.RunRegistry;

/** An export from its plan to its last file. */
public final class ExportRun {

    private final SparkSession spark;
    private final ObjectStore store;
    private final String out;

    /** @param out where the export goes: a path, or an address as the store's */
    public ExportRun(SparkSession spark, ObjectStore store, String out) {
        this.spark = spark;
        this.store = store;
        this.out = out;
    }

    /**
     * @throws org.dualanodiff.pipeline.store.StoreException if the folder holds another export, or a store fails
     * @throws IOException if a local file cannot be written
     */
    public Summary run(ExportPlan plan) throws IOException {
        try (ObjectStore target = Machine.ofSpark().open(out)) {
            FinishExport finish = new FinishExport(target);
            finish.begin(plan);
            List<ExportPairs.Result> results = new SparkJob(
                            JavaSparkContext.fromSparkContext(spark.sparkContext()),
                            "export",
                            "export %d parts to %s".formatted(plan.tasks().size(), target.root()))
                    .run(plan.tasks(), new Export(store.root(), target.root()));
            boolean complete = results.stream().allMatch(ExportPairs.Result::succeeded);
            if (complete) {
                finish.end(plan);
            }
            return Summary.of(plan, target.root(), results);
        }
    }

    /** The parts of an export of files of pairs. */
    public static List<ExportPlan.Part.Samples> parts(List<PublishedDataset.File> files) {
        return files.stream()
                .map(file -> new ExportPlan.Part.Samples(file.unit(), file.key(), file.bytes()))
                .toList();
    }

    /**
     * The last line of an export on standard output.
     *
     * @param status {@code complete}, or {@code partial}: run it again and it goes on
     * @param pairs in the export now
     * @param resumed parts that an earlier attempt had written
     * @param errors of the parts that failed
     */
    public record Summary(
            String status,
            String format,
            String source,
            String out,
            int pairs,
            int goodImages,
            int parts,
            int resumed,
            List<String> errors) {

        static Summary of(ExportPlan plan, String out, List<ExportPairs.Result> results) {
            List<String> errors = results.stream()
                    .filter(result -> !result.succeeded())
                    .map(ExportPairs.Result::error)
                    .toList();
            return new Summary(
                    errors.isEmpty() ? "complete" : "partial",
                    plan.format().name().toLowerCase(Locale.ROOT),
                    plan.source(),
                    out,
                    results.stream().mapToInt(ExportPairs.Result::pairs).sum(),
                    results.stream().mapToInt(ExportPairs.Result::goodImages).sum(),
                    results.size(),
                    (int) results.stream().filter(ExportPairs.Result::resumed).count(),
                    errors);
        }

        /** Whether some parts are missing. */
        public boolean partial() {
            return !errors.isEmpty();
        }

        /** One line of JSON. */
        public String json() {
            return RunReport.line(this);
        }
    }

    /**
     * Writes a part. A failure stays with it.
     *
     * @param store,target their addresses
     */
    public record Export(String store, String target) implements Function<ExportPairs.Task, ExportPairs.Result> {

        @Override
        public ExportPairs.Result call(ExportPairs.Task task) throws Exception {
            Machine machine = Machine.ofSpark();
            try (ObjectStore from = machine.open(store);
                    ObjectStore to = machine.open(target)) {
                return new ExportPairs(from, to, machine.files()).run(task);
            } catch (Exception e) {
                return ExportPairs.Result.failed(task, TaskFailures.staying("exporting " + task.part(), e));
            }
        }
    }

    /** The real images that belong to an export: those that its adapters have seen, and no other. */
    public static final class Originals {

        private final Dataset dataset;
        private final String root;

        /** @throws org.dualanodiff.pipeline.dataset.DatasetException if the data set cannot be read */
        public Originals(PipelineConfig config) {
            this.dataset = Machine.ofSpark().dataset(config);
            this.root = config.dataset().root();
        }

        /**
         * Adds them to a plan.
         *
         * @param runs that made the plan's pairs
         * @throws DatasetException if the data set's training images are not those that the runs' adapters have seen:
         *     with another split, images that are held out would be exported for training
         */
        public ExportPlan addTo(ExportPlan plan, List<String> runs, ObjectStore store) {
            Map<UnitKey, DefectSet> sets =
                    dataset.sets().stream().collect(Collectors.toMap(set -> set.unit(), set -> set));
            List<String> foreign = runs.stream()
                    .flatMap(run -> new RunRegistry(store).boundAdapters(run).stream())
                    .flatMap(id -> new AdapterRegistry(store).find(id).stream())
                    .filter(adapter -> !hasSeen(adapter, sets))
                    .map(adapter -> adapter.id().unit().toString())
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
            DefectSet set = sets.get(adapter.id().unit());
            return set != null
                    && set.fingerprint().equals(adapter.provenance().data().fingerprint());
        }
    }
}
