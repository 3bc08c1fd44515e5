package org.dualanodiff.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.procedural.SampleDataset;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code verify} and {@code gc} on the store of a real run. */
@Tag("slow")
class StoreCommandsTest {

    @TempDir
    private static Path folder;

    @BeforeAll
    static void augment() throws IOException {
        SampleDataset.write(folder.resolve("data"), 1, new SampleDataset.Size(2, 1, 6), List.of("cloth"));
        CommandLineRun run = CommandLineRun.ofTiny(
                List.of("augment", "--submission", "augment"),
                List.of(
                        "dataset.root=" + folder.resolve("data"),
                        "dataset.defects=[hole]",
                        "generation.samples-per-defect=2",
                        "run.id=night",
                        "run.lease.expire-seconds=3",
                        "run.lineage=factory",
                        "store=" + folder.resolve("store")));
        assertThat(run.exit()).as(run.err()).isZero();
    }

    @Test
    void verify_ofFinishedRun_isCleanAndEndsWith0() {
        CommandLineRun run = command("verify");

        assertThat(run.exit()).as(run.out() + run.err()).isZero();
        assertThat(run.out()).contains("clean; 1 runs, 1 files, 2 samples, 1 adapters checked");
    }

    @Test
    void verify_ofDamagedFile_namesItAndEndsWith4() throws IOException {
        Path file = sampleFile();
        byte[] sound = Files.readAllBytes(file);
        byte[] damaged = sound.clone();
        damaged[sound.length / 2] ^= 1;
        Files.write(file, damaged);
        try {
            CommandLineRun text = command("verify", "--run", "night");
            assertThat(text.exit()).isEqualTo(ExitCode.PARTIAL);
            assertThat(text.out()).contains("file-checksum: samples/run=night").contains("run the same command again");

            CommandLineRun json = command("verify", "--json");
            JsonObject finding = json.json().getAsJsonArray("findings").get(0).getAsJsonObject();
            assertThat(finding.get("kind").getAsString()).isEqualTo("file-checksum");
        } finally {
            Files.write(file, sound);
        }
    }

    @Test
    void commands_submittedUnderNames_showThatTheyLiveAndLeaveTheirExitCodesAndLastLines() {
        JsonObject augment = submission("augment");
        assertThat(augment.get("status").getAsString()).isEqualTo("ended");
        assertThat(augment.get("exit_code").getAsInt()).isZero();
        assertThat(augment.get("renewals").getAsInt()).isGreaterThan(1);
        assertThat(augment.getAsJsonObject("result").get("run_id").getAsString())
                .isEqualTo("night");

        CommandLineRun verify = command("verify", "--json", "--run", "night", "--submission", "verify");
        assertThat(submission("verify").get("result")).isEqualTo(verify.json());
        assertThat(submission("verify").get("command").getAsString()).isEqualTo("verify");
    }

    @Test
    void augment_submittedThatFails_leavesItsExitCodeAndItsErrors() {
        CommandLineRun run = CommandLineRun.of(
                "augment",
                "--set",
                "store=" + folder.resolve("store"),
                "--set",
                "dataset.root=" + folder.resolve("nowhere"),
                "--submission",
                "failing");

        assertThat(run.exit()).isEqualTo(ExitCode.DATA);
        JsonObject record = submission("failing");
        assertThat(record.get("exit_code").getAsInt()).isEqualTo(ExitCode.DATA);
        assertThat(record.get("errors").toString()).contains("nowhere");
        assertThat(record.get("result").isJsonNull()).isTrue();
        assertThat(command("verify").out()).contains("clean");
    }

    @Test
    void augment_withANamespaceForLineage_leavesWhatTheRunWasMadeFromAndWhereItLies() throws IOException {
        JsonObject event = CommandLineRun.read(folder.resolve("store/runs/night/lineage.json"));

        assertThat(event.get("eventType").getAsString()).isEqualTo("COMPLETE");
        assertThat(event.getAsJsonObject("job").get("namespace").getAsString()).isEqualTo("factory");
        assertThat(names(event, "inputs"))
                .containsExactly("file " + folder.resolve("data"), "file " + CommandLineRun.TINY_BASE);
        assertThat(names(event, "outputs")).containsExactly("file " + folder.resolve("store/samples/run=night"));
        JsonObject written = event.getAsJsonArray("outputs")
                .get(0)
                .getAsJsonObject()
                .getAsJsonObject("outputFacets")
                .getAsJsonObject("outputStatistics");
        assertThat(written.get("rowCount").getAsInt()).isEqualTo(2);
        assertThat(written.get("size").getAsLong()).isEqualTo(Files.size(sampleFile()));
    }

    private static List<String> names(JsonObject event, String part) {
        List<String> names = new ArrayList<>();
        event.getAsJsonArray(part).forEach(element -> {
            JsonObject dataset = element.getAsJsonObject();
            names.add(dataset.get("namespace").getAsString() + " "
                    + dataset.get("name").getAsString());
        });
        return names;
    }

    private static JsonObject submission(String name) {
        return CommandLineRun.read(folder.resolve("store/submissions/" + name + ".json"));
    }

    @Test
    void gc_ofLeftCheckpoint_showsItAndDeletesItWhenAsked() throws IOException {
        Path adapter;
        try (Stream<Path> files = Files.walk(folder.resolve("store/adapters"))) {
            adapter = files.filter(file -> file.endsWith(StoreLayout.PROVENANCE_FILE))
                    .findFirst()
                    .orElseThrow()
                    .getParent();
        }
        Path state = adapter.resolve("checkpoints/step-1/state.safetensors");
        Files.createDirectories(state.getParent());
        Files.writeString(state, "state");

        CommandLineRun shown = command("gc");
        assertThat(shown.exit()).as(shown.err()).isZero();
        assertThat(shown.out()).contains("checkpoints of a published adapter").contains("--delete deletes them");
        assertThat(state).exists();

        assertThat(command("gc", "--delete", "--json").json().get("deleted").getAsBoolean())
                .isTrue();
        assertThat(state).doesNotExist();
    }

    @Test
    void gc_withNothingToKeep_isRefused() {
        CommandLineRun run = command("gc", "--older-than", "23h");

        assertThat(run.exit()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("--older-than must be a day or more");
        assertThat(command("gc", "--keep-versions", "0").err()).contains("--keep-versions must be at least 1");
        assertThat(command("gc", "--unused-adapters").err()).contains("give --config or --set");
    }

    private static CommandLineRun command(String... arguments) {
        return CommandLineRun.onStore(folder.resolve("store"), arguments);
    }

    private static Path sampleFile() throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("store/samples"))) {
            return files.filter(file -> StoreLayout.isSampleFile(file.toString()))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
