package org.dualanodiff.pipeline.config;

import com.typesafe.config.Config;
import java.io.Serializable;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/** Master of the embedded mode and further Spark properties, sorted by name. */
public record SparkConfig(String master, Map<String, String> conf) implements Serializable {
    private static final long serialVersionUID = 1L;

    public SparkConfig {
        conf = Collections.unmodifiableMap(new TreeMap<>(conf));
    }

    static SparkConfig of(Config root) {
        return new SparkConfig(root.getString("spark.master"), SparkProperties.of(root));
    }

    Map<String, Object> values() {
        Map<String, String> shown = new TreeMap<>(conf);
        shown.replaceAll(Redaction::property);
        return Map.of("master", master, "conf", shown);
    }
}
