package org.dualanodiff.pipeline.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableScan;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.dualanodiff.pipeline.PythonRun;
import org.dualanodiff.pipeline.UserError;
import org.dualanodiff.pipeline.export.PublishDataset.PublishedDataset;
import org.dualanodiff.pipeline.export.TableCatalog.TableName;
import org.dualanodiff.pipeline.samples.SampleFile;
import org.dualanodiff.pipeline.samples.TestSamples;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.StoreException;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PublishTableTest {

    private static final AdapterId DENT =
            new AdapterId("hex nut", "a=b", Fingerprint.of("dent").build());
    private static final AdapterId SCRATCH =
            new AdapterId("hex nut", "scratch", Fingerprint.of("scratch").build());
    private static final TableName NAME = TableName.parse("lake.defects.pairs");

    private static final Path ROOT = Path.of(System.getProperty("project.root"));

    @TempDir
    private Path folder;

    private ObjectStore store;
    private Map<String, String> catalog;

    @BeforeEach
    void openStore() {
        store = ObjectStore.open(folder.resolve("store").toString(), Map.of());
        catalog = properties("hadoop");
    }

    @ParameterizedTest
    @ValueSource(strings = {"hadoop", "jdbc"})
    void append_ofTwoNights_isASnapshotEachOfTheFilesThemselves(String type) throws IOException {
        catalog = properties(type);
        PublishedDataset first = night("nightly-2030-01-01", 3);
        PublishedDataset second = night("nightly-2030-01-02", 4);

        long before = append(first).orElseThrow();
        append(second);

        Table table = table();
        assertThat(files(table.newScan()).keySet()).containsExactlyElementsOf(addresses(first, second));
        assertThat(files(table.newScan().useSnapshot(before)).keySet()).containsExactlyElementsOf(addresses(first));
        assertThat(files(table.newScan()).values())
                .extracting(DataFile::recordCount)
                .containsExactly(3L, 3L, 4L, 4L);
        assertThat(files(table.newScan().filter(Expressions.equal("defect", "a=b"))))
                .hasSize(2);
        Snapshot snapshot = table.currentSnapshot();
        assertThat(snapshot.operation()).isEqualTo("append");
        assertThat(snapshot.summary())
                .containsKey("dualanodiff.run.nightly-2030-01-02")
                .containsEntry("dualanodiff.version", "test")
                .doesNotContainKey("dualanodiff.run.nightly-2030-01-01");
    }

    @Test
    void append_again_addsNothing() throws IOException {
        PublishedDataset night = night("night", 2);
        long first = append(night).orElseThrow();

        assertThat(append(night)).isEmpty();
        append(night("other", 1));

        assertThat(append(night)).isEmpty();
        assertThat(table().snapshots()).hasSize(2);
        assertThat(table().snapshot(first)).isNotNull();
    }

    @Test
    void append_ofTwoRunsOfWhichOneIsThere_addsTheOther() throws IOException {
        PublishedDataset first = night("first", 1);
        PublishedDataset second = night("second", 1);
        append(first);

        append(new PublishedDataset(
                "both",
                0,
                Instant.EPOCH,
                List.of("first", "second"),
                List.of(),
                IntStream.range(0, 4)
                        .mapToObj(i -> (i < 2 ? first : second).files().get(i % 2))
                        .toList(),
                "test"));

        assertThat(files(table().newScan()).keySet()).containsExactlyElementsOf(addresses(first, second));
    }

    /** Its small files were written into larger ones. */
    @Test
    void append_ofARunWithOtherFilesSince_takesTheOldOnesOutAndKeepsThemInTheSnapshotBefore() throws IOException {
        PublishedDataset before = night("night", 2);
        long snapshot = append(before).orElseThrow();
        PublishedDataset.File larger = write("night", DENT, "pairs-larger", 5);
        PublishedDataset after = dataset("night", List.of(larger, before.files().get(1)));

        append(after);

        assertThat(files(table().newScan()).keySet()).containsExactlyElementsOf(addresses(after));
        assertThat(files(table().newScan().useSnapshot(snapshot)).keySet())
                .containsExactlyElementsOf(addresses(before));
    }

    @ParameterizedTest
    @ValueSource(strings = {"hadoop", "jdbc"})
    void append_byManyAtOnce_hasEachRunOnce(String type) throws Exception {
        catalog = properties(type);
        PublishedDataset first = night("first", 1);
        PublishedDataset second = night("second", 2);
        append(night("zeroth", 1));
        ExecutorService publishers = Executors.newFixedThreadPool(6);
        List<Future<Optional<Long>>> appended = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            PublishedDataset night = i % 2 == 0 ? first : second;
            appended.add(publishers.submit(() -> append(night)));
        }
        for (Future<Optional<Long>> one : appended) {
            one.get();
        }
        publishers.shutdown();

        assertThat(files(table().newScan())).hasSize(6);
        assertThat(table().snapshots()).hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"elsewhere", "store-lake", "store/lake"})
    void append_toATableThatWasRewritten_isRefusedRatherThanDoubled(String warehouse) throws IOException {
        PublishedDataset night = night("night", 2);
        append(night);
        Table table = table();
        Path moved = Files.createDirectories(folder.resolve(warehouse)).resolve("rewritten.parquet");
        Files.copy(folder.resolve("store").resolve(night.files().get(0).key()), moved);
        DataFile old = files(table.newScan()).get(store.uri(night.files().get(0).key()));
        table.newRewrite()
                .deleteFile(old)
                .addFile(DataFiles.builder(table.spec())
                        .copy(old)
                        .withPath("file:" + moved)
                        .build())
                .commit();

        assertThat(append(night)).isEmpty();
        PublishedDataset grown = dataset("night", List.of(write("night", DENT, "pairs-more", 1)));
        assertThatThrownBy(() -> append(grown))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("rewritten.parquet");
    }

    @Test
    void append_toATableOfOtherPartitions_isRefused() {
        Catalog loaded = CatalogUtil.buildIcebergCatalog("lake", catalog, new Configuration());
        loaded.createTable(NAME.inCatalog(), ParquetSchemaUtil.convert(SampleFile.columns()));

        assertThatThrownBy(() -> append(night("night", 1)))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("identity(category), identity(defect)");
    }

    @Test
    void catalog_ofWhichNothingIsSet_isAUserErrorWithTheSetting() {
        assertThatThrownBy(() -> new PublishTable(store, new Configuration(), NAME, Map.of()))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("spark.sql.catalog.lake.type");
        assertThatThrownBy(() -> TableName.parse("pairs"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("CATALOG.DATABASE.TABLE");
    }

    @Test
    @Tag("python")
    void table_asItsReadersSeeIt_hasAllRowsNowAndThoseOfTheNightBefore() throws Exception {
        assumeTrue(
                PythonRun.of("-c", "import pyiceberg, sqlalchemy, pyspark, duckdb")
                                .exit()
                        == 0,
                "python3 with PyIceberg");
        catalog = properties("jdbc");
        append(night("nightly-2030-01-01", 3));
        append(night("nightly-2030-01-02", 4));
        Path jars = ROOT.resolve("pipeline/target/iceberg-readers");
        List<String> command = new ArrayList<>(
                List.of(ROOT.resolve("pipeline/src/test/python/read_table.py").toString(), folder.toString()));
        if (Files.isDirectory(jars)) {
            try (Stream<Path> files = Files.list(jars)) {
                files.map(Path::toString).forEach(command::add);
            }
        }

        PythonRun run = PythonRun.of(Map.of("SPARK_LOCAL_IP", "127.0.0.1"), command.toArray(String[]::new));

        assertThat(run.exit()).as(run.output()).isZero();
        assertThat(run.output().lines().filter(line -> line.contains("the night before")))
                .hasSizeGreaterThanOrEqualTo(1)
                .allMatch(line -> line.endsWith(": 14 rows, 7 scratches, 6 the night before"));
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

    private Optional<Long> append(PublishedDataset dataset) {
        return new PublishTable(store, new Configuration(), NAME, catalog).append(dataset);
    }

    private Table table() {
        Catalog loaded = CatalogUtil.buildIcebergCatalog("lake", catalog, new Configuration());
        return loaded.loadTable(TableIdentifier.of("defects", "pairs"));
    }

    private static Map<String, DataFile> files(TableScan scan) throws IOException {
        Map<String, DataFile> files = new TreeMap<>();
        try (CloseableIterable<FileScanTask> tasks = scan.planFiles()) {
            tasks.forEach(task -> files.put(task.file().location(), task.file()));
        }
        return files;
    }

    private List<String> addresses(PublishedDataset... datasets) {
        return Stream.of(datasets)
                .flatMap(dataset -> dataset.files().stream())
                .map(file -> store.uri(file.key()))
                .sorted()
                .toList();
    }

    private PublishedDataset night(String run, int pairs) throws IOException {
        return dataset(run, List.of(write(run, DENT, "pairs-0", pairs), write(run, SCRATCH, "pairs-0", pairs)));
    }

    private static PublishedDataset dataset(String run, List<PublishedDataset.File> files) {
        return new PublishedDataset("pairs", 0, Instant.EPOCH, List.of(run), List.of(), files, "test");
    }

    private PublishedDataset.File write(String run, AdapterId adapter, String name, int pairs) throws IOException {
        Path local = folder.resolve("local.parquet");
        SampleFile.write(local, IntStream.range(0, pairs).mapToObj(index -> TestSamples.of(run, adapter, index)));
        String key = StoreLayout.samples(run, adapter.unit()) + "/" + name + ".parquet";
        store.upload(local, key);
        return new PublishedDataset.File(key, Files.size(local), run, adapter.category(), adapter.defect());
    }
}
