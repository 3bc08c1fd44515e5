package org.dualanodiff.pipeline.upkeep;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;
import org.dualanodiff.pipeline.export.PublishTable;
import org.dualanodiff.pipeline.export.TableCatalog;
import org.dualanodiff.pipeline.export.TableCatalog.TableName;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.dualanodiff.pipeline.upkeep.CollectGarbage.Garbage;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many nights in one store: a run each, published as a data set and to a table, retention after it. Every week the images
 * change, so that another adapter is trained; now and then a night is killed. {@code -Dnights=365} makes it a year.
 */
@Tag("slow")
@Timeout(3600)
class YearOfNightsTest {

    private static final int NIGHTS = Integer.getInteger("nights", 60);
    private static final int KEPT = 7;
    private static final TableName NAME = TableName.parse("lake.defects.pairs");

    private final Instant start = Instant.now();
    private final Configuration hadoop = new Configuration();

    @TempDir
    private Path folder;

    private TestStore made;
    private Map<String, String> catalog;
    private AdapterId adapter;

    /** What is there after a night's retention. */
    private record Size(
            int night,
            long files,
            long bytes,
            long runs,
            long adapters,
            int snapshots,
            long lists,
            long listBytes,
            long deleted) {

        private static final String HEADER =
                "night  files    bytes  runs  adapters  snapshots  table's own files    and bytes  deleted so far";

        /** Without the lists of the table, of which Iceberg keeps the last hundred. */
        long pairBytes() {
            return bytes - listBytes;
        }

        String line() {
            return String.format(
                    Locale.ROOT,
                    "%5d %6d %8d %5d %9d %10d %18d %12d %15d",
                    night,
                    files,
                    bytes,
                    runs,
                    adapters,
                    snapshots,
                    lists,
                    listBytes,
                    deleted);
        }
    }

    @Test
    void nights_withRetentionAfterEach_leaveAStoreOfBoundedSize() throws IOException {
        made = new TestStore(folder.resolve("store"));
        catalog = Map.of(
                "type",
                "jdbc",
                "uri",
                "jdbc:sqlite:" + folder.resolve("catalog.db"),
                "warehouse",
                folder.resolve("warehouse").toUri().toString());
        List<Size> sizes = new ArrayList<>();
        long deleted = 0;
        System.out.println(Size.HEADER);
        for (int night = 1; night <= NIGHTS; night++) {
            work(night);
            dateNewFiles(night);
            List<Garbage> garbage = retention(night).delete().garbage();
            deleted += garbage.stream().mapToLong(Garbage::bytes).sum();
            sizes.add(size(night, deleted));
            if (night % (NIGHTS / 12) == 1 || night == NIGHTS) {
                System.out.println(sizes.get(night - 1).line());
            }
            if (night % 30 == 0) {
                assertIntact();
            }
        }

        assertBounded(sizes, Size::files);
        assertBounded(sizes, Size::pairBytes);
        if (NIGHTS > 200) {
            assertBounded(sizes, Size::bytes);
        }
        assertThat(deleted).isGreaterThan(10 * sizes.get(NIGHTS - 1).pairBytes());
        assertThat(made.verify().findings()).isEmpty();
    }

    private void work(int night) throws IOException {
        String run = "night-%03d".formatted(night);
        if (night % 7 == 1) {
            adapter = new AdapterId(
                    TestStore.ADAPTER.category(),
                    TestStore.ADAPTER.defect(),
                    Fingerprint.of("week").integer("number", night / 7).build());
            made.publishAdapter(adapter);
            made.store.write(StoreLayout.inspected("images", "week " + night), new byte[100]);
        }
        if (night % 10 == 5 && night < NIGHTS - KEPT) {
            String killed = run + "-killed";
            made.startRun(killed, adapter);
            made.store.write(StoreLayout.staging(killed, adapter.unit()) + "/pairs-0.parquet", new byte[5000]);
            AdapterId unfinished =
                    new AdapterId("hex nut", "scratch", Fingerprint.of(killed).build());
            made.store.write(StoreLayout.checkpoint(unfinished, 10) + "/state.safetensors", new byte[5000]);
            made.store.write("runs/%s/.tmp-00000000-0000-0000-0000-000000000001".formatted(run), new byte[100]);
        }
        made.finishRun(run, adapter);
        new PublishTable(made.store, hadoop, NAME, catalog).append(made.publish("nuts", run, adapter));
    }

