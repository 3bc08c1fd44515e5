package org.dualanodiff.pipeline.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.dualanodiff.model.detector.DetectorPair;
import org.dualanodiff.model.torch.Compute;
import org.dualanodiff.model.torch.Precision;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.UserError;
import org.dualanodiff.pipeline.dataset.Dataset;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.dataset.DatasetReader;
import org.dualanodiff.pipeline.dataset.DatasetRequest;
import org.dualanodiff.pipeline.dataset.DefectSet;
import org.dualanodiff.pipeline.dataset.DefectSet.DefectImage;
import org.dualanodiff.pipeline.dataset.SplitRule;
import org.dualanodiff.pipeline.procedural.SampleDataset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real pairs stand for generated ones: what a perfect model makes, and what bad ones make of them. */
@Tag("slow")
class PairComparisonTest {

    private static final int SIDE = 32;
    private static final UnitKey UNIT = new UnitKey("cloth", "stain");

    @TempDir
    private static Path folder;

    private static DefectSet set;
    private static DatasetFiles files;
    private static PairComparison comparison;

    @BeforeAll
    static void learn() throws IOException {
        SampleDataset.write(folder, 1, new SampleDataset.Size(16, 2, 24), List.of("cloth"));
        Dataset dataset = new DatasetReader(new Configuration())
                .read(new DatasetRequest(
                        folder.toString(), List.of("cloth"), List.of("stain"), new SplitRule.First(8)));
        set = dataset.set("cloth", "stain").orElseThrow();
        files = new DatasetFiles(new Configuration());
        comparison =
                new PairComparison(dataset, files, SIDE, PairComparison.STEPS, new Compute("cpu", Precision.FP32, 1));
    }

    @AfterAll
    static void close() {
        comparison.close();
    }

    @Test
    void metrics_ofRealPairsThatNobodySaw_agreeAndAreNoCopies() throws IOException {
        PairMetrics metrics = comparison.of(UNIT, unseen(), 1);
        assertThat(comparison.onUnseen()).isGreaterThan(0.6);
        assertThat(metrics.agreement()).isEqualTo(comparison.onUnseen());
        assertThat(metrics.nonEmpty()).isEqualTo(1);
        assertThat(metrics.copies()).isZero();
        assertThat(metrics.diversity()).isBetween(0.7, 1.4);
    }

    @Test
    void metrics_ofMasksOfOtherImages_disagree() throws IOException {
        List<DetectorPair> pairs = unseen();
        List<DetectorPair> swapped = new ArrayList<>();
        for (int i = 0; i < pairs.size(); i++) {
            swapped.add(new DetectorPair(
                    pairs.get(i).image(), pairs.get((i + 1) % pairs.size()).mask()));
        }
        assertThat(comparison.of(UNIT, swapped, 1).agreement()).isLessThan(comparison.onUnseen() / 2);
    }

    @Test
    void metrics_ofTrainingImages_areCopies() throws IOException {
        PairMetrics metrics = comparison.of(UNIT, pairs(set.training()), 0.5);
        assertThat(metrics.copies()).isEqualTo(1);
        assertThat(metrics.accepted()).isEqualTo(0.5);
    }

    @Test
    void metrics_ofOneImageAgainAndAgain_haveNoDiversity() throws IOException {
        DetectorPair one = unseen().get(0);
        assertThat(comparison.of(UNIT, List.of(one, one, one), 1).diversity()).isZero();
    }

    @Test
    void comparison_withoutGoodImages_saysThatThereAreNone() {
        Dataset without = new Dataset(List.of(set), List.of(), List.of(), List.of());
        assertThatThrownBy(() -> new PairComparison(without, files, SIDE, 1, Compute.CPU))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("no readable image in train/good");
    }

    private static List<DetectorPair> unseen() throws IOException {
        return pairs(set.test().subList(set.test().size() / 2, set.test().size()));
    }

    private static List<DetectorPair> pairs(List<DefectImage> images) throws IOException {
        List<DetectorPair> pairs = new ArrayList<>();
        for (DefectImage image : images) {
            pairs.add(DetectorPair.of(image.openImage(files), image.openMask(files), SIDE, PairComparison.CHANNELS));
        }
        return pairs;
    }
}
