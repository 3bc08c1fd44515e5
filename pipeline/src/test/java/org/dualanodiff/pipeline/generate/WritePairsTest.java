package org.dualanodiff.pipeline.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.generate.WritePairs.WriteTask;
import org.dualanodiff.pipeline.quality.PairMeasures.Measure;
import org.dualanodiff.pipeline.quality.QualityCheck;
import org.dualanodiff.pipeline.samples.GeneratedSample;
import org.dualanodiff.pipeline.samples.SampleFile;
import org.dualanodiff.pipeline.samples.TestSamples;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.FileDigest;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.RunLease;
import org.dualanodiff.pipeline.store.StoreException;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.dualanodiff.pipeline.store.UnitCommit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WritePairsTest {

    private static final AdapterId ADAPTER =
            new AdapterId("hex nut", "dent", Fingerprint.of("test").build());

    @TempDir
    private Path folder;

    private ObjectStore store;

    @BeforeEach
    void stage() throws IOException {
        store = ObjectStore.open(folder.resolve("store").toString(), Map.of());
        stage("a", 0, 4);
        stage("b", 2, 6);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void file_ofAList_holdsExactlyItsPairsWithTheirLastVerdicts() throws IOException {
        UnitCommit.File file = commit(Map.of("a", indices(0, 1, 2), "b", indices(4)), Set.of(1));

        assertThat(file.key()).startsWith(StoreLayout.samples("r", new UnitKey("hex nut", "dent")) + "/pairs-000000-");
        assertThat(file.indices()).containsExactly(0, 1, 2, 4);
        Path copy = folder.resolve("copy.parquet");
        store.download(file.key(), copy);
        assertThat(FileDigest.of(copy)).isEqualTo(new FileDigest(file.sha256(), file.bytes()));
        List<GeneratedSample> rows = SampleFile.read(copy);
        assertThat(rows).extracting(row -> row.id().index()).containsExactly(0L, 1L, 2L, 4L);
        GeneratedSample twin = rows.get(1);
        assertThat(twin.accepted()).isFalse();
        assertThat(twin.verdict().reasons()).containsExactly(QualityCheck.NEAR_COPY_OF_ACCEPTED.reason());
        assertThat(twin.verdict().measures().of(Measure.ACCEPTED_DISTANCE)).isEqualTo(0.5);
        assertThat(twin.hasPixels()).isFalse();
        assertThat(rows.get(0).hasPixels()).isTrue();
    }

    @Test
    void file_ofAPairThatIsNotThere_isRefusedAndNotWritten() {
        assertThatThrownBy(() -> commit(Map.of("a", indices(0, 5)), Set.of()))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("1 of 2 pairs");
        assertThat(store.list("samples")).isEmpty();
    }

    @Test
    void file_ofTheSameListTwice_hasAnotherNameEachTime() throws IOException {
        UnitCommit.File first = commit(Map.of("a", indices(0)), Set.of());
        UnitCommit.File second = commit(Map.of("a", indices(0)), Set.of());

        assertThat(first.key()).isNotEqualTo(second.key());
        assertThat(first.sha256()).isEqualTo(second.sha256());
    }

    private UnitCommit.File commit(Map<String, BitSet> sources, Set<Integer> copies) throws IOException {
        return new WritePairs(store, RunLease.Fence.none("r"))
                .run(new WriteTask("r", ADAPTER, sources, Map.of(1, 0.5), copies, false));
    }

    private static BitSet indices(int... indices) {
        return IntStream.of(indices).collect(BitSet::new, BitSet::set, BitSet::or);
    }

    private void stage(String key, int from, int to) throws IOException {
        Path file = folder.resolve(key + ".parquet");
        SampleFile.write(file, IntStream.range(from, to).mapToObj(index -> TestSamples.of("r", ADAPTER, index)));
        store.upload(file, key);
    }
}
