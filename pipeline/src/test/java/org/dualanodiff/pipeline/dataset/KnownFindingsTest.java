package org.dualanodiff.pipeline.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KnownFindingsTest {

    @TempDir
    Path folder;

    private final List<String> opened = new ArrayList<>();
    private ObjectStore store;
    private Plates plates;
    private Path root;

    @BeforeEach
    void writeImages() throws IOException {
        store = ObjectStore.open(folder.resolve("store").toString(), Map.of());
        root = Files.createDirectories(folder.resolve("data"));
        plates = new Plates(root);
        plates.mvtec("plate", 3);
        plates.mvtec("tile", 2);
        for (String image :
                List.of("plate/%s/spot/000", "plate/%s/spot/001", "plate/%s/spot/002", "tile/%s/spot/000")) {
            plates.mask(image.formatted("ground_truth") + "_mask.png");
        }
        Files.write(root.resolve("tile/test/spot/000.png"), new byte[] {1, 2, 3});
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void imagesThatDidNotChange_areOpenedOnceAndFoundTheSame() {
        Dataset first = read(true);
        assertThat(opened).hasSize(5);
        opened.clear();

        Dataset second = read(true);

        assertThat(opened).isEmpty();
        assertThat(second).isEqualTo(first).isEqualTo(plates.read());
        assertThat(second.quarantine())
                .extracting(Quarantined::reason)
                .containsExactly(Quarantined.Reason.IMAGE_UNREADABLE, Quarantined.Reason.MASK_MISSING);
    }

    @Test
    void imageOrMaskThatChanged_isOpenedAgainAlone() throws IOException {
        read(true);
        opened.clear();
        Files.write(root.resolve("plate/test/spot/001.png"), new byte[] {1, 2, 3});
        Path mask = root.resolve("plate/ground_truth/spot/000_mask.png");
        Files.setLastModifiedTime(mask, FileTime.fromMillis(1_000_000));

        Dataset found = read(true);

        assertThat(opened).containsExactly("000.png", "001.png");
        assertThat(found).isEqualTo(plates.read());
        assertThat(found.quarantine()).hasSize(3);
    }

    @Test
    void recordThatCannotBeRead_isMadeAgain() {
        Dataset first = read(true);
        store.list("inspected").forEach(file -> store.write(file.key(), new byte[] {'{'}));
        opened.clear();

        assertThat(read(true)).isEqualTo(first);
        assertThat(opened).hasSize(5);
        opened.clear();
        read(true);
        assertThat(opened).isEmpty();
    }

    @Test
    void storeThatMayNotBeWrittenTo_staysAsItIs() {
        read(false);
        assertThat(store.list("inspected")).isEmpty();
    }

    private Dataset read(boolean keeps) {
        return new DatasetReader(
                        new Configuration(),
                        files -> new KnownFindings(store, root.toString(), keeps, tasks -> {
                            tasks.forEach(task -> opened.add(task.image().name()));
                            return InspectImage.Many.here(files).inspect(tasks);
                        }))
                .read(new DatasetRequest(root.toString(), List.of(), List.of(), new SplitRule.First(1000)));
    }
}
