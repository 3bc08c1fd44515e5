package org.dualanodiff.jobs.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.dualanodiff.jobs.s3.DriverProcess;
import org.dualanodiff.pipeline.procedural.SampleDataset;
import org.dualanodiff.pipeline.store.ObjectStore;

/**
 * Runs of four units by a driver with executors in processes of their own ({@code local-cluster}), each of which has one
 * GPU that is an address only. The executors are {@link FaultyMachine}s.
 */
final class LocalCluster {

    static final int SAMPLES = 6;
    static final List<String> UNITS = List.of("cloth/hole", "cloth/stain", "wood/hole", "wood/stain");

    private static final Path TINY = Path.of(System.getProperty("project.root"), "model-core/src/test/golden/tiny-sd");

    private final Path folder;
    private final int workers;

    LocalCluster(Path folder, int workers) throws IOException {
        this.folder = folder;
        this.workers = workers;
        SampleDataset.write(folder.resolve("images"), 1, new SampleDataset.Size(2, 1, 6), List.of("cloth", "wood"));
        Files.createDirectories(folder.resolve("spark/jars"));
        plan();
    }

    void plan(String... faults) throws IOException {
        FaultyMachine.plan(faults(), faults);
    }

    /** What tasks began since the last plan. */
    List<String> calls() {
        return FaultyMachine.calls(faults());
    }

    private Path faults() {
        return folder.resolve("faults");
    }

    Path store(String name) {
        return folder.resolve(name);
    }

    ObjectStore open(String name) {
        return ObjectStore.open(store(name).toString(), Map.of());
    }

    /** @param more settings and options */
    DriverProcess augment(String store, String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("augment"));
        Stream.of(DriverProcess.TINY_RUN, settings(store), FaultyMachine.settings(faults()), List.of(more))
                .flatMap(List::stream)
                .forEach(setting -> {
                    if (!setting.startsWith("--")) {
                        arguments.add("--set");
                    }
                    arguments.add(setting);
                });
        return DriverProcess.start(folder.resolve("drivers"), environment(), arguments);
    }

    private Map<String, String> environment() {
        return Map.of(
                "SPARK_HOME",
                folder.resolve("spark").toString(),
                "SPARK_SCALA_VERSION",
                "2.13",
                "GOMP_SPINCOUNT",
                "1000");
    }

    private List<String> settings(String store) throws IOException {
        return List.of(
                "base-model=" + TINY,
                "store=" + store(store),
                "dataset.root=" + folder.resolve("images"),
                "dataset.defects=[hole, stain]",
                "training.steps=2",
                "training.log-every=1",
                "generation.samples-per-defect=" + SAMPLES,
                "generation.batch-size=2",
                "generation.pairs-per-task=2",
                "spark.master=\"local-cluster[%d,1,600]\"".formatted(workers),
                "spark.conf.spark.executor.memory=600m",
                "spark.conf.spark.executor.extraClassPath=" + System.getProperty("java.class.path"),
                "spark.conf.spark.executor.extraJavaOptions=-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
                        + " -XX:-CreateCoredumpOnCrash",
                "spark.conf.spark.worker.resource.gpu.amount=1",
                "spark.conf.spark.worker.resource.gpu.discoveryScript=" + discovery(),
                "spark.conf.spark.executor.resource.gpu.amount=1",
                "spark.conf.spark.task.resource.gpu.amount=1",
                "spark.conf.spark.excludeOnFailure.enabled=true");
    }

    /** Each worker that asks has the next address; the workers of the next driver begin anew. */
    private Path discovery() throws IOException {
        Path counter = folder.resolve("gpus");
        Files.writeString(counter, "");
        Path script = Files.writeString(folder.resolve("gpus.sh"), """
                #!/bin/sh
                echo . >> %1$s
                echo "{\\"name\\": \\"gpu\\", \\"addresses\\": [\\"$(($(wc -l < %1$s) - 1))\\"]}"
                """.formatted(counter));
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        return script;
    }
}
