package org.dualanodiff.jobs.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.dualanodiff.jobs.cli.CommandLineRun;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.train.WatchedTraining;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a unit of a run costs in requests, counted in front of the S3 server. */
@Tag("slow")
@Timeout(900)
class StoreRequestsTest {

    private static final int FEW = 5;
    private static final int MORE = 15;

    @TempDir
    private Path folder;

    /** Each is a round trip of 40 to 60 ms on Amazon's S3, and has its price. */
    @Test
    void operations_ofTheStore_takeAsFewRequestsAsThereCanBe() throws Exception {
        try (S3Server server = S3Server.start(folder.resolve("s3"));
                FaultyProxy proxy = FaultyProxy.before(server, 0, 1);
                ObjectStore store = ObjectStore.open(S3Server.uri("few"), S3Server.hadoop(proxy.port()))) {
            byte[] content = {1, 2, 3};
            Path file = Files.write(folder.resolve("file"), content);

            assertThat(counted(
                            proxy,
                            () -> assertThat(store.createIfAbsent("a/1", content))
                                    .isTrue()))
                    .containsExactly("PUT");
            assertThat(counted(
                            proxy,
                            () -> assertThat(store.createIfAbsent("a/1", content))
                                    .isFalse()))
                    .containsExactly("PUT", "HEAD");
            assertThat(counted(
                            proxy,
                            () -> assertThat(store.uploadIfAbsent(file, "a/2")).isTrue()))
                    .containsExactly("PUT");
            assertThat(counted(proxy, () -> store.write("a/1", content))).containsExactly("PUT");
            assertThat(counted(proxy, () -> assertThat(store.read("a/1")).isEqualTo(content)))
                    .containsExactly("GET");
            assertThat(counted(proxy, () -> assertThat(store.find("a/none")).isEmpty()))
                    .containsExactly("GET");
            assertThat(counted(proxy, () -> assertThat(store.exists("a/1")).isTrue()))
                    .containsExactly("HEAD");
            assertThat(counted(proxy, () -> assertThat(store.list("a")).hasSize(2)))
                    .containsExactly("GET");
            assertThat(counted(proxy, () -> store.deleteFiles(List.of("a/1", "a/2", "a/none"))))
                    .containsExactly("POST");
            assertThat(store.list("a")).isEmpty();

            WatchedTraining training = new WatchedTraining(
                    store, new AdapterId("cloth", "hole", Fingerprint.of("test").build()), 5000);
            assertThat(counted(proxy, () -> {
                        IntStream.rangeClosed(1, 5000).forEach(step -> training.made(step, 1, 1, 1));
                        training.write();
                    }))
                    .as("a curve goes to the store twice a minute, not with each step")
                    .containsExactly("PUT");
        }
    }

    private static List<String> counted(FaultyProxy proxy, Runnable operation) {
        int before = proxy.requests().size();
        operation.run();
        List<String> requests = proxy.requests();
        return requests.subList(before, requests.size()).stream()
                .map(StoreRequestsTest::method)
                .toList();
    }

    private static String method(String request) {
        return request.substring(0, request.indexOf(' '));
    }

    @Test
    void unit_ofTwentyPairs_takesAtMost27Requests() throws Exception {
        try (S3Server server = S3Server.start(folder.resolve("s3"))) {
            Map<String, Integer> few = requests(server, FEW);
            Map<String, Integer> more = requests(server, MORE);
            Map<String, Double> each = new TreeMap<>();
            more.forEach((kind, count) -> each.put(kind, (double) (count - few.getOrDefault(kind, 0)) / (MORE - FEW)));
            double sum = each.values().stream().mapToDouble(one -> one).sum();
            System.out.printf("%.1f requests a unit, %s for %d units%n", sum, few, FEW);
            each.forEach((kind, count) -> System.out.printf("%6.1f %s%n", count, kind));
            assertThat(sum).isLessThanOrEqualTo(27);
        }
    }

    /** With nothing rejected, so that each unit is made in one round. */
    private Map<String, Integer> requests(S3Server server, int units) throws IOException, InterruptedException {
        try (FaultyProxy proxy = FaultyProxy.before(server, 0, 1)) {
            List<String> arguments = new ArrayList<>(List.of("bench", "night", "--slots", "2", "--pairs", "20"));
            arguments.addAll(List.of("--pairs-per-task", "20", "--rejected", "0", "--haste", "1e6"));
            arguments.addAll(List.of("--units", String.valueOf(units)));
            CommandLineRun night = CommandLineRun.of(CommandLineRun.with(
                    arguments,
                    List.of("store=" + S3Server.uri("units-" + units)),
                    CommandLineRun.hadoopSettings(S3Server.hadoop(proxy.port()))));
            assertThat(night.exit()).as(night.err()).isZero();
            assertThat(night.out()).contains("complete");
            return proxy.requests().stream()
                    .collect(Collectors.toMap(StoreRequestsTest::kind, one -> 1, Integer::sum, TreeMap::new));
        }
    }

    /** A request without what it says of its run and its unit, such as {@code PUT runs/commits}. */
    private static String kind(String request) {
        String target = URLDecoder.decode(request.split(" ")[1], UTF_8);
        String path = target.replaceFirst(".*units-\\d+/", "").replaceFirst("[?&].*", "");
        String where =
                path.startsWith("runs/") ? path.replaceFirst("runs/[^/]+/([^/]+).*", "runs/$1") : path.split("/")[0];
        String what = path.contains("provenance") ? " provenance" : path.contains("checkpoint") ? " checkpoints" : "";
        return method(request) + " " + where + what + (target.contains("list-type") ? " listing" : "");
    }
}
