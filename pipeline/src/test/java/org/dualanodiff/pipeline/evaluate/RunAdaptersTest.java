package org.dualanodiff.pipeline.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.evaluate.EvaluationPlan.CategoryData;
import org.dualanodiff.pipeline.procedural.SampleDataset;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.AdapterRegistry.PublishedAdapter;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.RunRegistry;
import org.dualanodiff.pipeline.store.StoreException;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.dualanodiff.pipeline.store.UnitCommit;
import org.dualanodiff.pipeline.store.UnitCommits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunAdaptersTest {

    private static final AdapterId HOLE = EvaluationFixture.adapter("hole");
    private static final AdapterId STAIN = EvaluationFixture.adapter("stain");

    @TempDir
    private Path folder;

    private ObjectStore store;
    private CategoryData category;

    @BeforeEach
    void startRun() throws IOException {
        SampleDataset.write(folder.resolve("data"), 1, new SampleDataset.Size(1, 1, 3), List.of("cloth"));
        category = EvaluationFixture.category(folder.resolve("data"), Set.of());
        store = ObjectStore.open(folder.resolve("store").toString(), Map.of());
        EvaluationFixture.publish(store, HOLE, List.of());
        bind(HOLE);
        samples("hole");
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    @Test
    void adapters_ofARun_areThoseBoundAndThere() {
        assertThat(adapters()).extracting(PublishedAdapter::id).containsExactly(HOLE);
    }

    @Test
    void pairs_whoseAdapterIsGone_areRefused() {
        bind(STAIN);
        samples("stain");
        assertThatThrownBy(this::adapters)
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("pairs of run night")
                .hasMessageContaining("the adapter of cloth/stain, %s, is not in the store"
                        .formatted(STAIN.fingerprint().shortHex()))
                .hasMessageNotContaining("cloth/hole");
    }

    @Test
    void pairs_withoutABinding_areRefused() {
        samples("stain");
        assertThatThrownBy(this::adapters)
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("the run does not say which adapter made those of cloth/stain");
    }

    @Test
    void unit_whoseTrainingFailed_isNotMissed() {
        bind(STAIN);
        assertThat(adapters()).extracting(PublishedAdapter::id).containsExactly(HOLE);
    }

    private List<PublishedAdapter> adapters() {
        return new RunAdapters(store, List.of(category)).of("night");
    }

    private void bind(AdapterId id) {
        new RunRegistry(store).bindAdapters("night", List.of(id));
    }

    private void samples(String defect) {
        AdapterId id = defect.equals("hole") ? HOLE : STAIN;
        UnitCommit.File file = new UnitCommit.File(
                StoreLayout.samples("night", new UnitKey("cloth", defect)) + "/pairs-0.parquet",
                1,
                "ab",
                1,
                List.of(0));
        new UnitCommits(store, "night")
                .create(UnitCommit.nothing("night", id).with(List.of(file), Map.of(0, List.of())));
    }
}
