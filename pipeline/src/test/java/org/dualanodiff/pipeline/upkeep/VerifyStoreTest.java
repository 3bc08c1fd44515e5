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
import java.util.Optional;
import org.dualanodiff.pipeline.store.LeaseTerms;
import org.dualanodiff.pipeline.store.RunLease;
import org.dualanodiff.pipeline.store.StoreException;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifyStoreTest {

    private static final String FOLDER = StoreLayout.samples(RUN, ADAPTER.category(), ADAPTER.defect());
    private static final String FIRST = FOLDER + "/part-0.parquet";

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
        made.writeSamples(FOLDER, "part-2", 4, 7);
        made.writeManifest(RUN);

        assertThat(assertFound("sample-twice", FOLDER + "/part-2.parquet").problem())
                .isEqualTo("3 samples of hex nut/dent are there twice, such as index 4, 5, 6");
        assertFound("unit-rows", "run night, hex nut/dent");
    }

    @Test
    void verify_ofFileOfAnotherRun_findsItMisplaced() throws IOException {
        made.startRun("other");
        made.store.write(
                StoreLayout.samples("other", ADAPTER.category(), ADAPTER.defect()) + "/part-0.parquet",
                made.store.read(FIRST));
        made.writeManifest("other");

        assertFound("file-misplaced", "samples/run=other/category=hex nut/defect=dent/part-0.parquet");
    }

    @Test
    void verify_ofFileThatTheManifestDoesNotList_findsIt() throws IOException {
        made.writeSamples(FOLDER, "part-2", 10, 12);

        assertFound("file-unlisted", FOLDER + "/part-2.parquet");
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
        made.writeSamples(StoreLayout.staging(RUN, ADAPTER.category(), ADAPTER.defect()), "part-x", 10, 12);

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
        made.writeSamples(FOLDER, "part-2", 10, 12);
        LeaseTerms terms = new LeaseTerms(Duration.ofSeconds(60), Duration.ZERO);
        try (RunLease lease = RunLease.acquire(made.store, RUN, terms, line -> {}, () -> {})) {
            VerifyResult result = made.verify();
            assertThat(result.findings()).isEmpty();
            assertThat(result.underWay()).singleElement().asString().startsWith("night by process");
            lease.requireHeld();
        }
        assertFound("file-unlisted", FOLDER + "/part-2.parquet");
    }

    @Test
    void verify_ofRunOfWhichThereIsOnlyWhatDriversDid_findsNothing() throws IOException {
        made.store.write(StoreLayout.result("trained"), "{}".getBytes());
        made.store.write(StoreLayout.tasks("trained", Instant.EPOCH), "{}".getBytes());

        assertThat(made.verify().findings()).isEmpty();
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
