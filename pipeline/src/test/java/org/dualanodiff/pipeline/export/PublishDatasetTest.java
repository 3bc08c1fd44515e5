package org.dualanodiff.pipeline.export;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.dualanodiff.pipeline.export.PublishDataset.PublishedDataset;
import org.dualanodiff.pipeline.store.Json;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.StoreException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublishDatasetTest {

    @TempDir
    private Path folder;

    private ObjectStore store;
    private PublishDataset verb;

    @BeforeEach
    void open() {
        store = ObjectStore.open(folder.toString(), Map.of());
        verb = new PublishDataset(store);
    }

    @Test
    void publish_first_writesVersionCardAndPointer() {
        PublishedDataset published = verb.publish(dataset(8));

        assertThat(published.version()).isEqualTo(1);
        assertThat(verb.find("defects")).contains(published);
        assertThat(store.read("datasets/defects/versions/000001.json"))
                .isEqualTo(store.read("datasets/defects/current.json"));
        assertThat(new String(store.read("datasets/defects/README.md"), UTF_8))
                .startsWith("# defects, version 1\n")
                .contains("| a\\|b | hole | 8 | 1 | night | abababababab |")
                .doesNotContain("${");
    }

    @Test
    void publish_samePairsAgain_isTheSameVersion() {
        PublishedDataset first = verb.publish(dataset(8));
        assertThat(verb.publish(dataset(8))).isEqualTo(first);
    }

    @Test
    void publish_morePairs_isTheNextVersionAndKeepsTheOther() {
        verb.publish(dataset(8));
        assertThat(verb.publish(dataset(9)).version()).isEqualTo(2);
        assertThat(store.exists("datasets/defects/versions/000001.json")).isTrue();
    }

    @Test
    void publish_whileAnotherHasTakenTheNumber_takesTheNext() {
        store.write("datasets/defects/versions/000001.json", new byte[0]);
        assertThat(verb.publish(dataset(8)).version()).isEqualTo(2);
    }

    @Test
    void publish_thatAnotherHasOvertaken_leavesTheLaterVersionCurrent() {
        verb.publish(dataset(8));
        PublishedDataset later = dataset(10).withVersion(3);
        store.write("datasets/defects/versions/000003.json", Json.record(later));

        assertThat(verb.publish(dataset(9)).version()).isEqualTo(2);

        assertThat(verb.find("defects")).contains(later);
        assertThat(new String(store.read("datasets/defects/README.md"), UTF_8)).startsWith("# defects, version 3\n");
    }

    @Test
    void publish_withoutAnyAcceptedPair_isRefused() {
        assertThatThrownBy(() -> verb.publish(dataset(0)))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("no accepted pair");
    }

    @Test
    void publish_whereOtherThingsLie_isRefusedAndLeavesThem() {
        store.write("datasets/defects/notes.txt", new byte[1]);
        assertThatThrownBy(() -> verb.publish(dataset(8)))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("there is datasets/defects/notes.txt");
        assertThat(store.exists("datasets/defects/README.md")).isFalse();
    }

    private static PublishedDataset dataset(int accepted) {
        return new PublishedDataset(
                "defects",
                0,
                Instant.parse("2026-01-02T03:04:05Z"),
                List.of("night"),
                List.of(new PublishedDataset.Unit("night", "a|b", "hole", "ab".repeat(32), accepted, 1)),
                List.of(new PublishedDataset.File("samples/run=night/x.parquet", accepted, "night", "a|b", "hole")),
                "1");
    }
}
