package org.dualanodiff.jobs.spark;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.dualanodiff.pipeline.base.BaseModelSource;
import org.dualanodiff.pipeline.base.LocalCache;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.dataset.Dataset;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.run.RunInputs;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.StoreProbe;
import scala.Tuple2;

/**
 * What reaches the places of a run from this machine: the user's cache, and the Hadoop properties ({@code spark.hadoop.*}) with
 * which stores and data sets are opened. One is made where work begins, a command or a task, and passed on.
 */
public final class Machine {

    private static final String PREFIX = "spark.hadoop.";

    /** To make a configuration takes longer than many a task; all tasks of this JVM share one, for reading. */
    private static final AtomicReference<Machine> OF_TASKS = new AtomicReference<>();

    private final LocalCache cache = LocalCache.ofUser();
    private final Map<String, String> properties;
    private final Configuration configuration = new Configuration();

    private Machine(Map<String, String> properties) {
        this.properties = properties;
        properties.forEach(configuration::set);
    }

    /** Of the running Spark, on the driver and on executors: read from its own configuration, so that credentials never travel inside tasks. */
    public static Machine ofSpark() {
        Map<String, String> current = hadoop(SparkEnv.get().conf());
        return OF_TASKS.updateAndGet(before -> before != null && before.isOf(current) ? before : new Machine(current));
    }

    /** Also whether classes of file systems are found as they were. */
    private boolean isOf(Map<String, String> current) {
        return properties.equals(current)
                && configuration.getClassLoader() == Thread.currentThread().getContextClassLoader();
    }

    /**
     * As {@link #ofSpark} gives it once a session is open with these properties over those of this process, such as
     * {@code spark-submit} has given it; also for commands that open none.
     */
    public static Machine of(Map<String, String> sparkProperties) {
        return new Machine(hadoop(set(new SparkConf(), sparkProperties)));
    }

    /** All properties of a session that is opened with these over those of this process. */
    public static Map<String, String> propertiesBeforeSpark(Map<String, String> sparkProperties) {
        return Arrays.stream(set(new SparkConf(), sparkProperties).getAll())
                .collect(Collectors.toMap(Tuple2::_1, Tuple2::_2));
    }

    private static SparkConf set(SparkConf conf, Map<String, String> properties) {
        properties.forEach(conf::set);
        return conf;
    }

    private static Map<String, String> hadoop(SparkConf conf) {
        return Arrays.stream(conf.getAllWithPrefix(PREFIX)).collect(Collectors.toMap(Tuple2::_1, Tuple2::_2));
    }

    public LocalCache cache() {
        return cache;
    }

    /** Over Hadoop's own defaults; for reading. */
    public Configuration hadoop() {
        return configuration;
    }

    public ObjectStore open(String address) {
        return ObjectStore.open(address, ContentTypes.added(properties));
    }

    /**
     * Passes if a place answers.
     *
     * @param setting that names it
     * @throws org.dualanodiff.pipeline.store.StoreException if it cannot be reached
     */
    public void require(String setting, String address) {
        StoreProbe.require(setting, address, properties);
    }

    public BaseModelSource models() {
        return new BaseModelSource(cache, properties);
    }

    public DatasetFiles files() {
        return new DatasetFiles(configuration);
    }

    /** What a run of these settings starts from, its images inspected on this machine. */
    public RunInputs inputs(PipelineConfig config) {
        return RunInputs.read(config, cache, configuration);
    }

    /** @throws org.dualanodiff.pipeline.dataset.DatasetException if the data set cannot be read at all */
    public Dataset dataset(PipelineConfig config) {
        return RunInputs.dataset(config, cache, configuration);
    }
}
