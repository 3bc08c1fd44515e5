package org.dualanodiff.jobs.run;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.dualanodiff.jobs.spark.HadoopProperties;
import org.dualanodiff.jobs.spark.PairBackgrounds;
import org.dualanodiff.pipeline.base.BaseModelSource;
import org.dualanodiff.pipeline.base.LocalCache;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.evaluate.EvaluationPlan;
import org.dualanodiff.pipeline.evaluate.EvaluationPlan.CategoryData;
import org.dualanodiff.pipeline.evaluate.LeakCheck;
import org.dualanodiff.pipeline.evaluate.RunAdapters;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.Provenance;
import org.dualanodiff.pipeline.store.PublishedAdapter;

/** Refuses an evaluation whose test images something behind it has seen, and warns where nobody can tell. */
final class RefuseLeaks {

    private final SparkSession spark;
    private final ObjectStore store;
    private final PrintWriter console;

    RefuseLeaks(SparkSession spark, ObjectStore store, PrintWriter console) {
        this.spark = spark;
        this.store = store;
        this.console = console;
    }

    /**
     * @param base of the configuration; those of the runs' adapters are looked at, too
     * @throws org.dualanodiff.pipeline.evaluate.LeakCheck.LeakException naming the test images
     * @throws org.dualanodiff.pipeline.store.StoreException if pairs are there and their adapter is not
     */
    void run(EvaluationPlan plan, Provenance.BaseModel base) throws IOException {
        LeakCheck check = new LeakCheck(plan.categories(), new DatasetFiles(HadoopProperties.configuration()));
        check.refuseCopies();
        if (plan.runs().isEmpty()) {
            return;
        }
        RunAdapters known = new RunAdapters(store, plan.categories());
        List<PublishedAdapter> adapters = plan.runs().stream()
                .flatMap(run -> known.of(run).stream())
                .distinct()
                .toList();
        warn(check.refuseLeaks(adapters));
        List<Provenance.BaseModel> bases = new ArrayList<>(List.of(base));
        adapters.forEach(adapter -> bases.add(adapter.provenance().base()));
        BaseModelSource models = new BaseModelSource(LocalCache.ofUser(), HadoopProperties.current());
        warn(check.refuseBases(bases, models));
        List<String> categories =
                plan.categories().stream().map(CategoryData::category).toList();
        for (String run : plan.runs()) {
            warn(check.refuseBackgrounds(run, new PairBackgrounds(spark, store).of(run, categories)));
        }
    }

    private void warn(List<String> unknown) {
        unknown.forEach(sentence -> console.printf("warning: %s%n", sentence));
    }
}
