package org.dualanodiff.pipeline.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.store.RunRegistry.RunIdentity;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunRegistryTest {
    private static final Map<String, String> SETTINGS =
            Map.of("generation.guidance-scale", "2.5", "generation.steps", "50", "run.seed", "1");

    @TempDir
    Path folder;

    private ObjectStore store;
    private RunRegistry runs;

    @BeforeEach
    void open() {
        store = ObjectStore.open(folder.toString(), Map.of());
        runs = new RunRegistry(store);
    }

    @Test
    void open_ofSameSettings_comesBackToTheFirst() {
        RunIdentity first = runs.open(identity("nightly", SETTINGS));
        RunIdentity later = RunIdentity.of("nightly", SETTINGS, "0.2.0", Samples.NOON.plusSeconds(3600));

        assertThat(runs.open(later)).isEqualTo(first);
        assertThat(runs.find("nightly")).contains(first);
        assertThat(runs.find("other")).isEmpty();
    }

    @Test
    void open_ofOtherSettings_namesEachThatDiffers() {
        runs.open(identity("nightly", SETTINGS));
        Map<String, String> changed = Map.of("generation.guidance-scale", "3.0", "run.seed", "1", "mask.kind", "diff");

        assertThatThrownBy(() -> runs.open(identity("nightly", changed)))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("run nightly")
                .hasMessageContaining("generation.guidance-scale: 2.5 there, 3.0 here")
                .hasMessageContaining("generation.steps: 50 there, not set here")
                .hasMessageContaining("mask.kind: not set there, diff here")
                .hasMessageContaining("give another run.id")
                .hasMessageNotContaining("run.seed");
    }

    @Test
    void bindAdapter_ofAnotherAdapter_isRefused() {
        AdapterId other = new AdapterId(
                Samples.ID.category(),
                Samples.ID.defect(),
                Fingerprint.of("other").build());
        runs.bindAdapters("r", List.of(Samples.ID));
        runs.bindAdapters("r", List.of(Samples.ID));

        assertThatThrownBy(() -> runs.bindAdapters("r", List.of(other)))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("metal nut/bent")
                .hasMessageContaining(other.fingerprint().shortHex())
                .hasMessageContaining(Samples.ID.fingerprint().shortHex());
        assertThat(runs.boundAdapters("r")).containsExactly(Samples.ID);
    }

    @Test
    void bindAdapters_withANoteThatCannotBeRead_namesItForItsUnitAndBindsTheOthers() {
        AdapterId other = new AdapterId(
                Samples.ID.category(), "flip", Fingerprint.of("other").build());
        String key = StoreLayout.unit("r", Samples.ID.unit());
        store.write(key, "{".getBytes());

        Map<UnitKey, String> unreadable = runs.bindAdapters("r", List.of(Samples.ID, other));

        assertThat(unreadable).containsOnlyKeys(Samples.ID.unit());
        assertThat(unreadable.get(Samples.ID.unit())).contains(key);
        assertThat(runs.boundAdapters("r")).containsExactly(other);
    }

    @Test
    void manifest_writtenAndRead_isEqualAndTotalled() {
        RunManifest manifest = manifest(List.of(unit("bent", Optional.empty(), 0.2), failedUnit("scratch")));

        runs.writeManifest(manifest);

        assertThat(runs.findManifest("r")).contains(manifest);
        assertThat(manifest.status()).isEqualTo(RunManifest.Status.PARTIAL);
        assertThat(manifest.totals())
                .isEqualTo(new RunManifest.Totals(
                        2, 1, 1, 0, new RunManifest.SampleCounts(20, 2, 8, 7, 1, 0), 60.0, 30.0, 1));
    }

    @Test
    void manifest_writtenAgain_replacesTheFirst() {
        runs.writeManifest(manifest(List.of(failedUnit("scratch"))));
        RunManifest second = manifest(List.of(unit("scratch", Optional.empty(), 0.1)));

        String address = runs.writeManifest(second);

        assertThat(runs.findManifest("r")).contains(second);
        assertThat(second.status()).isEqualTo(RunManifest.Status.COMPLETE);
        assertThat(address).isEqualTo(store.uri("runs/r/manifest.json"));
    }

    @Test
    void manifestJson_ofDivergedTraining_isJsonAndComesBack() {
        RunManifest manifest = manifest(List.of(unit("bent", Optional.of("loss is NaN"), Double.NaN)));

        runs.writeManifest(manifest);

        JsonObject json = JsonParser.parseString(new String(store.read("runs/r/manifest.json"), StandardCharsets.UTF_8))
                .getAsJsonObject();
        JsonObject unit = json.getAsJsonArray("units").get(0).getAsJsonObject();
        assertThat(json.get("status").getAsString()).isEqualTo("partial");
        assertThat(unit.get("error").getAsString()).isEqualTo("loss is NaN");
        assertThat(unit.getAsJsonObject("training").get("final_loss").getAsString())
                .isEqualTo("NaN");
        assertThat(runs.findManifest("r")).contains(manifest);
    }

    private static RunIdentity identity(String id, Map<String, String> settings) {
        return RunIdentity.of(id, settings, "0.1.0", Samples.NOON);
    }

    private static RunManifest manifest(List<RunManifest.Unit> units) {
        return RunManifest.of(
                "r",
                Samples.NOON,
                Samples.NOON.plusSeconds(90),
                SETTINGS,
                units,
                List.of(new RunManifest.Quarantined("metal nut", "bent", "007.png", "mask-empty", "no pixel >= 128")),
                Map.of("product", "0.1.0"));
    }

    private static RunManifest.Unit unit(String defect, Optional<String> error, double loss) {
        return new RunManifest.Unit(
                "metal nut",
                defect,
                Optional.of(Samples.ID.fingerprint()),
                Optional.of(new RunManifest.Training(RunManifest.Training.Source.TRAINED, 5000, loss, 60)),
                new RunManifest.SampleCounts(8, 2, 8, 7, 1, 0),
                30,
                RunManifest.Timings.NONE,
                List.of(new RunManifest.OutputFile(
                        "samples/run=r/p.parquet", 1234, Optional.of(8L), Optional.of("ab12"))),
                Optional.of(new RunManifest.Quality(10, 9, 1, Map.of("no_change", 1))),
                error);
    }

    private static RunManifest.Unit failedUnit(String defect) {
        return new RunManifest.Unit(
                "metal nut",
                defect,
                Optional.empty(),
                Optional.empty(),
                new RunManifest.SampleCounts(12, 0, 0, 0, 0, 0),
                0,
                RunManifest.Timings.NONE,
                List.of(),
                Optional.empty(),
                Optional.of("out of GPU memory"));
    }
}
