package org.dualanodiff.pipeline.tracking;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.dualanodiff.model.image.PngCodec;
import org.dualanodiff.pipeline.PythonRun;
import org.dualanodiff.pipeline.UserError;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.dualanodiff.pipeline.store.Json;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.RunRegistry;
import org.dualanodiff.pipeline.store.RunRegistry.RunIdentity;
import org.dualanodiff.pipeline.store.StoreException;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.dualanodiff.pipeline.store.TrainingCurve;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Exported trainings, read back by the trackers' own packages where the {@code python3} of the path has them. */
class TrackersTest {

    private static final String RUN = "night";
    private static final Path SCRIPT =
            Path.of(System.getProperty("project.root"), "pipeline/src/test/python/read_trackers.py");
    private static final AdapterId HOLE =
            new AdapterId("cloth", "hole", Fingerprint.of("hole").build());
    private static final AdapterId STAIN =
            new AdapterId("cloth", "oil stain", Fingerprint.of("stain").build());

    @TempDir
    private Path folder;

    private ObjectStore store;

    @BeforeEach
    void train() {
        store = ObjectStore.open(folder.resolve("store").toString(), Map.of());
        RunRegistry runs = new RunRegistry(store);
        runs.open(RunIdentity.of(
                RUN,
                Map.of("generation.steps", "25", "training.steps", "400"),
                "1",
                Instant.parse("2026-11-29T01:00:00Z")));
        runs.bindAdapters(RUN, List.of(HOLE, STAIN));
        record(HOLE, 400, List.of(200, 400));
        record(STAIN, 30, List.of());
        store.write(StoreLayout.report(RUN), "<!DOCTYPE html>".getBytes(UTF_8));
    }

