package org.dualanodiff.pipeline.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.dualanodiff.pipeline.UnitKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnitCommitsTest {

    private static final UnitCommit NOTHING = UnitCommit.nothing("r", Samples.ID);

    @TempDir
    private Path folder;

    private ObjectStore store;
    private UnitCommits commits;

    @BeforeEach
    void open() {
        store = ObjectStore.open(folder.toString(), Map.of());
        commits = new UnitCommits(store, "r");
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void commit_ofOneNumberByManyDrivers_succeedsOnce() {
        List<Boolean> created = ObjectStore.inParallel(
                IntStream.range(0, 12).boxed().toList(), driver -> commits.create(with(NOTHING, driver)));

        assertThat(created).containsOnlyOnce(true);
        assertThat(commits.all()).hasSize(1);
    }

    @Test
    void commit_whoseAnswerWasLost_isItsOwnWhateverWasCommittedSince() {
        UnitCommit first = with(NOTHING, 1);
        UnitCommit second = with(first, 2);
        assertThat(commits.create(first)).isTrue();
        assertThat(commits.create(second)).isTrue();

        assertThat(commits.create(first)).isTrue();
        assertThat(commits.create(with(NOTHING, 3))).isFalse();
        assertThat(commits.find(Samples.ID.unit())).contains(second);
    }

    @Test
    void commits_ofAUnit_areReadByTheHighestNumberWhichIsNoText() {
        UnitCommit commit = NOTHING;
        for (int number = 1; number <= 11; number++) {
            commit = with(commit, number);
            assertThat(commits.create(commit)).isTrue();
        }

        assertThat(commits.find(Samples.ID.unit())).contains(commit);
        assertThat(commits.all()).containsExactly(commit);
        assertThat(commit.number()).isEqualTo(11);
        assertThat(commit.accepted()).hasSize(11);
    }

    @Test
    void verdicts_ofACommit_areThoseOfAllBeforeIt() {
        UnitCommit commit = NOTHING.with(
                        List.of(file("a", 0, 1)), Map.of(0, List.of(), 1, List.of("flat", "no_change")))
                .with(List.of(file("b", 2)), Map.of(2, List.of("flat")));

        assertThat(commit.accepted()).containsExactly(0);
        assertThat(commit.reasons()).isEqualTo(Map.of("flat", 2, "no_change", 1));
        assertThat(commit.only(Map.of("a", 2L, "b", 1L)).indices().stream()).containsExactly(2);
        assertThat(commit.only(Map.of("b", 1L)).number()).isEqualTo(2);
    }

    @Test
    void commit_withFilesWrittenAnew_listsTheNewInThePlaceOfTheOldAndStillKnowsThose() {
        UnitCommit commit = with(with(with(NOTHING, 0), 1), 2);
        UnitCommit compacted = commit.with(List.of(file("large", 0, 1)), Map.of(), Set.of("f0", "f1"));

        assertThat(compacted.files()).extracting(UnitCommit.File::key).containsExactly("f2", "large");
        assertThat(compacted.replaced()).containsExactly("f0", "f1");
        assertThat(compacted.indices()).isEqualTo(commit.indices());
        assertThat(compacted.only(Map.of("f2", 1L, "large", 1L, "f1", 1L)).replaced())
                .containsExactly("f1");
    }

    @Test
    void commit_ofAVersionThatReplacedNothing_isRead() {
        String json = new String(Json.bytes(with(NOTHING, 1)));
        String before = json.replaceAll("(?s)\\s+\"replaced\": \\[],", "");

        assertThat(before).isNotEqualTo(json);
        assertThat(Json.parse(before.getBytes(), UnitCommit.class, "x"))
                .isEqualTo(Json.parse(json.getBytes(), UnitCommit.class, "x"));
    }

    @Test
    void commit_ofAnotherFormat_isRefusedWithItsPlace() {
        String key = StoreLayout.commit("r", Samples.ID.unit(), 1);
        String json = new String(Json.record(with(NOTHING, 1))).replace("\"format\": 1", "\"format\": 2");
        store.write(key, json.getBytes());

        assertThatThrownBy(() -> commits.all())
                .isInstanceOf(StoreException.class)
                .hasMessageContaining(key)
                .hasMessageContaining("format 2");
    }

    @Test
    void commit_thatWasMoved_isRefused() {
        store.write(StoreLayout.commit("r", new UnitKey("other", "place"), 1), Json.bytes(with(NOTHING, 1)));

        assertThatThrownBy(() -> commits.all()).hasMessageContaining("moved by hand");
    }

    private static UnitCommit with(UnitCommit before, int index) {
        return before.with(List.of(file("f" + index, index)), Map.of(index, List.of()));
    }

    private static UnitCommit.File file(String key, Integer... indices) {
        return new UnitCommit.File(key, 1, "ab", indices.length, List.of(indices));
    }
}
