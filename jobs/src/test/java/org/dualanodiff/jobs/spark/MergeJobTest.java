package org.dualanodiff.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;
import org.dualanodiff.jobs.bench.RecordedPairs;
import org.dualanodiff.pipeline.config.ConfigLoader;
import org.dualanodiff.pipeline.generate.GenerateSamples;
import org.dualanodiff.pipeline.plan.GenerateUnit;
import org.dualanodiff.pipeline.samples.SampleFile;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.StoreException;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What earlier drivers may leave behind for a merge, on a local Spark and a local disk. */
@Tag("slow")
class MergeJobTest {

    private static final String RUN = "night";
    private static final Runnable HELD = () -> {};

    private static SparkSession spark;

    @TempDir
    private Path folder;

    private ObjectStore store;

    @BeforeAll
    static void startSpark() throws IOException {
        spark = SparkSessions.open(
                ConfigLoader.load(Optional.empty(), List.of(), Map.of(), System.getProperties()), "merge-test");
    }

    @AfterAll
    static void stopSpark() throws IOException {
        spark.close();
    }

    @BeforeEach
    void openStore() {
        store = ObjectStore.open(folder.toString(), Map.of());
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    /** Killed between the commit of a task and that of its job. */
    @Test
    void merge_afterOneThatDiedInItsCommit_doublesNothing() throws IOException {
        stage(0, 4);
        Path dead = folder.resolve(table()).resolve("_temporary/0/task_2026_m_000000/part-00000-dead.parquet");
        Files.createDirectories(dead.getParent());
        SampleFile.write(dead, RecordedPairs.of(RUN, unit(0, 2)));

        merge(HELD);

        assertThat(indices()).containsExactly(0L, 1L, 2L, 3L);
        assertThat(store.list(StoreLayout.staging(RUN))).isEmpty();
    }

    /** A driver that was taken for dead had staged samples 0 to 3 when its successor staged 2 to 5. */
    @Test
    void merge_ofSamplesThatTwoDriversStaged_keepsEachOnce() throws IOException {
        stage(0, 4);
        stage(2, 6);

        merge(HELD);

        assertThat(indices()).containsExactly(0L, 1L, 2L, 3L, 4L, 5L);
    }

    @Test
    void merge_byADriverThatLostItsRun_changesNothing() throws IOException {
        stage(0, 2);

        assertThatThrownBy(() -> merge(() -> {
                    throw new StoreException("taken over");
                }))
                .hasMessage("taken over");

        assertThat(indices()).isEmpty();
        assertThat(store.list(StoreLayout.staging(RUN))).hasSize(1);
    }

    private void stage(int first, int end) throws IOException {
        GenerateUnit unit = unit(first, end);
        new GenerateSamples(store).stage(RUN, unit, RecordedPairs.of(RUN, unit));
    }

    private static GenerateUnit unit(int first, int end) {
        Fingerprint adapter = Fingerprint.ofBytes("adapter".getBytes(StandardCharsets.UTF_8));
        return new GenerateUnit(
                "cloth",
                "hole",
                adapter,
                first,
                end,
                IntStream.range(first, end).toArray());
    }

    private void merge(Runnable requireHeld) {
        new MergeJob(spark, store, false, requireHeld).run(RUN, new SampleTables(spark, store).of(RUN));
    }

    private static String table() {
        return StoreLayout.samples(RUN, "cloth", "hole");
    }

    /** As readers see them, each as often as it is there. */
    private List<Long> indices() {
        if (store.list(table()).isEmpty()) {
            return List.of();
        }
        return spark
                .read()
                .parquet(store.uri(table()))
                .select("sample_index")
                .as(Encoders.LONG())
                .collectAsList()
                .stream()
                .sorted()
                .toList();
    }
}
