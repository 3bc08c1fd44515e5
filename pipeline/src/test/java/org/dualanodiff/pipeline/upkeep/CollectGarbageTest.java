package org.dualanodiff.pipeline.upkeep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dualanodiff.pipeline.upkeep.TestStore.ADAPTER;
import static org.dualanodiff.pipeline.upkeep.TestStore.RUN;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.dualanodiff.pipeline.store.RunLease;
import org.dualanodiff.pipeline.store.RunLease.LeaseTerms;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.dualanodiff.pipeline.store.UnitCommit;
import org.dualanodiff.pipeline.store.UnitCommits;
import org.dualanodiff.pipeline.upkeep.CollectGarbage.Amount;
import org.dualanodiff.pipeline.upkeep.CollectGarbage.FoundGarbage;
import org.dualanodiff.pipeline.upkeep.CollectGarbage.Garbage;
import org.dualanodiff.pipeline.upkeep.CollectGarbage.GarbageResult;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CollectGarbageTest {

    private static final GarbageRules RULES = GarbageRules.olderThan(Duration.ofDays(30));
    private static final Duration OLD = Duration.ofDays(40);
    private static final String STAGED = StoreLayout.staging("dead", ADAPTER.unit());
    private static final AdapterId UNPUBLISHED =
            new AdapterId("hex nut", "scratch", Fingerprint.of("unpublished").build());

    @TempDir
    Path folder;

    private TestStore made;

    @BeforeEach
    void finishRun() throws IOException {
        made = TestStore.ofFinishedRun(folder.resolve("store"));
    }

    @Test
    void gc_ofFinishedRun_findsNothingHoweverOld() throws IOException {
        made.age("", OLD);

        assertThat(gc(RULES).find().garbage()).isEmpty();
    }

    @Test
    void gc_withoutDelete_changesNothing() throws IOException {
        write("adapters/a/b/0123456789abcdef/checkpoints/step-5/state.safetensors", OLD);

        GarbageResult result = gc(RULES).find();

        assertThat(result.garbage()).hasSize(1);
        assertThat(result.sentence()).contains("could go; --delete deletes them");
        assertThat(made.store.inventory("adapters/a")).hasSize(1);
    }

    @Test
    void gc_ofCheckpointsBesideProvenance_deletesThemAtOnce() throws IOException {
        write(StoreLayout.checkpoint(ADAPTER, 500) + "/state.safetensors", Duration.ZERO);

        assertDeletes(StoreLayout.checkpoints(ADAPTER));
        assertThat(made.verify().findings()).isEmpty();
    }

    @Test
    void gc_ofTrainingUnderWay_keepsItUntilItIsOld() throws IOException {
        String state = StoreLayout.checkpoint(UNPUBLISHED, 500) + "/state.safetensors";
        write(state, Duration.ofDays(3));
        assertThat(gc(RULES).find().garbage()).isEmpty();

        made.age(state, OLD);
        assertDeletes(StoreLayout.adapter(UNPUBLISHED));
    }

    @Test
    void gc_ofWeightsThatNoProvenanceNames_deletesThoseAlone() throws IOException {
        String lost = StoreLayout.weights(ADAPTER, "pytorch_lora_weights-lost.safetensors");
        write(lost, Duration.ofDays(2));
        made.age(StoreLayout.adapter(ADAPTER), Duration.ofDays(2));

        assertDeletes(lost);
        assertThat(made.verify().findings()).isEmpty();
    }

    @Test
    void gc_ofBrokenWrites_deletesThoseOlderThanADay() throws IOException {
        write("runs/night/.tmp-00000000-0000-0000-0000-000000000001", Duration.ofDays(2));
        write("runs/night/.tmp-00000000-0000-0000-0000-000000000002", Duration.ofHours(2));

        assertDeletes("runs/night/.tmp-00000000-0000-0000-0000-000000000001");
        assertThat(made.store.inventory("runs/night"))
                .anyMatch(file -> file.key().endsWith("-000000000002"));
    }

    @Test
    void gc_ofFilesThatNoCommitLists_deletesThoseThatAreOldAlone() throws IOException {
        String table = StoreLayout.samples(RUN, ADAPTER.unit());
        made.age("samples", OLD);
        write(table + "/pairs-000009-x.parquet", Duration.ofDays(2));
        write(table + "/pairs-000010-y.parquet", Duration.ofHours(1));
        write(table + "/part-of-an-earlier-version.parquet", OLD);

        assertDeletes(table + "/pairs-000009-x.parquet");
        assertThat(made.store.list(table)).hasSize(4);
    }

    @Test
    void gc_ofFilesThatWereReplaced_waitsADayForWhoReadsThem() throws IOException {
        List<String> replaced = made.compact(RUN);
        made.age("samples", OLD);
        assertThat(made.verify().findings()).isEmpty();
        assertThat(made.verify().samples()).isEqualTo(TestStore.SAMPLES);
        assertThat(gc(RULES).find().garbage()).isEmpty();

        Instant later = Instant.now().plus(Duration.ofDays(2));
        GarbageResult result = gc(RULES, later).delete();
        assertThat(result.garbage()).extracting(Garbage::key).containsExactlyElementsOf(replaced);
        assertThat(made.verify().findings()).isEmpty();
    }

    /** As that of a driver which was killed between its commit and its manifest. */
    @Test
    void gc_ofReplacedFilesThatTheManifestNames_leavesThem() throws IOException {
        byte[] manifest = made.store.read(StoreLayout.manifest(RUN));
        List<String> replaced = made.compact(RUN);
        made.store.write(StoreLayout.manifest(RUN), manifest);
        made.age("samples", OLD);

        Instant later = Instant.now().plus(Duration.ofDays(2));
        assertThat(gc(RULES, later).find().garbage()).extracting(Garbage::key).doesNotContainAnyElementsOf(replaced);
    }

    @Test
    void gc_ofFilesThatWereReplacedBeforeTheRunGrew_deletesThemHoweverYoungTheLastCommit() throws IOException {
        List<String> replaced = made.compact(RUN);
        UnitCommits commits = new UnitCommits(made.store, RUN);
        UnitCommit last = commits.find(ADAPTER.unit()).orElseThrow();
        Instant later = Instant.now().plus(Duration.ofDays(2));
        commits.create(new UnitCommit(
                RUN,
                last.category(),
                last.defect(),
                last.number() + 1,
                last.adapter(),
                last.files(),
                last.accepted(),
                last.rejected(),
                last.replaced(),
                later));

        assertThat(gc(RULES, later).find().garbage()).extracting(Garbage::key).containsExactlyElementsOf(replaced);
    }

    /** A publication to a table is a version of a data set, too. */
    @Test
    void gc_ofFilesThatWerePublishedBeforeTheyWereReplaced_keepsThemForGood() throws IOException {
        made.publish("lake.defects.pairs", RUN);
        made.compact(RUN);

        Instant later = Instant.now().plus(Duration.ofDays(365));
        assertThat(gc(RULES.keepRuns(0), later).find().garbage()).isEmpty();
    }

    @Test
    void gc_ofOldFilesOfARunWhoseCommitCannotBeRead_leavesThem() throws IOException {
        made.store.write(StoreLayout.commit(RUN, ADAPTER.unit(), 1), "{".getBytes());
        made.age("", Duration.ofDays(2));

        assertThat(gc(RULES).find().garbage()).isEmpty();
    }

    @Test
    void gc_ofRunThatWasGivenUp_deletesAllOfIt() throws IOException {
        made.startRun("dead");
        write(STAGED + "/part-0.parquet", Duration.ofDays(3));
        assertThat(gc(RULES).find().garbage()).isEmpty();

        made.age("staging/run=dead", OLD);
        made.age("runs/dead", OLD);
        assertDeletes("runs/dead", "staging/run=dead");
    }

    @Test
    void gc_ofWhatTrainAloneLeft_deletesIt() throws IOException {
        write(StoreLayout.result("trained"), OLD);
        write(StoreLayout.tasks("trained", Instant.EPOCH), OLD);

        assertDeletes("runs/trained");
    }

    @Test
    void gc_ofOldStagingOfAYoungRun_keepsTheRun() throws IOException {
        String staged = StoreLayout.staging(RUN, ADAPTER.unit()) + "/part-x.parquet";
        write(staged, OLD);

        assertDeletes("staging/run=night");
        assertThat(made.verify().findings()).isEmpty();
    }

    @Test
    void gc_ofFinishedRuns_goesByWhatDataSetsReferTo() throws IOException {
        made.age("", OLD);
        String current = "datasets/nuts/current.json";
        made.store.write(current, "{\"runs\": [{\"path\": \"samples/run=night/category=x\"}]}".getBytes());
        assertThat(gc(RULES.keepRuns(0)).find().garbage()).isEmpty();

        made.store.write(current, "{\"run\": \"night-2\", \"path\": \"samples/run=night-2\"}".getBytes());
        assertThat(gc(RULES).find().garbage()).isEmpty();
        gc(RULES.keepRuns(0)).delete();

        assertThat(made.store.list("runs")).isEmpty();
        assertThat(made.store.list("samples")).isEmpty();
        assertThat(made.store.list("adapters")).hasSize(2);
    }

    @Test
    void gc_ofRunUnderWay_leavesItAlone() throws IOException {
        made.startRun("dead");
        write(STAGED + "/part-0.parquet", OLD);
        made.age("runs/dead", OLD);
        LeaseTerms terms = new LeaseTerms(Duration.ofSeconds(60), Duration.ZERO);
        try (RunLease lease = RunLease.acquire(made.store, "dead", terms, line -> {}, () -> {})) {
            assertThat(gc(RULES).find().garbage()).isEmpty();
            lease.requireHeld();
        }
    }

    @Test
    void gc_ofRunThatADriverTakesMeanwhile_leavesIt() throws IOException {
        made.startRun("dead");
        write(STAGED + "/part-0.parquet", OLD);
        made.age("runs/dead", OLD);
        CollectGarbage gc = gc(RULES);
        List<FoundGarbage> found = gc.garbage();
        LeaseTerms terms = new LeaseTerms(Duration.ofSeconds(60), Duration.ZERO);
        try (RunLease lease = RunLease.acquire(made.store, "dead", terms, line -> {}, () -> {})) {
            assertSkips(gc, found, "runs/dead", "staging/run=dead");
            lease.requireHeld();
        }
    }

    @Test
    void gc_ofTrainingThatGoesOnMeanwhile_leavesIt() throws IOException {
        write(StoreLayout.checkpoint(UNPUBLISHED, 500) + "/state.safetensors", OLD);
        CollectGarbage gc = gc(RULES);
        List<FoundGarbage> found = gc.garbage();
        String next = StoreLayout.checkpoint(UNPUBLISHED, 1000) + "/state.safetensors";
        write(next, Duration.ZERO);

        assertSkips(gc, found, StoreLayout.adapter(UNPUBLISHED));
        assertThat(made.store.exists(next)).isTrue();
    }

    @Test
    void gc_ofTrainingThatWritesACheckpointAtThisMoment_leavesIt() throws IOException {
        write(StoreLayout.checkpoint(UNPUBLISHED, 500) + "/state.safetensors", OLD);
        CollectGarbage gc = gc(RULES);
        List<FoundGarbage> found = gc.garbage();
        write(StoreLayout.checkpoint(UNPUBLISHED, 1000) + "/.tmp-00000000-0000-0000-0000-000000000001", Duration.ZERO);

        assertSkips(gc, found, StoreLayout.adapter(UNPUBLISHED));
    }

    @Test
    void gc_ofTrainingThatIsPublishedMeanwhile_leavesItHoweverOld() throws IOException {
        made.store.delete(StoreLayout.provenance(ADAPTER));
        made.age(StoreLayout.adapter(ADAPTER), OLD);
        CollectGarbage gc = gc(RULES);
        List<FoundGarbage> found = gc.garbage();
        made.publishAdapter();
        made.age(StoreLayout.adapter(ADAPTER), OLD);

        assertSkips(gc, found, StoreLayout.adapter(ADAPTER));
        assertThat(made.verify().findings()).isEmpty();
    }

    @Test
    void gc_ofRunThatIsTakenUpAndFinishedMeanwhile_leavesAllOfIt() throws IOException {
        made.age("", OLD);
        CollectGarbage gc = gc(RULES.keepRuns(0));
        List<FoundGarbage> found = gc.garbage();
        made.writeManifest(RUN);

        assertSkips(gc, found, "runs/night", "samples/run=night");
        assertThat(made.verify().findings()).isEmpty();
    }

    @Test
    void gc_ofRunThatIsPublishedMeanwhile_leavesAllOfIt() throws IOException {
        made.age("", OLD);
        CollectGarbage gc = gc(RULES.keepRuns(0));
        List<FoundGarbage> found = gc.garbage();
        made.store.write("datasets/nuts/current.json", "{\"runs\": [\"night\"]}".getBytes());

        assertSkips(gc, found, "runs/night", "samples/run=night");
    }

    @Test
    void gc_ofDetectorResults_deletesThoseThatAreOld() throws IOException {
        write("detectors/0123456789abcdef/result.json", OLD);
        write("detectors/0123456789abcdef/cases.png", OLD);
        write("detectors/fedcba9876543210/result.json", Duration.ofDays(3));

        assertDeletes("detectors/0123456789abcdef");
        assertThat(made.store.list("detectors")).hasSize(1);
    }

    @Test
    void gc_ofFinishedRunsByCount_keepsTheNewest() throws IOException {
        for (int i = 1; i <= 3; i++) {
            finish("night-" + i, Duration.ofDays(50 - i));
        }
        made.age("runs/night", OLD);
        made.age("samples/run=night", OLD);
        GarbageRules rules = RULES.keepRuns(2);

        assertThat(gc(rules).delete().garbage())
                .extracting(Garbage::key)
                .containsExactlyInAnyOrder(
                        "runs/night-1", "samples/run=night-1", "runs/night-2", "samples/run=night-2");
        assertThat(made.verify().findings()).isEmpty();
        assertThat(gc(rules).find().garbage()).isEmpty();
    }

    @Test
    void gc_ofVersionsByCount_keepsTheNewestAndWithThemTheirRuns() throws IOException {
        for (int i = 1; i <= 4; i++) {
            finish("night-" + i, OLD.plusDays(10 - i));
            publish("night-" + i, OLD.plusDays(9 - i));
        }
        GarbageRules rules = RULES.keepVersions(2);
        GarbageRules andRuns = rules.keepRuns(0);
        made.age("", OLD);
        publish("night", Duration.ZERO);

        assertThat(gc(rules).find().garbage())
                .extracting(Garbage::key)
                .containsExactly(
                        "datasets/nuts/versions/000001.json",
                        "datasets/nuts/versions/000002.json",
                        "datasets/nuts/versions/000003.json");
        List<Garbage> deleted = gc(andRuns).delete().garbage();

        assertThat(deleted).extracting(Garbage::key).contains("runs/night-3").doesNotContain("runs/night-4");
        assertThat(deleted.get(0).key()).startsWith("datasets/");
        assertThat(made.store.list("samples/run=night-4")).isNotEmpty();
        assertThat(made.verify().findings()).isEmpty();
        assertThat(gc(andRuns).find().garbage()).isEmpty();
    }

    /** It was what everybody read until a moment ago, however old it is itself. */
    @Test
    void gc_ofAnOldVersionThatWasReplacedAMomentAgo_keepsIt() throws IOException {
        publish("night", OLD);
        finish("night-1", Duration.ZERO);
        publish("night-1", Duration.ZERO);

        assertThat(gc(RULES.keepVersions(1)).find().garbage()).isEmpty();
    }

    @Test
    void gc_ofARunOfAVersionThatIsMadeCurrentAgainMeanwhile_keepsBoth() throws IOException {
        finish("night-1", OLD);
        publish("night-1", OLD);
        finish("night-2", OLD);
        publish("night-2", OLD);
        CollectGarbage gc = gc(RULES.keepVersions(1).keepRuns(1));
        List<FoundGarbage> found = gc.garbage();
        assertThat(found).extracting(one -> one.garbage().key()).contains("runs/night-1");
        made.store.write("datasets/nuts/current.json", made.store.read("datasets/nuts/versions/000001.json"));
        made.age("datasets", OLD);

        assertThat(gc.delete(found).skipped())
                .extracting(Garbage::key)
                .contains("datasets/nuts/versions/000001.json", "runs/night-1", "samples/run=night-1");
        assertThat(made.verify().findings()).isEmpty();
    }

    @Test
    void gc_ofAdapters_keepsThoseThatARunOrTheSettingsInForceUse() throws IOException {
        AdapterId inForce =
                new AdapterId("hex nut", "dent", Fingerprint.of("in force").build());
        AdapterId forgotten =
                new AdapterId("hex nut", "dent", Fingerprint.of("forgotten").build());
        AdapterId young =
                new AdapterId("hex nut", "dent", Fingerprint.of("young").build());
        for (AdapterId adapter : List.of(inForce, forgotten, young)) {
            made.publishAdapter(adapter);
        }
        made.age("", OLD);
        made.age(StoreLayout.adapter(young), Duration.ofDays(3));
        GarbageRules rules = RULES.keepAdaptersOf(Set.of(inForce));

        assertThat(gc(rules).delete().garbage())
                .extracting(Garbage::key)
                .containsExactly(StoreLayout.adapter(forgotten));
        assertThat(gc(rules.keepRuns(0)).delete().garbage())
                .extracting(Garbage::key)
                .containsExactly("runs/night", "samples/run=night", StoreLayout.adapter(ADAPTER));
        assertThat(made.verify().findings()).isEmpty();
    }

    @Test
    void gc_ofAnAdapterWhoseRunStaysAfterAll_keepsIt() throws IOException {
        made.age("", OLD);
        CollectGarbage gc = gc(RULES.keepRuns(0).keepAdaptersOf(Set.of()));
        List<FoundGarbage> found = gc.garbage();
        made.writeManifest(RUN);

        assertSkips(gc, found, "runs/night", "samples/run=night", StoreLayout.adapter(ADAPTER));
    }

    @ParameterizedTest
    @CsvSource({
        "submissions/old.json, submissions/new.json",
        "inspected/0123456789abcdef/cloth.json, inspected/0123456789abcdef/nut.json"
    })
    void gc_ofRecordsThatNoRunNeeds_deletesThoseThatAreOld(String old, String young) throws IOException {
        write(old, OLD);
        write(young, Duration.ofDays(3));

        assertDeletes(old);
    }

    @Test
    void gc_ofSeveralKinds_tellsFilesAndBytesOfEach() throws IOException {
        write("inspected/0123456789abcdef/cloth.json", OLD);
        write("detectors/0123456789abcdef/result.json", OLD);
        write("detectors/0123456789abcdef/cases.png", OLD);

        assertThat(gc(RULES).find().kinds())
                .containsExactly(
                        Map.entry("old findings in images", new Amount(1, 1)),
                        Map.entry("old results of a detector", new Amount(2, 2)));
    }

    private void finish(String run, Duration age) throws IOException {
        made.finishRun(run);
        for (String folder : List.of("runs/" + run, "samples/run=" + run)) {
            made.age(folder, age);
        }
    }

    private void publish(String run, Duration age) throws IOException {
        String version =
                StoreLayout.datasetVersion("nuts", made.publish("nuts", run).version());
        made.age(version, age);
    }

    @Test
    void gc_ofEvaluations_deletesOldOnesOfRunsThatAreGone() throws IOException {
        write("evaluations/night/evaluation.json", OLD);
        write("evaluations/gone=1/evaluation.json", OLD);
        write("evaluations/gone=2/evaluation.json", Duration.ofDays(3));
        write("evaluations/gone%3D3/evaluation.json", OLD);
        made.startRun("gone=3");

        assertDeletes("evaluations/gone=1");
        assertThat(made.store.list("evaluations")).hasSize(3);
    }

    @Test
    void gc_ofEvaluationWhoseRunComesBackMeanwhile_leavesIt() throws IOException {
        write("evaluations/gone/evaluation.json", OLD);
        CollectGarbage gc = gc(RULES);
        List<FoundGarbage> found = gc.garbage();
        made.startRun("gone");

        assertSkips(gc, found, "evaluations/gone");
    }

    private void assertSkips(CollectGarbage gc, List<FoundGarbage> found, String... keys) {
        GarbageResult result = gc.delete(found);
        assertThat(result.skipped()).extracting(Garbage::key).containsExactlyInAnyOrder(keys);
        assertThat(result.garbage()).isEmpty();
        for (String key : keys) {
            assertThat(made.store.inventory(key)).isNotEmpty();
        }
    }

    private CollectGarbage gc(GarbageRules rules) {
        return gc(rules, Instant.now());
    }

    private CollectGarbage gc(GarbageRules rules, Instant now) {
        return made.garbage(rules, now);
    }

    private void assertDeletes(String... keys) {
        assertThat(gc(RULES).delete().garbage()).extracting(Garbage::key).containsExactlyInAnyOrder(keys);
        for (String key : keys) {
            assertThat(made.store.inventory(key)).isEmpty();
        }
        assertThat(gc(RULES).find().garbage()).isEmpty();
    }

    private void write(String key, Duration age) throws IOException {
        made.store.write(key, "x".getBytes());
        made.age(key, age);
    }
}
