package org.dualanodiff.pipeline.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
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
    void commits_ofAUnit_areReadByTheHighestNumberWhichIsNoText() {
        UnitCommit commit = NOTHING;
        for (int number = 1; number <= 11; number++) {
            commit = with(commit, number);
            assertThat(commits.create(commit)).isTrue();
        }

        assertThat(commits.find(Samples.ID.category(), Samples.ID.defect())).contains(commit);
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
        assertThat(commit.only(file -> file.key().equals("b")).indices().stream())
                .containsExactly(2);
        assertThat(commit.only(file -> file.key().equals("b")).number()).isEqualTo(2);
    }

    @Test
    void commit_ofAnotherFormat_isRefusedWithItsPlace() {
        String key = StoreLayout.commit("r", Samples.ID.category(), Samples.ID.defect(), 1);
        String json = new String(Json.bytes(with(NOTHING, 1))).replace("\"format\": 1", "\"format\": 2");
        store.write(key, json.getBytes());

        assertThatThrownBy(() -> commits.all())
                .isInstanceOf(StoreException.class)
                .hasMessageContaining(key)
                .hasMessageContaining("format 2");
    }

    @Test
    void commit_thatWasMoved_isRefused() {
        store.write(StoreLayout.commit("r", "other", "place", 1), Json.bytes(with(NOTHING, 1)));

        assertThatThrownBy(() -> commits.all()).hasMessageContaining("moved by hand");
    }

    private static UnitCommit with(UnitCommit before, int index) {
        return before.with(List.of(file("f" + index, index)), Map.of(index, List.of()));
    }

    private static UnitCommit.File file(String key, Integer... indices) {
        return new UnitCommit.File(key, 1, "ab", indices.length, List.of(indices));
    }
}