    private CollectGarbage retention(int night) {
        GarbageRules rules = GarbageRules.olderThan(Duration.ofDays(KEPT))
                .keepRuns(KEPT)
                .keepVersions(2)
                .keepSnapshots(4)
                .keepTableRuns(KEPT)
                .keepAdaptersOf(Set.of(adapter));
        return new CollectGarbage(made.store, rules, evening(night).plus(Duration.ofHours(1)), this::open);
    }

    private Instant evening(int night) {
        return start.plus(Duration.ofDays(night));
    }

    /** Everything written since the night before gets this night's date; a snapshot keeps the time of this machine. */
    private void dateNewFiles(int night) throws IOException {
        Instant before = start.plus(Duration.ofHours(12));
        for (Path file : files(folder.resolve("store"))) {
            if (Files.getLastModifiedTime(file).toInstant().isBefore(before)) {
                Files.setLastModifiedTime(file, FileTime.from(evening(night)));
            }
        }
    }

    private Size size(int night, long deleted) throws IOException {
        List<Path> lists = files(folder.resolve("warehouse"));
        List<Path> all = new ArrayList<>(files(folder.resolve("store")));
        all.addAll(lists);
        return new Size(
                night,
                all.size(),
                bytes(all),
                folders("samples"),
                made.store.list("adapters").stream()
                        .filter(file -> file.key().endsWith(StoreLayout.PROVENANCE_FILE))
                        .count(),
                snapshots().size(),
                lists.size(),
                bytes(lists),
                deleted);
    }

    private static long bytes(List<Path> files) throws IOException {
        long bytes = 0;
        for (Path file : files) {
            bytes += Files.size(file);
        }
        return bytes;
    }

    private static void assertBounded(List<Size> sizes, ToLongFunction<Size> what) {
        long early = sizes.subList(NIGHTS / 3, 2 * NIGHTS / 3).stream()
                .mapToLong(what)
                .max()
                .orElseThrow();
        long late = sizes.subList(2 * NIGHTS / 3, NIGHTS).stream()
                .mapToLong(what)
                .max()
                .orElseThrow();
        assertThat(late).isLessThanOrEqualTo(early + early / 10);
    }

    /** The store is as its records say, and every file that any snapshot names is there. */
    private void assertIntact() throws IOException {
        assertThat(made.verify().findings().stream()
                        .filter(finding -> !finding.where().contains("-killed")))
                .isEmpty();
        try (TableCatalog opened = open(NAME)) {
            Table table = opened.table();
            for (Snapshot snapshot : table.snapshots()) {
                try (CloseableIterable<FileScanTask> tasks =
                        table.newScan().useSnapshot(snapshot.snapshotId()).planFiles()) {
                    for (FileScanTask task : tasks) {
                        assertThat(table.io()
                                        .newInputFile(task.file().location())
                                        .exists())
                                .isTrue();
                    }
                }
            }
        }
    }

    private List<Snapshot> snapshots() {
        try (TableCatalog opened = open(NAME)) {
            List<Snapshot> snapshots = new ArrayList<>();
            opened.table().snapshots().forEach(snapshots::add);
            return snapshots;
        }
    }

    private TableCatalog open(TableName name) {
        return TableCatalog.open(name, catalog, hadoop);
    }

    private long folders(String of) throws IOException {
        try (Stream<Path> runs = Files.list(folder.resolve("store").resolve(of))) {
            return runs.count();
        }
    }

    private static List<Path> files(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }
}
