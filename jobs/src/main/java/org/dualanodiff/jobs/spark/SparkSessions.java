package org.dualanodiff.jobs.spark;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import org.dualanodiff.jobs.metrics.RunMetricsPlugin;
import org.dualanodiff.pipeline.config.DatasetConfig;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.config.Redaction;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.dataset.DatasetPath;

/** Opens the Spark session: the one that {@code spark-submit} prepared, or an embedded one. */
public final class SparkSessions {

    /** What the job needs, whoever starts it; a user's own properties come over it. */
    private static final Map<String, String> NEEDED = Map.of(
            // A defect called 007 must not come back as the number 7.
            "spark.sql.sources.partitionColumnTypeInference.enabled", "false",
            // The units of a run share the executors evenly.
            "spark.scheduler.mode", "FAIR",
            // Excluding executors for an hour after an outage of the store would leave a run nowhere to go on.
            "spark.excludeOnFailure.application.maxFailedTasksPerExecutor", "1000000",
            // Not the INT96 of old Hive, which other readers warn about or misread.
            "spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS",
            "spark.sql.session.timeZone", "UTC",
            // What the UI and the event log do not show.
            "spark.redaction.regex", Redaction.SECRETS,
            // Native threads must not spin for long where executors share cores; see docs/decisions.md.
            "spark.executorEnv.GOMP_SPINCOUNT", "1000",
            // Blocks of CUDA's memory grow, rather than lie beside one another in pieces that nothing fits into.
            "spark.executorEnv.PYTORCH_CUDA_ALLOC_CONF", "expandable_segments:True",
            "spark.executorEnv.OPT_OUT_TRACKING", "true");

    /** Spark's own metrics and ours, for Prometheus to fetch from the driver's UI under names that stay from run to run. */
    private static final Map<String, String> WATCHED = Map.of(
            "spark.metrics.namespace", "dualanodiff",
            "spark.ui.prometheus.enabled", "true",
            "spark.metrics.conf.driver.sink.prometheusServlet.class", "org.apache.spark.metrics.sink.PrometheusServlet",
            "spark.metrics.conf.driver.sink.prometheusServlet.path", "/metrics/prometheus");

    private static final String PLUGINS = "spark.plugins";

    public static final String TASK_GPUS = "spark.task.resource.gpu.amount";

    private static final Map<String, String> EMBEDDED = Map.of(
            "spark.ui.enabled", "false",
            "spark.ui.showConsoleProgress", "false",
            "spark.driver.host", "localhost",
            "spark.driver.bindAddress", "127.0.0.1");

    private SparkSessions() {}

    /** Whether Spark runs inside this process; else {@code spark-submit} started it. */
    public static boolean isEmbedded() {
        return !new SparkConf().contains("spark.master");
    }

    /** @param command shown as the application's name */
    public static SparkSession open(PipelineConfig config, String command) {
        JvmCheck.require(isEmbedded());
        SparkConf conf = new SparkConf();
        NEEDED.forEach(conf::setIfMissing);
        WATCHED.forEach(conf::setIfMissing);
        if (config.log().isJson()) {
            conf.setIfMissing("spark.log.structuredLogging.enabled", "true");
        }
        if (!conf.contains("spark.master")) {
            conf.setMaster(config.spark().master());
            EMBEDDED.forEach(conf::setIfMissing);
        }
        conf.setIfMissing("spark.app.name", "dualanodiff " + command);
        config.spark().conf().forEach(conf::set);
        boundary(config.dataset()).ifPresent(root -> conf.set("spark.hadoop." + DatasetFiles.ROOT, root));
        // A copy of a task that works with the model would take its original for dead, and the other way round.
        conf.set("spark.speculation", "false");
        addPlugin(conf, RunMetricsPlugin.class.getName());
        keepGpusForTheModel(conf);
        SparkSession session = SparkSession.builder().config(conf).getOrCreate();
        JsonLog.start(config.log());
        return session;
    }

    /**
     * A GPU for every task of Spark's would be one for each look into a file, too. So executors have GPUs, and only tasks that work
     * with the model ask for one, by a profile of their own ({@link GpuTask#on}), which local masters do not have.
     */
    private static void keepGpusForTheModel(SparkConf conf) {
        if (conf.contains(TASK_GPUS) && !conf.get("spark.master").startsWith("local[")) {
            conf.set(GpuTask.AMOUNT, conf.get(TASK_GPUS));
            conf.remove(TASK_GPUS);
        }
    }

    /** The root that tasks hold the data set's files to, as the driver does; empty if there is to be none. */
    private static Optional<String> boundary(DatasetConfig dataset) {
        return dataset.allowOutside() || dataset.root().startsWith("builtin:")
                ? Optional.empty()
                : Optional.of(DatasetPath.absolute(dataset.root()));
    }

    /** Beside those that the user may have. */
    private static void addPlugin(SparkConf conf, String plugin) {
        String others = conf.get(PLUGINS, "");
        if (!Arrays.asList(others.split(",")).contains(plugin)) {
            conf.set(PLUGINS, others.isBlank() ? plugin : others + "," + plugin);
        }
    }
}
