package org.dualanodiff.jobs.cluster;

import java.util.List;

/** Where the driver runs: here, or on a worker. */
enum DeployMode {
    CLIENT(List.of("--deploy-mode", "client", "--conf", "spark.driver.host=127.0.0.1")),
    CLUSTER(List.of(
            "--deploy-mode",
            "cluster",
            "--driver-memory",
            "1g",
            "--driver-java-options",
            DeployMode.QUICK_START,
            "--conf",
            "spark.standalone.submit.waitAppCompletion=true"));

    /** Options of a JVM that is to be quick to start rather than quick to run. */
    static final String QUICK_START = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC";

    private final List<String> options;

    DeployMode(List<String> options) {
        this.options = options;
    }

    List<String> options() {
        return options;
    }
}
