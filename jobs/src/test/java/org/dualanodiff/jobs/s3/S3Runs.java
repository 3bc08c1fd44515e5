package org.dualanodiff.jobs.s3;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.dualanodiff.jobs.cli.CommandLineRun;
import org.dualanodiff.pipeline.procedural.SampleDataset;

/** Small runs of the whole pipeline with a store on one S3 server. */
final class S3Runs {

    private static final Path PROJECT = Path.of(System.getProperty("project.root"));

    private final Path folder;
    private final S3Server server;

    S3Runs(Path folder, S3Server server) throws IOException {
        this.folder = folder;
        this.server = server;
        SampleDataset.write(folder.resolve("images"), 1, new SampleDataset.Size(2, 1, 6), List.of("cloth"));
    }

    /**
     * {@code augment} in this JVM, which is warm: for drivers that nobody kills. It has the keys as settings, since it
     * cannot be given an environment.
     */
    CommandLineRun augmentHere(String store, String... more) {
        Map<String, String> keys = Map.of(
                "fs.s3a.aws.credentials.provider",
                "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider",
                "fs.s3a.access.key",
                S3Server.ACCESS_KEY,
                "fs.s3a.secret.key",
                S3Server.SECRET_KEY);
        return CommandLineRun.of(CommandLineRun.with(
                arguments("augment", server.port(), store, more), CommandLineRun.hadoopSettings(keys)));
    }

    /** Starts {@code augment} with the settings of {@code conf/s3.conf} and the keys in the environment. */
    DriverProcess augment(String store, String... more) throws IOException {
        return augmentThrough(server.port(), store, more);
    }

    /** Starts {@code augment} with a configuration of one's own over those settings. */
    DriverProcess augmentWith(Path config, String store) throws IOException {
        List<String> arguments = List.of("augment", "--config", config.toString());
        return DriverProcess.start(
                folder.resolve("drivers"), Map.of(), CommandLineRun.with(arguments, settings(server.port(), store)));
    }

    /** As {@link #augment}, reaching the server by another port. */
    DriverProcess augmentThrough(int port, String store, String... more) throws IOException {
        return DriverProcess.start(
                folder.resolve("drivers"), S3Server.ENVIRONMENT, arguments("augment", port, store, more));
    }

    DriverProcess verify(String store) throws IOException {
        return DriverProcess.start(
                folder.resolve("drivers"),
                S3Server.ENVIRONMENT,
                CommandLineRun.with(List.of("verify", "--json"), settings(server.port(), store)));
    }

    Path folder() {
        return folder;
    }

    private List<String> arguments(String command, int port, String store, String... more) {
        return CommandLineRun.with(
                List.of(command, "--config", PROJECT.resolve("conf/s3.conf").toString()),
                settings(port, store),
                List.of(more));
    }

    private List<String> settings(int port, String store) {
        List<String> settings = new ArrayList<>(CommandLineRun.TINY_RUN);
        settings.addAll(List.of(
                "dataset.root=" + folder.resolve("images"),
                "dataset.categories=[cloth]",
                "dataset.defects=[hole, stain]",
                "training.steps=8",
                "training.checkpoint-every=2",
                "training.log-every=1",
                "generation.samples-per-defect=6",
                "generation.pairs-per-task=2",
                "spark.conf.spark.executor.resource.gpu.amount=0",
                "spark.conf.spark.task.resource.gpu.amount=0",
                "run.id=night",
                "run.lease.expire-seconds=6",
                "store=" + S3Server.uri(store),
                "spark.master=local[2]"));
        settings.addAll(CommandLineRun.hadoopSettings(S3Server.withoutKeys(port)));
        return settings;
    }
}
