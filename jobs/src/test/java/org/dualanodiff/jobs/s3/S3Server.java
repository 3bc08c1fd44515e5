package org.dualanodiff.jobs.s3;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.store.ObjectStore;

/** An S3 server (S3Proxy over a folder) in a process of its own, so that it can be killed and started again. */
public final class S3Server implements AutoCloseable {

    public static final String BUCKET = "factory";
    public static final String ACCESS_KEY = "AKIADUMMYACCESSKEY";
    public static final String SECRET_KEY = "dummy/Secret+Key0123456789";

    /** The environment of one who has the keys there. */
    public static final Map<String, String> ENVIRONMENT =
            Map.of("AWS_ACCESS_KEY_ID", ACCESS_KEY, "AWS_SECRET_ACCESS_KEY", SECRET_KEY);

    private static final Path JAR =
            Path.of(System.getProperty("project.root"), "jobs/target/s3-server/s3proxy-jar-with-dependencies.jar");
    private static final Pattern WHOLE = Pattern.compile(".*\\.(json|parquet|safetensors|pendingset|pending)");
    private static final Duration STARTUP = Duration.ofSeconds(60);

    private final Path folder;
    private final int port;
    private Process process;

    private S3Server(Path folder, int port) {
        this.folder = folder;
        this.port = port;
    }

    /** @param folder where the bucket and the server's own files are kept */
    public static S3Server start(Path folder) throws IOException, InterruptedException {
        Files.createDirectories(folder.resolve("data").resolve(BUCKET));
        S3Server server = new S3Server(folder, freePort());
        server.start();
        return server;
    }

    /** Starts again, on the same port and with the same data. */
    public void start() throws IOException, InterruptedException {
        Path properties = Files.writeString(folder.resolve("s3proxy.properties"), """
                s3proxy.endpoint=http://127.0.0.1:%d
                s3proxy.authorization=aws-v2-or-v4
                s3proxy.identity=%s
                s3proxy.credential=%s
                jclouds.provider=filesystem-nio2
                jclouds.filesystem.basedir=%s
                jclouds.identity=unused
                jclouds.credential=unused
                """.formatted(
                        port, ACCESS_KEY, SECRET_KEY, folder.resolve("data")));
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-Xmx256m",
                        "-jar",
                        JAR.toString(),
                        "--properties",
                        properties.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("s3proxy.log").toFile())
                .start();
        awaitConnection();
    }

    /** Kills the server; its data stay. */
    public void stop() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor(10, TimeUnit.SECONDS);
    }

    public int port() {
        return port;
    }

    /** The address of what is kept in the bucket under a name. */
    public static String uri(String name) {
        return "s3a://" + BUCKET + "/" + name;
    }

    /** Opens a store in the bucket. */
    public ObjectStore open(String name) {
        return ObjectStore.open(uri(name), hadoop());
    }

    /** Copies all files of a folder into the bucket. */
    public void upload(Path from, String name) throws IOException {
        try (ObjectStore target = open(name);
                Stream<Path> files = Files.walk(from)) {
            files.filter(Files::isRegularFile)
                    .forEach(file -> target.upload(file, from.relativize(file).toString()));
        }
    }

    /** Where the bucket's objects lie as files. */
    public Path bucketFolder() {
        return folder.resolve("data").resolve(BUCKET);
    }

    /** Whether the key of any whole object holds the text; the server writes beside an object what is still coming in. */
    public boolean holds(String store, String part) {
        Path root = bucketFolder().resolve(store);
        if (!Files.isDirectory(root)) {
            return false;
        }
        try (Stream<Path> objects = Files.walk(root)) {
            return objects.filter(Files::isRegularFile)
                    .map(Path::toString)
                    .anyMatch(object ->
                            object.contains(part) && WHOLE.matcher(object).matches());
        } catch (IOException | UncheckedIOException changedMeanwhile) {
            return false;
        }
    }

    /** Hadoop settings to reach this server with its keys. */
    public Map<String, String> hadoop() {
        return hadoop(port);
    }

    /** Hadoop settings to reach it through another port of this machine. */
    public static Map<String, String> hadoop(int port) {
        Map<String, String> settings = new TreeMap<>(withoutKeys(port));
        settings.put("fs.s3a.access.key", ACCESS_KEY);
        settings.put("fs.s3a.secret.key", SECRET_KEY);
        return settings;
    }

    /** As {@link #hadoop(int)} for one in an {@link #ENVIRONMENT} with the keys. */
    public static Map<String, String> withoutKeys(int port) {
        return Map.of(
                "fs.s3a.endpoint", "http://127.0.0.1:" + port,
                "fs.s3a.endpoint.region", "us-east-1",
                "fs.s3a.path.style.access", "true");
    }

    @Override
    public void close() throws InterruptedException {
        stop();
    }

    /** A port that nobody listens on. */
    public static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void awaitConnection() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + STARTUP.toNanos();
        while (!listens()) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                throw new IOException(
                        "the S3 server did not start: " + Files.readString(folder.resolve("s3proxy.log")));
            }
            Thread.sleep(50);
        }
    }

    private boolean listens() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException refused) {
            return false;
        }
    }
}
