package org.dualanodiff.pipeline.store;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.dualanodiff.pipeline.Daemon;

/**
 * Asks a place on HDFS or S3 whether it can be used, before any work is begun. The clients that do the work are patient,
 * so that they outlive an outage; a wrong address would keep them waiting as long. The probe answers within half a
 * minute.
 */
public final class StoreProbe {
    private static final Duration DEADLINE = Duration.ofSeconds(25);

    private static final Map<String, String> IMPATIENT = Map.of(
            "fs.s3a.bucket.probe", "0",
            "fs.s3a.retry.limit", "2",
            "fs.s3a.retry.interval", "200ms",
            "fs.s3a.attempts.maximum", "2",
            // The least that S3A takes; the deadline is shorter than two of them.
            "fs.s3a.connection.establish.timeout", "15s",
            "fs.s3a.connection.timeout", "15s",
            "ipc.client.connect.max.retries", "2",
            "ipc.client.connect.max.retries.on.timeouts", "1",
            "ipc.client.connect.timeout", "5000");

    private StoreProbe() {}

    /**
     * Passes if the place answers, whether there is anything yet or not. A failure that may pass, such as an overloaded
     * server, passes, too.
     *
     * @param setting that names the place, for the message
     * @param uriOrPath the place; one on this machine is not looked at
     * @throws StoreException if nobody answers, there is no such bucket, or access is denied
     */
    public static void require(String setting, String uriOrPath, Map<String, String> hadoopConf) {
        StoreRoot root = StoreRoot.parse(uriOrPath);
        if (!root.isLocal()) {
            failure(root, hadoopConf).ifPresent(reason -> {
                throw new StoreException("%s: cannot use %s: %s".formatted(setting, root.uri(), reason));
            });
        }
    }

    /**
     * Passes if a place on this machine can be written, be it there or to be made; others are not looked at.
     *
     * @throws StoreException if it is no folder, or this user may not write there
     */
    public static void requireWritable(String setting, String uriOrPath) {
        StoreRoot root = StoreRoot.parse(uriOrPath);
        if (!root.isLocal()) {
            return;
        }
        java.nio.file.Path there = root.localPath();
        while (there.getParent() != null && !Files.exists(there)) {
            there = there.getParent();
        }
        if (!Files.isDirectory(there) || !Files.isWritable(there)) {
            throw new StoreException("%s: cannot write to %s: %s %s"
                    .formatted(
                            setting,
                            root.localPath(),
                            there,
                            Files.isDirectory(there)
                                    ? "is not for user %s to write".formatted(System.getProperty("user.name"))
                                    : "is no folder"));
        }
    }

    /** The client is made outside of the time: on a busy machine loading its classes may take as long as an answer. */
    private static Optional<String> failure(StoreRoot root, Map<String, String> hadoopConf) {
        Path path = new Path(root.uri());
        try (FileSystem files = FileSystem.newInstance(path.toUri(), impatient(hadoopConf))) {
            return answer(() -> files.exists(path));
        } catch (IOException | RuntimeException e) {
            return reason(e);
        }
    }

    private static Optional<String> answer(Callable<Boolean> question) {
        FutureTask<Boolean> look = new FutureTask<>(question);
        new Daemon("store-probe").newThread(look).start();
        try {
            look.get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
            return Optional.empty();
        } catch (ExecutionException e) {
            return reason(e.getCause());
        } catch (TimeoutException e) {
            return Optional.of(
                    "no answer within %d s; check the endpoint and the network".formatted(DEADLINE.toSeconds()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of("interrupted");
        }
    }

    private static Optional<String> reason(Throwable failure) {
        // No file system for a scheme, or a setting that Hadoop cannot read: waiting does not help.
        boolean lasting = !(failure instanceof IOException) || failure instanceof UnsupportedFileSystemException;
        return Reasons.remote(failure).or(() -> lasting ? Optional.of(failure.toString()) : Optional.empty());
    }

    private static Configuration impatient(Map<String, String> hadoopConf) {
        Configuration configuration = new Configuration();
        hadoopConf.forEach(configuration::set);
        IMPATIENT.forEach(configuration::set);
        return configuration;
    }
}
