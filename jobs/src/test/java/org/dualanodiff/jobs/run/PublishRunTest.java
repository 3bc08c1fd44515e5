package org.dualanodiff.jobs.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.export.PublishDataset.PublishedDataset;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.StoreException;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.dualanodiff.pipeline.store.UnitCommit;
import org.dualanodiff.pipeline.store.UnitCommits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublishRunTest {

    private static final AdapterId ADAPTER =
            new AdapterId("hex nut", "a=b", Fingerprint.of("test").build());

    @TempDir
    private Path folder;

    @Test
    void files_ofARun_areThoseOfTheCommitAndNotWhatLiesBesideThem() {
        try (ObjectStore store = ObjectStore.open(folder.toString(), Map.of())) {
            String unit = StoreLayout.samples("night", new UnitKey("hex nut", "a=b"));
            new UnitCommits(store, "night")
                    .create(UnitCommit.nothing("night", ADAPTER)
                            .with(
                                    List.of(new UnitCommit.File(unit + "/pairs-0.parquet", 7, "ab", 1, List.of(0))),
                                    Map.of(0, List.of())));
            leaveBehind(store, "night");
            PublishedDataset.File only =
                    new PublishedDataset.File(unit + "/pairs-0.parquet", 7, "night", "hex nut", "a=b");
            assertThat(new PublishRun(store).files("night")).containsExactly(only);
        }
    }

    @Test
    void run_withLeftoversAlone_hasNoSamples() {
        try (ObjectStore store = ObjectStore.open(folder.toString(), Map.of())) {
            leaveBehind(store, "night");
            assertThatThrownBy(() -> new PublishRun(store).files("night"))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("run night has no samples");
        }
    }

    private static void leaveBehind(ObjectStore store, String run) {
        store.write(StoreLayout.samples(run, new UnitKey("hex nut", "a=b")) + "/pairs-000001-x.parquet", new byte[1]);
    }
}
