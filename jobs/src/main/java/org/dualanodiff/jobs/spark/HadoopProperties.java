package org.dualanodiff.jobs.spark;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import scala.Tuple2;

/** The Hadoop properties ({@code spark.hadoop.*}) of a Spark application, on the driver and on executors. */
public final class HadoopProperties {

    private static final String PREFIX = "spark.hadoop.";

    /** To make one takes longer than many a task. */
    private static final AtomicReference<Shared> SHARED = new AtomicReference<>();

    private record Shared(Of of, Configuration configuration) {}

    /** @param loader by which it finds the classes of file systems */
    private record Of(Map<String, String> properties, ClassLoader loader) {}

    private HadoopProperties() {}

    /** Read from the running Spark's own configuration, so that credentials never travel inside tasks. */
    public static Map<String, String> current() {
        return Arrays.stream(SparkEnv.get().conf().getAllWithPrefix(PREFIX))
                .collect(Collectors.toMap(Tuple2::_1, Tuple2::_2));
    }

    /** Those among Spark properties, for commands that start no Spark. */
    public static Map<String, String> of(Map<String, String> sparkProperties) {
        return sparkProperties.entrySet().stream()
                .filter(property -> property.getKey().startsWith(PREFIX))
                .collect(Collectors.toMap(
                        property -> property.getKey().substring(PREFIX.length()), Map.Entry::getValue));
    }

    /** As {@link #current} will give them once a session is open with these properties over those of this process. */
    public static Map<String, String> before(Map<String, String> sparkProperties) {
        SparkConf conf = new SparkConf();
        sparkProperties.forEach(conf::set);
        return Arrays.stream(conf.getAllWithPrefix(PREFIX)).collect(Collectors.toMap(Tuple2::_1, Tuple2::_2));
    }

    /** As {@link #current}, over Hadoop's own defaults; for reading, since all tasks of this JVM share it. */
    public static Configuration configuration() {
        Of of = new Of(current(), Thread.currentThread().getContextClassLoader());
        return SHARED.updateAndGet(
                        before -> before != null && before.of().equals(of) ? before : new Shared(of, over(of.properties())))
                .configuration();
    }

    /** As {@link #of}, over Hadoop's own defaults. */
    public static Configuration configuration(Map<String, String> sparkProperties) {
        return over(of(sparkProperties));
    }

    private static Configuration over(Map<String, String> properties) {
        Configuration configuration = new Configuration();
        properties.forEach(configuration::set);
        return configuration;
    }
}