    private void record(AdapterId adapter, int made, List<Integer> sheets) {
        TrainingCurve curve = TrainingCurve.begin(400);
        for (int step = 1; step <= made; step++) {
            curve = curve.with(new TrainingCurve.Point(step, 1.0 / step, Double.NaN, 2e-5, 1, 0.5));
        }
        for (int step : sheets) {
            curve = curve.withSheet(step);
            store.write(
                    StoreLayout.sheet(adapter, step),
                    PngCodec.encode(new BufferedImage(48, 32, BufferedImage.TYPE_3BYTE_BGR)));
        }
        store.write(StoreLayout.trainingCurve(adapter), Json.bytes(curve));
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void eventFile_isMadeOfWholeRecords() {
        byte[] file = EventFile.of(RecordedTraining.find(store, HOLE, true).orElseThrow());
        int records = 0;
        int at = 0;
        while (at < file.length) {
            long length =
                    ByteBuffer.wrap(file, at, 8).order(ByteOrder.LITTLE_ENDIAN).getLong();
            at += 8 + 4 + (int) length + 4;
            records++;
        }
        assertThat(at).isEqualTo(file.length);
        // 400 steps are 57 points of 8 steps, less what the last holds: three numbers each; two sheets; the version.
        int points = RecordedTraining.find(store, HOLE, true)
                .orElseThrow()
                .curve()
                .points()
                .size();
        assertThat(records).isEqualTo(3 * points + 2 + 1);
        assertThat(new String(file, 0, 60, UTF_8)).contains("brain.Event:2");
    }

    @Test
    void run_withoutUnits_isRefused() {
        assertThatThrownBy(() -> export("none"))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("run none")
                .hasMessageContaining("runs of train alone have none");
    }

    @Test
    void address_thatIsNone_isRefused() {
        for (String address : List.of("localhost", "http://local host:5000", "http://:5000")) {
            assertThatThrownBy(() -> new MlflowExport(store, address, Map.of()).write(RUN, true))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("http://localhost:5000");
        }
    }

    @Test
    @Tag("python")
    void tensorBoard_ofTheRun_showsItsNumbersAndSheets() throws Exception {
        assumeTrue(PythonRun.of("-c", "import tensorboard").exit() == 0, "python3 with tensorboard");
        assertThat(export(RUN)).isEqualTo(2);
        // Again, over what is there.
        assertThat(export(RUN)).isEqualTo(2);

        PythonRun read = PythonRun.of(
                SCRIPT.toString(), "tensorboard", folder.resolve("logs").toString());
        assertThat(read.exit()).as(read.output()).isZero();
        assertThat(read.output().lines().toList())
                .anyMatch(line -> line.matches("cloth/hole training/loss \\d+ steps 8 to 400 last 0.0025.*"))
                .anyMatch(line -> line.matches("cloth/hole training/learning_rate \\d+ steps 8 to 400 last 2e-05"))
                .anyMatch(line -> line.matches("cloth/hole training/steps_per_second \\d+ steps 8 to 400 last 2"))
                .anyMatch(line -> line.matches("cloth/oil stain training/loss 30 steps 1 to 30 last 0.033.*"))
                .anyMatch(line -> line.matches("cloth/hole sample sheet after 200 48 x 32 \\d+ bytes"))
                .anyMatch(line -> line.matches("cloth/hole sample sheet after 400 48 x 32 \\d+ bytes"))
                .noneMatch(line -> line.contains("gradient_norm"));
    }

    private int export(String run) {
        try (ObjectStore logs = ObjectStore.open(folder.resolve("logs").toString(), Map.of())) {
            return new TensorBoardFolder(logs).write(store, run);
        }
    }

    @Test
    @Tag("python")
    void mlflowServer_afterTwoExports_hasTheRunOnceWithAllOfIt() throws Exception {
        assumeTrue(
                PythonRun.of("-c", "import importlib.metadata as m; m.version('mlflow'); m.version('flask')")
                                .exit()
                        == 0,
                "python3 with mlflow");
        int port = freePort();
        ProcessBuilder builder = new ProcessBuilder(
                        "python3", "-m", "mlflow", "server", "--workers", "1", "--port", String.valueOf(port))
                .directory(Files.createDirectory(folder.resolve("server")).toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("server.txt").toFile());
        builder.environment().put("MLFLOW_SERVER_ENABLE_JOB_EXECUTION", "false");
        Process server = builder.start();
        try {
            String address = "http://127.0.0.1:" + port;
            awaitAnswer(address + "/health");
            assertThat(new MlflowExport(store, address, Map.of()).write(RUN, true))
                    .isEqualTo(2);
            record(STAIN, 40, List.of(40));
            new MlflowExport(store, address, Map.of()).write(RUN, true);

            PythonRun read = PythonRun.of(SCRIPT.toString(), "mlflow", address);
            assertThat(read.exit()).as(read.output()).isZero();
            List<String> lines = read.output().lines().toList();
            assertThat(lines).filteredOn(line -> line.startsWith("run ")).containsExactly("run night RUNNING");
            assertThat(lines)
                    .contains("param generation.steps 25", "param training.steps 400", "tag dualanodiff.run_id night")
                    .contains("metric cloth/oil stain/loss 40 steps 1 to 40 last 0.025")
                    .contains("artifact report.html 15 bytes")
                    .anyMatch(line -> line.matches("metric cloth/hole/loss \\d+ steps 8 to 400 last 0.0025.*"))
                    .anyMatch(line -> line.startsWith("artifact sheets/cloth/hole/step-000200.png "))
                    .anyMatch(line -> line.startsWith("artifact sheets/cloth/oil stain/step-000040.png "));
        } finally {
            server.descendants().forEach(ProcessHandle::destroy);
            server.destroy();
            server.waitFor(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void mlflowNames_thatWouldBeAlike_differ() {
        List<AdapterId> adapters = Stream.of("a#1", "a@1", "a_1", "b#1", "oil stain")
                .map(defect ->
                        new AdapterId("cloth", defect, Fingerprint.of("any").build()))
                .toList();

        List<String> names = List.copyOf(MlflowExport.names(adapters).values());

        assertThat(names).doesNotHaveDuplicates().allMatch(name -> name.matches("[/\\w.\\- :]*"));
        assertThat(names.get(0)).matches("cloth/a_1-\\w+");
        assertThat(names.get(1)).matches("cloth/a_1-\\w+");
        assertThat(names.subList(2, 5)).containsExactly("cloth/a_1", "cloth/b_1", "cloth/oil stain");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private void awaitAnswer(String address) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(address)).build();
        for (int attempt = 0; attempt < 240; attempt++) {
            try {
                HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
                return;
            } catch (IOException notYet) {
                Thread.sleep(500);
            }
        }
        throw new IOException("no server: " + Files.readString(folder.resolve("server.txt")));
    }
}
