package org.dualanodiff.pipeline.upkeep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;
import org.dualanodiff.pipeline.export.PublishDataset.PublishedDataset;
import org.dualanodiff.pipeline.export.PublishTable;
import org.dualanodiff.pipeline.export.TableCatalog;
import org.dualanodiff.pipeline.export.TableCatalog.TableName;
import org.dualanodiff.pipeline.store.StoreException;
import org.dualanodiff.pipeline.upkeep.CollectGarbage.Garbage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Retention where an Iceberg table has the store's files. */
class TableGarbageTest {

    private static final TableName NAME = TableName.parse("lake.defects.pairs");
    private static final GarbageRules OLD = GarbageRules.olderThan(Duration.ofDays(30));
    /** Snapshots have the time of this machine, so gc comes later. */
    private static final Instant MUCH_LATER = Instant.now().plus(Duration.ofDays(365));

    @TempDir
    private Path folder;

    private TestStore made;
    private Map<String, String> catalog;

    @BeforeEach
    void openStore() throws IOException {
        made = new TestStore(folder.resolve("store"));
        made.publishAdapter();
        catalog = properties("hadoop");
    }

    @ParameterizedTest
    @ValueSource(strings = {"hadoop", "jdbc"})
    void gc_ofTableRunsByCount_freesTheirFilesWhenNoSnapshotHasThem(String type) throws IOException {
        catalog = properties(type);
        nights(5);
        GarbageRules rules = OLD.keepRuns(0).keepVersions(1).keepSnapshots(2).keepTableRuns(3);

        // Snapshots of nights 1 to 3; nights 1 and 2 leave the table, whose snapshot of night 5 still has them.
        assertThat(gc(rules, MUCH_LATER).find().garbage())
                .isEqualTo(gc(rules, MUCH_LATER).delete().garbage());
        assertThat(table().snapshots()).hasSize(3);
        assertThat(rows()).isEqualTo(3 * TestStore.SAMPLES);
        assertThat(made.store.list("samples/run=night-1")).isNotEmpty();

        // The snapshots of nights 4 and 5 go, and with them what no other names.
        night("night-6");
        List<Garbage> garbage = gc(rules, MUCH_LATER).delete().garbage();

        assertThat(garbage).extracting(Garbage::key).contains("runs/night-1", "samples/run=night-2");
        assertThat(made.store.list("samples/run=night-3")).isNotEmpty();
        assertThat(rows()).isEqualTo(3 * TestStore.SAMPLES);
        assertIntact();
    }

    @Test
    void gc_withoutDelete_changesNoTable() throws IOException {
        nights(3);
        GarbageRules rules = OLD.keepSnapshots(1).keepTableRuns(1);

        assertThat(gc(rules, MUCH_LATER).find().kinds().keySet())
                .containsExactly(
                        "rows of old runs in a table, whose files go when no snapshot has them any more",
                        "snapshots of a table that were replaced");

        assertThat(table().snapshots()).hasSize(3);
        assertThat(rows()).isEqualTo(3 * TestStore.SAMPLES);
    }

    @Test
    void gc_ofYoungSnapshotsAndRuns_keepsThemWhateverTheCount() throws IOException {
        nights(3);

        assertThat(gc(OLD.keepSnapshots(1).keepTableRuns(1).keepVersions(1).keepRuns(0), Instant.now())
                        .find()
                        .garbage())
                .isEmpty();
    }

    @Test
    void gc_ofARunThatASnapshotNamesAndNoVersion_keepsItsFiles() throws IOException {
        nights(3);
        GarbageRules rules = OLD.keepRuns(0).keepVersions(1);

        assertThat(gc(rules, MUCH_LATER).delete().garbage())
                .extracting(Garbage::key)
                .allMatch(key -> key.startsWith("datasets/"));
        assertThat(rows()).isEqualTo(3 * TestStore.SAMPLES);
        assertIntact();
    }

    @Test
    void gc_ofSnapshots_deletesTheListsThatOnlyTheyNeed() throws IOException {
        nights(6);
        long before = metadata(".avro");

        List<Garbage> garbage = gc(OLD.keepSnapshots(2), MUCH_LATER).delete().garbage();

        assertThat(garbage).hasSize(1);
        // A list of manifests each; the manifests themselves are shared with the snapshots that stay.
        assertThat(garbage.get(0).files()).isEqualTo(4);
        assertThat(metadata(".avro")).isEqualTo(before - 4);
        assertThat(garbage.get(0).bytes()).isPositive();
        assertIntact();
        assertThat(gc(OLD.keepSnapshots(2), MUCH_LATER).find().garbage()).isEmpty();
    }

