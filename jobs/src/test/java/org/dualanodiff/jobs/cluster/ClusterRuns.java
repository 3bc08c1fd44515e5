package org.dualanodiff.jobs.cluster;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.dualanodiff.jobs.cli.CommandLineRun;
import org.dualanodiff.jobs.s3.DriverProcess;
import org.dualanodiff.jobs.s3.S3Server;
import org.dualanodiff.jobs.s3.StoredPictures;
import org.dualanodiff.pipeline.base.LocalCache;
import org.dualanodiff.pipeline.procedural.SampleDataset;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.StoreLayout;

/**
 * Small runs of {@code augment} by Spark's own submit on a standalone cluster, with {@code conf/spark-gpu.conf}, model and store
 * on an S3 server.
 */
final class ClusterRuns implements AutoCloseable {

    static final String RUN = "night";
    private static final Path PROJECT = Path.of(System.getProperty("project.root"));
    private static final List<String> CATEGORIES = List.of("cloth", "wood");

    private final Path folder;
    private final SparkHome home;
    private final StandaloneCluster cluster;
    private final S3Server server;

    private ClusterRuns(Path folder, SparkHome home, StandaloneCluster cluster, S3Server server) {
        this.folder = folder;
        this.home = home;
        this.cluster = cluster;
        this.server = server;
    }

    /** Starts both servers; what they and the runs write goes below the folder. */
    static ClusterRuns start(Path folder) throws Exception {
        SparkHome home = SparkHome.make();
        S3Server server = S3Server.start(folder.resolve("s3"));
        StandaloneCluster cluster =
                StandaloneCluster.start(Files.createDirectory(folder.resolve("cluster")), home, environment(folder));
        ClusterRuns runs = new ClusterRuns(folder, home, cluster, server);
        runs.writeInputs();
        return runs;
    }

    private void writeInputs() throws IOException {
        writeImages(folder.resolve("images"));
        server.upload(CommandLineRun.TINY_BASE, "model");
    }

    /** What driver, workers and executors find: keys, and a cache that goes with the test. */
    private static Map<String, String> environment(Path folder) {
        Map<String, String> environment = new TreeMap<>(S3Server.ENVIRONMENT);
        environment.put(LocalCache.VARIABLE, folder.resolve("cache").toString());
        environment.put("GOMP_SPINCOUNT", "1000");
        return environment;
    }

    static void writeImages(Path folder) throws IOException {
        SampleDataset.write(folder, 1, new SampleDataset.Size(2, 1, 6), CATEGORIES);
    }

    /** @param more settings over the usual ones, as {@code KEY=VALUE} */
    DriverProcess submit(DeployMode mode, String store, String... more) throws IOException {
        return submit(mode, List.of(), store, more);
    }

    /** As by somebody who has read why a unit was given up. */
    DriverProcess retryFailed(DeployMode mode, String store) throws IOException {
        return submit(mode, List.of("--retry-failed"), store);
    }

    private DriverProcess submit(DeployMode mode, List<String> flags, String store, String... more) throws IOException {
        List<String> command = new ArrayList<>(
                List.of("-cp", home.classPath(), "org.apache.spark.deploy.SparkSubmit", "--master", cluster.master()));
        command.addAll(mode.options());
        command.addAll(List.of("--class", "org.dualanodiff.jobs.Main", jar().toString(), "augment"));
        command.addAll(flags);
        command.addAll(
                List.of("--config", PROJECT.resolve("conf/spark-gpu.conf").toString()));
        return DriverProcess.startJava(
                folder.resolve("drivers"),
                environment(folder),
                CommandLineRun.with(command, CommandLineRun.TINY_RUN, settings(store), List.of(more)));
    }

    static Path jar() throws IOException {
        try (Stream<Path> built = Files.list(PROJECT.resolve("jobs/target"))) {
            return built.filter(file -> file.getFileName().toString().matches("dualanodiff-.*\\.jar"))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException(
                            "the one jar is not built; run mvn -B -pl jobs -am verify -Dgroups=cluster"));
        }
    }

    private List<String> settings(String store) {
        List<String> settings = new ArrayList<>(List.of(
                "base-model=" + S3Server.uri("model"),
                "store=" + S3Server.uri(store),
                "dataset.root=" + folder.resolve("images"),
                "dataset.categories=" + CATEGORIES,
                "dataset.defects=[hole, stain]",
                "training.steps=12",
                "training.checkpoint-every=2",
                "training.log-every=1",
                "generation.samples-per-defect=12",
                "generation.batch-size=4",
                "generation.pairs-per-task=4",
                "run.id=" + RUN,
                "spark.conf.spark.cores.max=4",
                "spark.conf.spark.executor.cores=2",
                "spark.conf.spark.executor.memory=700m",
                "spark.conf.spark.executor.extraJavaOptions=" + DeployMode.QUICK_START,
                "spark.conf.spark.executor.resource.gpu.amount=2",
                "spark.conf.spark.ui.enabled=false"));
        settings.addAll(CommandLineRun.hadoopSettings(S3Server.withoutKeys(server.port())));
        return settings;
    }

    StandaloneCluster cluster() {
        return cluster;
    }

    S3Server server() {
        return server;
    }

    @Override
    public void close() throws Exception {
        cluster.close();
        server.close();
    }

    Map<String, String> pictures(String store) throws IOException {
        try (ObjectStore opened = server.open(store)) {
            return StoredPictures.of(opened, folder);
        }
    }

    /** What the store says of the last command. */
    JsonObject result(String store) {
        try (ObjectStore opened = server.open(store)) {
            return json(opened.read(StoreLayout.result(RUN)));
        }
    }

    /** Where and when the tasks of all commands worked. */
    List<JsonObject> tasks(String store) {
        try (ObjectStore opened = server.open(store)) {
            return opened.list(StoreLayout.tasks(RUN)).stream()
                    .map(file -> json(opened.read(file.key())).getAsJsonArray("tasks"))
                    .map(JsonArray::asList)
                    .flatMap(List::stream)
                    .map(JsonElement::getAsJsonObject)
                    .toList();
        }
    }

    private static JsonObject json(byte[] text) {
        return JsonParser.parseString(new String(text, StandardCharsets.UTF_8)).getAsJsonObject();
    }
}
