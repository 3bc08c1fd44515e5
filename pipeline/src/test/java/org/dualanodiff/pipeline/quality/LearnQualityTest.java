package org.dualanodiff.pipeline.quality;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.dualanodiff.model.image.Flip;
import org.dualanodiff.model.image.PartGround;
import org.dualanodiff.model.mask.GroundDistanceMask;
import org.dualanodiff.model.mask.Mask;
import org.dualanodiff.model.mask.MaskCleanup;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.dataset.Dataset;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.dataset.DatasetReader;
import org.dualanodiff.pipeline.dataset.DatasetRequest;
import org.dualanodiff.pipeline.dataset.DefectSet;
import org.dualanodiff.pipeline.dataset.DefectSet.DefectImage;
import org.dualanodiff.pipeline.dataset.ImageDecoder;
import org.dualanodiff.pipeline.dataset.SplitRule;
import org.dualanodiff.pipeline.procedural.SampleDataset;
import org.dualanodiff.pipeline.quality.LearnQuality.QualityProfile;
import org.dualanodiff.pipeline.quality.LearnQuality.TrainingPair;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Limits learned from a third of the real pairs, tried on the other two thirds. */
class LearnQualityTest {

    private static final int SIDE = 128;
    private static final DatasetFiles FILES = new DatasetFiles(new Configuration());

    @TempDir
    private static Path folder;

    private static Dataset dataset;

    @BeforeAll
    static void writeData() throws IOException {
        String root = folder.resolve("data").toString();
        SampleDataset.write(Path.of(root), 3, new SampleDataset.Size(8, 1, 24), List.of("hex_nut", "cloth"));
        DatasetRequest request = new DatasetRequest(root, List.of(), List.of(), new SplitRule.FirstThird());
        dataset = new DatasetReader(new Configuration()).read(request);
    }

    @ParameterizedTest
    @CsvSource({"cloth,hole", "cloth,thread", "hex_nut,rust", "hex_nut,scratch"})
    void gate_ofOtherRealPairs_acceptsThemAndRefusesThemWithThePartsOfOthers(String category, String defect)
            throws IOException {
        DefectSet set = dataset.set(category, defect).orElseThrow();
        QualityGate gate = new QualityGate(learned(set, null));
        List<TrainingPair> others = pairs(set.test());
        int accepted = 0;
        int refused = 0;
        for (int i = 0; i < others.size(); i++) {
            TrainingPair pair = others.get(i);
            TrainingPair other = others.get((i + 7) % others.size());
            accepted += gate.judge(pair.image(), pair.part(), Mask.of(pair.mask()), Double.NaN, true)
                            .accepted()
                    ? 1
                    : 0;
            refused += gate.judge(pair.image(), other.part(), Mask.of(other.mask()), Double.NaN, true)
                            .accepted()
                    ? 0
                    : 1;
        }
        assertThat(others).hasSize(16);
        assertThat(accepted).isGreaterThanOrEqualTo(15);
        assertThat(refused).isGreaterThanOrEqualTo(13);
    }

    @Test
    void learning_ofProductOnAGround_findsTheObjectAndOfATextureNone() throws IOException {
        assertThat(learned(dataset.set("hex_nut", "rust").orElseThrow(), null).objects())
                .isNotNull();
        assertThat(learned(dataset.set("cloth", "hole").orElseThrow(), null).objects())
                .isNull();
    }

    @Test
    void gate_ofMaskBesideTheObject_saysOffObject() throws IOException {
        DefectSet set = dataset.set("hex_nut", "rust").orElseThrow();
        QualityGate gate = new QualityGate(learned(set, null));
        BufferedImage image = pairs(set.test()).get(0).image();
        BufferedImage corner = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_GRAY);
        for (int i = 0; i < 24 * 24; i++) {
            corner.getRaster().setSample(i % 24, i / 24, 0, 255);
        }
        TrainingPair beside = new TrainingPair(image, corner);
        assertThat(gate.judge(image, beside.part(), Mask.of(corner), Double.NaN, true)
                        .reasons())
                .contains("off_object");
    }

    @Test
    void learning_withLevelsToBeChosen_choosesThem() throws IOException {
        DefectSet set = dataset.set("cloth", "hole").orElseThrow();
        MaskLevels levels = learned(set, new GroundDistanceMask(0, 1, PartGround.GREY, new MaskCleanup(0, 1, 4, 0, 64)))
                .levels();
        assertThat(levels.low()).isBetween(0.05, levels.high());
    }

    @Test
    void registry_ofLimitsThatStand_keepsThemWhenOthersAreLearned() throws IOException {
        UnitKey unit = new UnitKey("cloth", "hole");
        QualityProfile profile = learned(
                dataset.set("cloth", "hole").orElseThrow(),
                new GroundDistanceMask(0, 1, PartGround.GREY, new MaskCleanup(0, 1, 4, 0, 64)));
        try (ObjectStore store = ObjectStore.open(folder.resolve("store").toString(), Map.of())) {
            QualityRegistry registry = new QualityRegistry(store, "r");
            assertThat(registry.find(unit)).isEmpty();
            assertThat(registry.settle(unit, profile)).isSameAs(profile);
            QualityProfile settled = registry.settle(unit, QualityProfile.NONE);
            assertThat(settled.thresholds()).isEqualTo(profile.thresholds());
            assertThat(settled.levels()).isEqualTo(profile.levels());
            assertThat(registry.find(unit))
                    .get()
                    .satisfies(learned -> assertThat(learned.pairs()).isEqualTo(8));
        }
    }

    @Test
    void registry_ofAnObjectMaskThatStands_keepsIt() throws IOException {
        UnitKey unit = new UnitKey("hex_nut", "rust");
        QualityProfile profile = learned(dataset.set("hex_nut", "rust").orElseThrow(), null);
        try (ObjectStore store = ObjectStore.open(folder.resolve("objects").toString(), Map.of())) {
            QualityRegistry registry = new QualityRegistry(store, "r");
            registry.settle(unit, profile);

            assertThat(registry.settle(unit, QualityProfile.NONE).objects().threshold())
                    .isEqualTo(profile.objects().threshold());
        }
    }

    private static QualityProfile learned(DefectSet set, GroundDistanceMask levelsFor) throws IOException {
        List<URI> good = dataset.good(set.category()).orElseThrow().training();
        LearnQuality.Task task =
                new LearnQuality.Task(set, good, SIDE, null, List.of(Flip.values()), true, 0.5, Map.of(), levelsFor);
        return new LearnQuality(FILES).run(task);
    }

    private static List<TrainingPair> pairs(List<DefectImage> images) throws IOException {
        List<TrainingPair> pairs = new ArrayList<>();
        for (DefectImage defect : images) {
            BufferedImage image = ImageDecoder.image(FILES.read(defect.imageUri()));
            pairs.addAll(TrainingPair.views(image, defect.openMask(FILES), SIDE));
        }
        return pairs;
    }
}