    @Test
    void gc_ofASnapshotWithATag_keepsIt() throws IOException {
        nights(4);
        Snapshot first = table().snapshots().iterator().next();
        table().manageSnapshots().createTag("audit", first.snapshotId()).commit();

        gc(OLD.keepSnapshots(1), MUCH_LATER).delete();

        assertThat(table().snapshots()).hasSize(2);
        assertThat(table().snapshot("audit").snapshotId()).isEqualTo(first.snapshotId());
        assertIntact();
    }

    @Test
    void append_ofARunWhoseSnapshotWasExpired_addsNothing() throws IOException {
        nights(3);
        gc(OLD.keepSnapshots(1), MUCH_LATER).delete();

        append("night-1");

        assertThat(rows()).isEqualTo(3 * TestStore.SAMPLES);
    }

    /** Neither what is replaced nor a run goes as long as nobody can tell what the table names. */
    @Test
    void gc_ofATableWhoseCatalogIsNotKnown_refusesRulesThatDependOnIt() throws IOException {
        nights(2);
        made.compact("night-1");
        Instant later = MUCH_LATER;

        assertThatThrownBy(() -> made.garbage(OLD.keepVersions(1), later).find())
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("spark.sql.catalog.lake.type")
                .hasMessageContaining("tables/lake.defects.pairs.json");
        assertThat(made.garbage(OLD, later).find().garbage()).isEmpty();
    }

    @Test
    void gc_ofReplacedFiles_keepsThoseThatASnapshotNames() throws IOException {
        nights(1);
        List<String> replaced = made.compact("night-1");
        append("night-1");
        night("night-2");
        GarbageRules rules = OLD.keepVersions(1).keepSnapshots(3);

        assertThat(gc(rules, MUCH_LATER).delete().garbage())
                .extracting(Garbage::key)
                .doesNotContainAnyElementsOf(replaced);
        assertThat(gc(rules.keepSnapshots(1), MUCH_LATER).delete().garbage())
                .extracting(Garbage::key)
                .containsAll(replaced);
        assertIntact();
    }

    private void nights(int count) throws IOException {
        for (int i = 1; i <= count; i++) {
            night("night-" + i);
        }
    }

    private void night(String run) throws IOException {
        made.finishRun(run);
        append(run);
    }

    private void append(String run) {
        PublishedDataset published = made.publish("nuts", run);
        new PublishTable(made.store, new Configuration(), NAME, catalog).append(published);
    }

    private CollectGarbage gc(GarbageRules rules, Instant now) {
        return new CollectGarbage(made.store, rules, now, this::open);
    }

    private TableCatalog open(TableName name) {
        return TableCatalog.open(name, catalog, new Configuration());
    }

    private Table table() {
        return open(NAME).table();
    }

    private long rows() throws IOException {
        try (CloseableIterable<FileScanTask> tasks = table().newScan().planFiles()) {
            long rows = 0;
            for (FileScanTask task : tasks) {
                rows += task.file().recordCount();
            }
            return rows;
        }
    }

    /** The store is as its records say, and every file that any snapshot names is there. */
    private void assertIntact() throws IOException {
        assertThat(made.verify().findings()).isEmpty();
        Table table = table();
        for (Snapshot snapshot : table.snapshots()) {
            try (CloseableIterable<FileScanTask> tasks =
                    table.newScan().useSnapshot(snapshot.snapshotId()).planFiles()) {
                for (FileScanTask task : tasks) {
                    assertThat(table.io().newInputFile(task.file().location()).exists())
                            .as(task.file().location())
                            .isTrue();
                }
            }
        }
    }

    private long metadata(String ending) throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("warehouse"))) {
            return files.filter(file -> file.toString().endsWith(ending)).count();
        }
    }

    private Map<String, String> properties(String type) {
        Map<String, String> properties = new TreeMap<>();
        properties.put("type", type);
        properties.put("warehouse", folder.resolve("warehouse").toUri().toString());
        if (type.equals("jdbc")) {
            properties.put("uri", "jdbc:sqlite:" + folder.resolve("catalog.db") + "?busy_timeout=60000");
        }
        return properties;
    }
}
