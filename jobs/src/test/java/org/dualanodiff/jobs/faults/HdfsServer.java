package org.dualanodiff.jobs.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dualanodiff.jobs.s3.S3Server;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.StoreException;

/** HDFS (Hadoop's own small cluster: a name node and a data node) in a process with a class path of its own. */
public final class HdfsServer implements AutoCloseable {

    private static final Path JAR =
            Path.of(System.getProperty("project.root"), "jobs/target/hdfs-server/hadoop-client-minicluster.jar");
    private static final Pattern NEEDED =
            Pattern.compile(".*(hadoop-client-(api|runtime)|slf4j-api|log4j|commons-logging)[^/]*\\.jar");
    private static final Duration STARTUP = Duration.ofSeconds(300);

    private final Process process;
    private final int port;

    private HdfsServer(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** @param folder where everything is kept */
    public static HdfsServer start(Path folder) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        int port = S3Server.freePort();
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classPath(),
                "org.apache.hadoop.mapreduce.MiniHadoopClusterManager",
                "-D",
                "hdfs.minidfs.basedir=" + folder.resolve("dfs"),
                "-nomr",
                "-format",
                "-nnport",
                String.valueOf(port));
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("hdfs.log").toFile())
                .start();
        HdfsServer server = new HdfsServer(process, port);
        server.awaitAnswer();
        return server;
    }

    private static String classPath() {
        String separator = System.getProperty("path.separator");
        String needed = Stream.of(System.getProperty("java.class.path").split(separator))
                .filter(entry -> NEEDED.matcher(entry).matches())
                .collect(Collectors.joining(separator));
        return JAR + separator + needed;
    }

    public String uri(String path) {
        return "hdfs://127.0.0.1:%d/%s".formatted(port, path);
    }

    private void awaitAnswer() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + STARTUP.toNanos();
        while (!answers()) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                throw new IOException("HDFS did not start");
            }
            Thread.sleep(200);
        }
    }

    /** Safe mode is over, and there is a data node to write to. */
    private boolean answers() {
        try (ObjectStore store = ObjectStore.open(uri("probe"), Map.of("dfs.replication", "1"))) {
            store.write("probe", new byte[1]);
            return true;
        } catch (StoreException notYet) {
            return false;
        }
    }

    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }
}
