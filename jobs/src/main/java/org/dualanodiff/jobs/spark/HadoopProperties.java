package org.dualanodiff.jobs.spark;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import scala.Tuple2;

/** The Hadoop properties ({@code spark.hadoop.*}) of this Spark application, on the driver and on executors. */
public final class HadoopProperties {

    private static final String PREFIX = "spark.hadoop.";

    private HadoopProperties() {}

    /** Read from Spark's own configuration, so that credentials never travel inside tasks. */
    public static Map<String, String> current() {
        return of(SparkEnv.get().conf());
    }

    static Map<String, String> of(SparkConf conf) {
        return Arrays.stream(conf.getAllWithPrefix(PREFIX)).collect(Collectors.toMap(Tuple2::_1, Tuple2::_2));
    }

    public static Configuration configuration() {
        Configuration configuration = new Configuration();
        current().forEach(configuration::set);
        return configuration;
    }
}
