package org.dualanodiff.jobs.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.dualanodiff.jobs.spark.Machine;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The store on a real S3 server, whole and under fire. */
@Tag("slow")
class S3StoreTest {

    private static final int ROUNDS = 10;
    private static final int WRITERS = 8;

    @TempDir
    private static Path folder;

    private static S3Server server;

    @BeforeAll
    static void startServer() throws Exception {
        server = S3Server.start(folder);
    }

    @AfterAll
    static void stopServer() throws Exception {
        server.close();
    }

    @Test
    void createIfAbsent_ofRacingWriters_letsExactlyOneWin() throws Exception {
        ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
        try (ObjectStore store = server.open("race")) {
            for (int round = 0; round < ROUNDS; round++) {
                String key = "runs/" + round + "/run.json";
                List<Callable<Boolean>> tries = IntStream.range(0, WRITERS)
                        .<Callable<Boolean>>mapToObj(n -> () -> store.createIfAbsent(key, content(n)))
                        .toList();
                int winners = 0;
                for (Future<Boolean> result : writers.invokeAll(tries)) {
                    winners += result.get() ? 1 : 0;
                }
                assertThat(winners).isEqualTo(1);
            }
        } finally {
            writers.shutdownNow();
        }
    }

    @Test
    void page_ofAStore_isOneToABrowser() throws Exception {
        Map<String, String> properties = new TreeMap<>();
        server.hadoop().forEach((name, value) -> properties.put("spark.hadoop." + name, value));
        String address = S3Server.uri("types");
        Configuration hadoop = new Configuration();
        server.hadoop().forEach(hadoop::set);
        try (ObjectStore store = Machine.of(properties).open(address);
                FileSystem files = FileSystem.newInstance(URI.create(address), hadoop)) {
            for (String key : List.of("runs/night/report.html", "sheets/step-1.png", "pairs.parquet")) {
                store.write(key, content(1));
            }
            assertThat(type(files, address + "/runs/night/report.html")).startsWith("text/html");
            assertThat(type(files, address + "/sheets/step-1.png")).isEqualTo("image/png");
            assertThat(type(files, address + "/pairs.parquet")).isEqualTo("application/octet-stream");
        }
    }

    private static String type(FileSystem files, String address) throws IOException {
        return new String(files.getXAttr(new org.apache.hadoop.fs.Path(address), "header.Content-Type"), UTF_8);
    }

    @Test
    void store_withAFifthOfRequestsSpoilt_keepsEveryPromise() throws Exception {
        try (FaultyProxy proxy = FaultyProxy.before(server, 0.2, 1);
                ObjectStore store = ObjectStore.open(S3Server.uri("faults"), S3Server.hadoop(proxy.port()))) {
            Path local = Files.write(folder.resolve("weights"), new byte[3 << 20]);
            for (int i = 0; i < 12; i++) {
                String key = "a/" + i;
                store.createIfAbsent(key, content(i));
                assertThat(store.createIfAbsent(key, content(-1))).isFalse();
                assertThat(store.read(key)).isEqualTo(content(i));
                store.write(key, content(i + 100));
                store.upload(local, "weights/" + i);
                store.download("weights/" + i, folder.resolve("copy"));
                assertThat(folder.resolve("copy")).hasSameBinaryContentAs(local);
            }
            assertThat(store.list("a")).hasSize(12);
            assertThat(store.delete("a")).isTrue();
            assertThat(store.list("a")).isEmpty();
            assertThat(proxy.faults()).isPositive();
        }
    }

    @Test
    void store_whoseServerIsGoneFor30Seconds_goesOn() throws Exception {
        try (ObjectStore store = server.open("gone")) {
            store.write("before", content(1));
            server.stop();
            Thread back = new Thread(() -> startAfter(Duration.ofSeconds(30)));
            back.start();

            assertThat(store.createIfAbsent("after", content(2))).isTrue();
            assertThat(store.read("before")).isEqualTo(content(1));
            back.join();
        }
    }

    private static void startAfter(Duration outage) {
        try {
            Thread.sleep(outage.toMillis());
            server.start();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] content(int n) {
        return ("content " + n).getBytes(UTF_8);
    }
}
