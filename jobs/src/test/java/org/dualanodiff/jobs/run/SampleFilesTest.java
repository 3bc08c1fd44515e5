package org.dualanodiff.jobs.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.dualanodiff.pipeline.export.PublishedDataset;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.StoreException;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SampleFilesTest {

    @TempDir
    private Path folder;

    @Test
    void files_ofARun_areWithoutWhatCommittersLeft() {
        try (ObjectStore store = ObjectStore.open(folder.toString(), Map.of())) {
            String unit = StoreLayout.samples("night", "hex nut", "a=b");
            store.write(unit + "/part-0.parquet", new byte[7]);
            leaveBehind(store, "night");
            PublishedDataset.File only =
                    new PublishedDataset.File(unit + "/part-0.parquet", 7, "night", "hex nut", "a=b");
            assertThat(new SampleFiles(store).ofRun("night")).containsExactly(only);
        }
    }

    @Test
    void run_withLeftoversAlone_hasNoSamples() {
        try (ObjectStore store = ObjectStore.open(folder.toString(), Map.of())) {
            leaveBehind(store, "night");
            assertThatThrownBy(() -> new SampleFiles(store).ofRun("night"))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("run night has no samples");
        }
    }

    private static void leaveBehind(ObjectStore store, String run) {
        String table = StoreLayout.samples(run);
        store.write(table + "/_temporary/0/attempt_1/category=hex nut/defect=a%3Db/part-1.parquet", new byte[1]);
        store.write(
                table + "/category=hex nut/defect=a%3Db/__magic_job-1f0e/category=x/defect=y/z.parquet", new byte[0]);
        store.write(table + "/category=hex nut/defect=a%3Db/.part-2.parquet", new byte[1]);
    }
}
