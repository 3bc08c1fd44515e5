package org.dualanodiff.jobs.run;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.dualanodiff.jobs.run.AugmentRun.Stages;
import org.dualanodiff.jobs.spark.Machine;
import org.dualanodiff.model.torch.Compute;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.dataset.Dataset;
import org.dualanodiff.pipeline.evaluate.PairComparison;
import org.dualanodiff.pipeline.evaluate.PairMetrics;
import org.dualanodiff.pipeline.store.ObjectStore;

/** The main job in several variants, each a run of its own, and one table of how their pairs compare with the real ones. */
public final class AblationRun {

    private final SparkSession spark;
    private final Map<String, PipelineConfig> variants;
    private final int side;
    private final int steps;
    private final PrintWriter console;

    /**
     * @param variants by name, at least one; they differ in their run and in what is to be compared, and share data set and
     *     store
     * @param side of the images that the comparing network sees, in pixels; see {@link PairComparison#PairComparison}
     * @param steps of its training
     * @param console for people
     */
    public AblationRun(
            SparkSession spark, Map<String, PipelineConfig> variants, int side, int steps, PrintWriter console) {
        this.spark = spark;
        this.variants = new LinkedHashMap<>(variants);
        this.side = side;
        this.steps = steps;
        this.console = console;
    }

    /**
     * What came of it.
     *
     * @param runs the runs' ids, to be named as {@code generated@RUN} in an evaluation
     * @param figures metrics by {@code variant, category/defect}; a variant without pairs has none
     * @param partial whether one of the runs is
     */
    public record Outcome(List<String> runs, Map<String, PairMetrics> figures, boolean partial) {}

    /** Runs what is missing of every variant, then compares. */
    public Outcome run() throws IOException {
        boolean partial = false;
        for (Map.Entry<String, PipelineConfig> variant : variants.entrySet()) {
            console.printf("variant %s%n", variant.getKey());
            RunReport.Summary summary = new AugmentRun(spark, variant.getValue(), console).run(Stages.ALL);
            console.println(summary.sentence());
            partial |= summary.partial();
        }
        List<String> runs =
                variants.values().stream().map(config -> config.run().id()).toList();
        return new Outcome(runs, compare(), partial);
    }

    private Map<String, PairMetrics> compare() throws IOException {
        PipelineConfig any = variants.values().iterator().next();
        Machine machine = Machine.ofSpark();
        Dataset dataset = machine.dataset(any);
        Compute compute = Compute.fastest("cpu", any.compute().threads());
        Map<String, PairMetrics> metrics = new LinkedHashMap<>();
        try (ObjectStore store = machine.open(any.store());
                PairComparison comparison = new PairComparison(dataset, machine.files(), side, steps, compute)) {
            for (Map.Entry<String, PipelineConfig> variant : variants.entrySet()) {
                String run = variant.getValue().run().id();
                comparison
                        .ofRun(store, run, dataset)
                        .forEach((unit, of) -> metrics.put(variant.getKey() + ", " + unit, of));
            }
            comparison.lines("variant", metrics).forEach(console::println);
        }
        return metrics;
    }
}
