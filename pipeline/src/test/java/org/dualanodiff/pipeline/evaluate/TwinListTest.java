package org.dualanodiff.pipeline.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.hadoop.conf.Configuration;
import org.dualanodiff.pipeline.UserError;
import org.dualanodiff.pipeline.base.LocalCache;
import org.dualanodiff.pipeline.config.ConfigLoader;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.procedural.SampleDataset;
import org.dualanodiff.pipeline.run.RunInputs;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The list of twins as an evaluation takes it: six images a defect, the first two of them for training. */
class TwinListTest {

    @TempDir
    private static Path shared;

    @BeforeAll
    static void writeData() throws IOException {
        Path data = shared.resolve("data");
        SampleDataset.write(data, 1, new SampleDataset.Size(1, 2, 6), List.of("cloth", "wood"));
        Files.writeString(data.resolve("cloth/test/hole/004.png"), "damaged");
        Files.delete(data.resolve("cloth/ground_truth/hole/005_mask.png"));
    }

    @Test
    void list_ofTestImagesGoodOnesAndThoseSetAside_isTaken() throws IOException {
        EvaluationPlan plan = plan(
                "{'cloth': {'hole': ['003.png', '004.png', '005.png'], 'good': ['001.png']}, 'wood': {'good': []}}");
        assertThat(plan.categories().get(0).twins()).contains("hole/003.png", "good/001.png");
        assertThat(plan.categories().get(1).twins()).isEmpty();
    }

    @Test
    void list_withNamesOfNoTestImage_isRefusedWithThem() {
        assertThatThrownBy(() -> plan(
                        "{'cloht': {'hole': ['003.png']}, 'cloth': {'hoel': ['003.png'], 'hole': ['03.png', '003.png',"
                                + " '000.png'], 'good': ['7.png']}}"))
                .isInstanceOfSatisfying(
                        UserError.class,
                        refused -> assertThat(refused.isOfData()).isTrue())
                .hasMessageContaining("evaluate.twins: " + shared.resolve("twins.json"))
                .hasMessageContaining("\n  cloht, no category of the data set\n")
                .hasMessageContaining("cloth/hoel, no defect of that category")
                .hasMessageContaining("cloth/hole/03.png, not among its test images")
                .hasMessageContaining("cloth/hole/000.png, a training image")
                .hasMessageContaining("cloth/good/7.png, not among its test images")
                .hasMessageNotContaining("cloth/hole/003.png");
    }

    @Test
    void list_withWhatTheConfigurationLeavesOut_isTaken() throws IOException {
        String list = "{'wood': {'any': ['9.png']}, 'cloth': {'stain': ['9.png'], 'hole': ['003.png']}}";
        assertThat(plan(list, "dataset.categories=[cloth]", "dataset.defects=[hole]")
                        .categories())
                .hasSize(1);
        assertThat(plan(list, "dataset.categories=[cloth]", "dataset.defects=[cloth/hole]")
                        .categories())
                .hasSize(1);
        assertThat(plan(list, "dataset.defects=[cloth/hole]").categories()).hasSize(1);
        assertThatThrownBy(() -> plan(list, "dataset.categories=[cloth]"))
                .isInstanceOfSatisfying(
                        UserError.class,
                        refused -> assertThat(refused.isOfData()).isTrue())
                .hasMessageContaining("cloth/stain/9.png, not among its test images")
                .hasMessageNotContaining("wood");
    }

    private static EvaluationPlan plan(String twins, String... settings) throws IOException {
        Path list = Files.writeString(shared.resolve("twins.json"), twins.replace('\'', '"'));
        List<String> all = new ArrayList<>(List.of("dataset.root=" + shared.resolve("data"), "evaluate.twins=" + list));
        all.addAll(List.of(settings));
        PipelineConfig config = ConfigLoader.load(Optional.empty(), all, Map.of(), new Properties());
        return EvaluationPlan.of(
                config, RunInputs.dataset(config, new LocalCache(shared.resolve("cache")), new Configuration()), "r-1");
    }
}
