package org.dualanodiff.pipeline.upkeep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.dualanodiff.pipeline.upkeep.TestStore.ADAPTER;
import static org.dualanodiff.pipeline.upkeep.TestStore.RUN;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dualanodiff.pipeline.export.PublishDataset;
import org.dualanodiff.pipeline.export.PublishDataset.PublishedDataset;
import org.dualanodiff.pipeline.quality.QualityRegistry.LearnedQuality;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.dualanodiff.pipeline.store.Json;
import org.dualanodiff.pipeline.store.RunLease;
import org.dualanodiff.pipeline.store.RunLease.LeaseTerms;
import org.dualanodiff.pipeline.store.RunRegistry;
import org.dualanodiff.pipeline.store.RunRegistry.RunIdentity;
import org.dualanodiff.pipeline.store.StoreException;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.dualanodiff.pipeline.upkeep.VerifyStore.Finding;
import org.dualanodiff.pipeline.upkeep.VerifyStore.InspectionHere;
import org.dualanodiff.pipeline.upkeep.VerifyStore.VerifyResult;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VerifyStoreTest {

    private static final String FOLDER = StoreLayout.samples(RUN, ADAPTER.unit());
    private static final String FIRST = FOLDER + "/pairs-0.parquet";
    private static final String BINDING = StoreLayout.unit(RUN, ADAPTER.unit());
    private static final String LIMITS = StoreLayout.quality(RUN, ADAPTER.unit());

    @TempDir
    Path folder;

    private TestStore made;

    @BeforeEach
    void finishRun() throws IOException {
        made = TestStore.ofFinishedRun(folder.resolve("store"));
    }

    @Test
    void verify_ofFinishedRun_isClean() {
        VerifyResult result = made.verify();

        assertThat(result.findings()).isEmpty();
        assertThat(result.sentence()).contains("clean; 1 runs, 2 files, 10 samples, 1 adapters checked");
    }

    @Test
    void verify_ofFileWithAFlippedByte_findsTheChecksum() throws IOException {
        byte[] bytes = Files.readAllBytes(made.file(FIRST));
        bytes[bytes.length / 3] ^= 1;
        Files.write(made.file(FIRST), bytes);

        assertFound("file-checksum", FIRST);
    }

    @Test
    void verify_ofTruncatedFile_findsLengthAndThatItCannotBeRead() throws IOException {
        byte[] bytes = Files.readAllBytes(made.file(FIRST));
        Files.write(made.file(FIRST), Arrays.copyOf(bytes, bytes.length / 2));

        assertFound("file-size", FIRST);
        assertFound("file-unreadable", FIRST);
    }

    @Test
    void verify_ofMissingFile_findsItAndTheRowsThatItHeld() {
        made.store.delete(FIRST);

        assertFound("file-missing", FIRST);
        assertThat(made.verify().findings())
                .filteredOn(finding -> finding.kind().equals("unit-rows"))
                .singleElement()
                .extracting(Finding::line)
                .asString()
                .isEqualTo("unit-rows: run night, hex nut/dent: the manifest counts 10 samples (0 before, 10 made), the"
                        + " files hold 4; run the same command again");
    }

    @Test
    void verify_ofSampleInTwoFiles_findsItWithItsIndex() throws IOException {
        made.writeSamples(FOLDER, "pairs-2", 4, 7);
        made.commit(RUN);

        assertThat(assertFound("sample-twice", FOLDER + "/pairs-2.parquet").problem())
                .isEqualTo("3 samples of hex nut/dent are there twice, such as index 4, 5, 6");
        assertFound("unit-rows", "run night, hex nut/dent");
    }

    @Test
    void verify_ofFileOfAnotherRun_findsItMisplaced() throws IOException {
        made.startRun("other");
        made.store.write(StoreLayout.samples("other", ADAPTER.unit()) + "/pairs-0.parquet", made.store.read(FIRST));
        made.commit("other");
        made.writeManifest("other");

        assertFound("file-misplaced", "samples/run=other/category=hex nut/defect=dent/pairs-0.parquet");
    }

    @Test
    void verify_ofFileThatNoCommitLists_findsIt() throws IOException {
        made.writeSamples(FOLDER, "pairs-2", 10, 12);

        assertFound("file-unlisted", FOLDER + "/pairs-2.parquet");
    }

    @Test
    void verify_ofCommitThatTheManifestDoesNotKnow_findsIt() throws IOException {
        made.writeSamples(FOLDER, "pairs-2", 10, 12);
        made.commit(RUN);

        assertFound("manifest-behind", FOLDER + "/pairs-2.parquet");
    }

    @Test
    void verify_ofDamagedCommit_findsItAndGoesOn() {
        String commit = StoreLayout.commit(RUN, ADAPTER.unit(), 1);
        made.store.write(commit, "{".getBytes());

        assertFound("record-unreadable", commit);
        assertThat(made.verify().files()).isEqualTo(2);
    }

    @Test
    void verify_ofRunWithoutManifest_findsItUnfinished() {
        made.store.delete(StoreLayout.manifest(RUN));

        assertThat(assertFound("run-unfinished", "runs/night").advice()).contains("run the same command again");
    }

    @Test
    void verify_ofUnreadableManifest_findsItAndGoesOn() {
        made.store.write(StoreLayout.manifest(RUN), "{".getBytes());

        assertFound("record-unreadable", StoreLayout.manifest(RUN));
        assertThat(made.verify().files()).isEqualTo(2);
    }

    @Test
    void verify_ofStagedSamples_findsThemWaiting() throws IOException {
        made.writeSamples(StoreLayout.staging(RUN, ADAPTER.unit()), "pairs-x", 10, 12);

        assertFound("staging-left", "staging/run=night");
    }

    @Test
    void verify_ofAdapterWithOtherWeights_findsTheDamage() {
        String weights = StoreLayout.weights(ADAPTER, StoreLayout.WEIGHTS_FILE);
        made.store.write(weights, "weigths".getBytes());

        assertThat(assertFound("adapter-damaged", weights).advice()).contains("delete its folder");
    }

    @Test
    void verify_ofMissingAdapter_findsTheUnitThatNeedsIt() {
        made.store.delete(StoreLayout.adapter(ADAPTER));

        assertFound("unit-adapter", "run night, hex nut/dent");
    }

    @Test
    void verify_ofEditedIdentity_findsIt() {
        String key = StoreLayout.runIdentity(RUN);
        String edited = new String(made.store.read(key)).replace("\"seed\": \"0\"", "\"seed\": \"1\"");
        made.store.write(key, edited.getBytes());

        assertFound("run-identity", key);
    }

    @Test
    void verify_ofRunUnderWay_leavesItAlone() throws IOException {
        made.writeSamples(FOLDER, "pairs-2", 10, 12);
        LeaseTerms terms = new LeaseTerms(Duration.ofSeconds(60), Duration.ZERO);
        try (RunLease lease = RunLease.acquire(made.store, RUN, terms, line -> {}, () -> {})) {
            VerifyResult result = made.verify();
            assertThat(result.findings()).isEmpty();
            assertThat(result.underWay()).singleElement().asString().startsWith("night by process");
            VerifyResult one =
                    new VerifyStore(made.store, new VerifyStore.InspectionHere(made.store)).run(Optional.of(RUN));
            assertThat(one.findings()).extracting(VerifyStore.Finding::kind).containsExactly("run-under-way");
            assertThat(one.files()).isZero();
            lease.requireHeld();
        }
        assertFound("file-unlisted", FOLDER + "/pairs-2.parquet");
    }

    @Test
    void verify_ofRunOfWhichThereIsOnlyWhatDriversDid_findsNothing() throws IOException {
        made.store.write(StoreLayout.result("trained"), "{}".getBytes());
        made.store.write(StoreLayout.tasks("trained", Instant.EPOCH), "{}".getBytes());

        assertThat(made.verify().findings()).isEmpty();
    }

    @Test
    void verify_ofDamagedLease_findsItAndChecksTheRun() throws IOException {
        made.store.write(StoreLayout.leases(RUN) + "/00000001.json", "damaged".getBytes());
        made.writeSamples(FOLDER, "pairs-2", 10, 12);

        assertThat(assertFound("record-unreadable", "runs/night/lease").advice())
                .contains("delete the file when no driver is at work");
        assertFound("file-unlisted", FOLDER + "/pairs-2.parquet");
    }

    @Test
    void verify_ofMissingBinding_findsTheUnitThatHasSamples() {
        made.store.delete(BINDING);

        assertThat(assertFound("unit-binding", BINDING).advice()).contains("run the same command again");
    }

    @Test
    void verify_ofBindingToAnotherAdapter_findsIt() {
        AdapterId other = new AdapterId(
                ADAPTER.category(), ADAPTER.defect(), Fingerprint.of("other").build());
        made.store.write(BINDING, Json.bytes(other));

        assertThat(assertFound("unit-binding", BINDING).problem())
                .isEqualTo("it names adapter hex nut/dent %s, the manifest hex nut/dent %s"
                        .formatted(
                                other.fingerprint().shortHex(),
                                ADAPTER.fingerprint().shortHex()));
    }

    @Test
    void verify_ofDamagedBinding_findsItOnce() {
        made.store.write(BINDING, "damaged".getBytes());

        assertFound("record-unreadable", BINDING);
        assertThat(made.verify().findings()).hasSize(1);
    }

    @Test
    void verify_ofRunWithoutItsLimits_findsThem() {
        startAgainWith(Map.of("quality.enabled", "true"));

        assertThat(assertFound("unit-limits", LIMITS).advice()).contains("restore it");
        made.store.write(LIMITS, limitsOf(ADAPTER.defect()));
        assertThat(made.verify().findings()).isEmpty();
    }

    @Test
    void verify_ofRunThatChoosesMaskLevels_wantsItsLimits() {
        startAgainWith(Map.of("quality.enabled", "false", "mask.low", "auto"));

        assertFound("unit-limits", LIMITS);
    }

    @Test
    void verify_ofRunThatLearnsNothing_wantsNoLimits() {
        startAgainWith(Map.of("quality.enabled", "false", "mask.low", "0.1"));

        assertThat(made.verify().findings()).isEmpty();
    }

    @Test
    void verify_ofLimitsOfAnotherDefect_findsThem() {
        startAgainWith(Map.of("quality.enabled", "true"));
        made.store.write(LIMITS, limitsOf("scratch"));

        assertThat(assertFound("unit-limits", LIMITS).problem()).contains("hex nut/scratch");
    }

    @ParameterizedTest
    @ValueSource(strings = {"damaged", "{}", ""})
    void verify_ofDamagedLimits_findsThem(String content) {
        startAgainWith(Map.of("quality.enabled", "true"));
        made.store.write(LIMITS, content.getBytes());

        assertFound("record-unreadable", LIMITS);
        assertThat(made.verify().findings()).hasSize(1);
    }

    @Test
    void verify_ofPublishedFileThatIsGone_findsItInTheDataSetAndItsVersion() throws IOException {
        publish();
        assertThat(made.verify().findings()).isEmpty();
        made.store.delete(FIRST);
        made.writeSamples(FOLDER, "pairs-9", 0, 6);
        made.commit(RUN);
        made.writeManifest(RUN);

        assertThat(made.verify().findings())
                .extracting(Finding::line)
                .satisfiesExactly(
                        current -> assertThat(current)
                                .startsWith(
                                        "dataset-file-missing: datasets/nuts/current.json: 1 of its 2 files are not there")
                                .contains(FIRST)
                                .endsWith("publish it again"),
                        version -> assertThat(version)
                                .startsWith("dataset-file-missing: datasets/nuts/versions/000001.json: ")
                                .endsWith("delete it if nobody reads it any more"));
        assertThat(made.verify(RUN).findings()).isEmpty();

        publish();
        made.store.delete(StoreLayout.datasetVersion("nuts", 1));
        assertThat(made.verify().findings()).isEmpty();
    }

    @Test
    void verify_ofPublishedFileWithAnotherLength_findsIt() throws IOException {
        publish();
        made.store.delete(StoreLayout.datasetVersion("nuts", 1));
        made.writeSamples(FOLDER, "pairs-0", 0, 4);
        made.commit(RUN);
        made.writeManifest(RUN);

        assertThat(assertFound("dataset-file-size", "datasets/nuts/current.json")
                        .problem())
                .contains("1 of its 2 files", FIRST);
    }

    @Test
    void verify_ofDamagedDataSet_findsItAndGoesOn() {
        publish();
        made.store.write("datasets/nuts/current.json", "damaged".getBytes());
        made.store.delete(FIRST);

        assertFound("record-unreadable", "datasets/nuts/current.json");
        assertFound("dataset-file-missing", "datasets/nuts/versions/000001.json");
    }

    private void startAgainWith(Map<String, String> settings) {
        made.store.delete(StoreLayout.runIdentity(RUN));
        new RunRegistry(made.store).open(RunIdentity.of(RUN, settings, "test", Instant.EPOCH));
    }

    private static byte[] limitsOf(String defect) {
        return Json.bytes(new LearnedQuality(
                ADAPTER.category(),
                defect,
                3,
                0.5,
                Map.of("flat", 2.0),
                Optional.empty(),
                Optional.empty(),
                Optional.empty()));
    }

    /** The run's files as they are, under the name nuts. */
    private void publish() {
        List<PublishedDataset.File> files = made.store.list("samples").stream()
                .map(file ->
                        new PublishedDataset.File(file.key(), file.bytes(), RUN, ADAPTER.category(), ADAPTER.defect()))
                .toList();
        PublishedDataset.Unit unit = new PublishedDataset.Unit(
                RUN, ADAPTER.category(), ADAPTER.defect(), ADAPTER.fingerprint().hex(), TestStore.SAMPLES, 0);
        new PublishDataset(made.store)
                .publish(new PublishedDataset("nuts", 0, Instant.EPOCH, List.of(RUN), List.of(unit), files, "test"));
    }

    @Test
    void verify_ofUnknownRun_saysWhichThereAre() {
        VerifyStore verify = new VerifyStore(made.store, new InspectionHere(made.store));

        assertThatThrownBy(() -> verify.run(Optional.of("nigth")))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("no run nigth")
                .hasMessageContaining("[night]");
    }

    private Finding assertFound(String kind, String where) {
        assertThat(made.verify().findings())
                .filteredOn(finding -> finding.kind().equals(kind))
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.where()).isEqualTo(where);
                    assertThat(finding.line().lines()).hasSize(1);
                });
        return made.verify().findings().stream()
                .filter(finding -> finding.kind().equals(kind))
                .findFirst()
                .orElseThrow();
    }
}
