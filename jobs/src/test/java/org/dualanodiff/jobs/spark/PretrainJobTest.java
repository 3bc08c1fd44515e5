package org.dualanodiff.jobs.spark;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.dualanodiff.model.torch.Compute;
import org.dualanodiff.pipeline.config.ConfigLoader;
import org.dualanodiff.pipeline.dataset.DatasetException;
import org.dualanodiff.pipeline.pretrain.Pretrain;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pretraining as the task of a local Spark. */
@Tag("slow")
class PretrainJobTest {

    @TempDir
    private Path folder;

    @Test
    void pretraining_onAFolderWithoutPictures_saysSoAsWithoutSpark() {
        Pretrain.Settings settings = new Pretrain.Settings(
                folder.resolve("model").toString(),
                null,
                new Pretrain.Settings.Photographs(List.of(folder.resolve("none").toString()), 0, null),
                new Pretrain.Settings.Training(1, 2, 1e-3, false, false, 4, 0, 10, 1),
                Compute.CPU);
        assertThatThrownBy(
                        () -> PretrainJob.run(settings, ConfigLoader.defaults(), new PrintWriter(new StringWriter())))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("does not exist");
    }
}
