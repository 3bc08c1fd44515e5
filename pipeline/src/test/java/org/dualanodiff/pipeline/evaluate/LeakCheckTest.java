package org.dualanodiff.pipeline.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.dualanodiff.model.files.Digest;
import org.dualanodiff.pipeline.dataset.Dataset;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.dataset.DatasetReader;
import org.dualanodiff.pipeline.dataset.DatasetRequest;
import org.dualanodiff.pipeline.dataset.DatasetRequest.DatasetFormat;
import org.dualanodiff.pipeline.dataset.DefectSet.DefectImage;
import org.dualanodiff.pipeline.dataset.SplitRule;
import org.dualanodiff.pipeline.evaluate.EvaluationPlan.CategoryData;
import org.dualanodiff.pipeline.evaluate.LeakCheck.LeakException;
import org.dualanodiff.pipeline.procedural.SampleDataset;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeakCheckTest {

    @TempDir
    private Path folder;

    private final DatasetFiles files = new DatasetFiles(new Configuration());
    private Path cloth;

    @BeforeEach
    void writeData() throws IOException {
        SampleDataset.write(folder.resolve("data"), 1, new SampleDataset.Size(3, 2, 6), List.of("cloth"));
        cloth = folder.resolve("data/cloth");
    }

    @Test
    void testImage_withACopyInTraining_isNamedWithItUnlessListedAsTwin() throws IOException {
        copyPair("005", "000a");
        assertThatThrownBy(() -> check().refuseCopies())
                .isInstanceOf(LeakException.class)
                .hasMessageContaining("cloth/hole/005.png is, byte for byte, the training image cloth/hole/000a.png")
                .hasMessageContaining("evaluate.twins");
        check("hole/005.png").refuseCopies();
    }

    @Test
    void testImages_withOneContent_areAllToBeListedAsTwins() throws IOException {
        copyPair("005", "000a");
        copyPair("005", "006");
        assertThatThrownBy(() -> check("hole/005.png").refuseCopies())
                .isInstanceOf(LeakException.class)
                .hasMessageContaining("cloth/hole/006.png is, byte for byte")
                .hasMessageNotContaining("cloth/hole/005.png");
        check("hole/005.png", "hole/006.png").refuseCopies();
    }

    @Test
    void goodTestImage_amongGoodTrainingImages_isNamedWithItsPlaceUnlessListedAsTwin() throws IOException {
        copy("test/good/001.png", "train/good/001.png");
        assertThatThrownBy(() -> check().refuseCopies())
                .isInstanceOf(LeakException.class)
                .hasMessageContaining(
                        "cloth/good/001.png (%s) is, byte for byte, the training image cloth/good/001.png (%s)"
                                .formatted(cloth.resolve("test/good/001.png"), cloth.resolve("train/good/001.png")));
        check("good/001.png").refuseCopies();
    }

    @Test
    void defectiveTestImage_amongGoodTrainingImages_isRefused() throws IOException {
        copy("test/hole/004.png", "train/good/zzz.png");
        assertThatThrownBy(() -> check().refuseCopies())
                .isInstanceOf(LeakException.class)
                .hasMessageContaining("cloth/hole/004.png is, byte for byte, the training image cloth/good/zzz.png (");
    }

    @Test
    @Tag("slow")
    void builtinSamples_haveNoCopies() throws IOException {
        SampleDataset.write(folder.resolve("samples"), 1, SampleDataset.Size.small());
        Dataset dataset = new DatasetReader(new Configuration())
                .read(new DatasetRequest(
                        folder.resolve("samples").toString(), List.of(), List.of(), new SplitRule.FirstThird()));
        List<CategoryData> categories = dataset.good().stream()
                .map(good -> new CategoryData(
                        good.category(),
                        dataset.sets().stream()
                                .filter(set -> set.category().equals(good.category()))
                                .toList(),
                        good,
                        Set.of()))
                .toList();
        assertThat(categories).hasSizeGreaterThan(1);
        new LeakCheck(categories, files).refuseCopies();
    }

    @Test
    void testImage_readAtLessDepth_isKnownAtAnyOther() throws IOException {
        copy("test/hole/004.png", "train/good/zzz.png");
        Dataset dataset = new DatasetReader(new Configuration())
                .read(new DatasetRequest(
                        folder.resolve("data").toString(),
                        List.of(),
                        List.of(),
                        new SplitRule.FirstThird(),
                        DatasetFormat.AUTO,
                        0,
                        12,
                        false));
        LeakCheck check = new LeakCheck(
                List.of(new CategoryData("cloth", dataset.sets(), dataset.good().get(0), Set.of())), files);
        assertThatThrownBy(check::refuseCopies)
                .isInstanceOf(LeakException.class)
                .hasMessageContaining("cloth/hole/004.png is, byte for byte, the training image cloth/good/zzz.png (");
        for (String seen : DefectImage.sha256s(Digest.hex(Files.readAllBytes(cloth.resolve("test/hole/005.png"))))) {
            assertThatThrownBy(() -> check.refuseBase("own", Map.of("x.png", seen)))
                    .isInstanceOf(LeakException.class);
        }
    }

    @Test
    void baseModel_thatSawATestImage_isNamed() throws IOException {
        String seen = category().sets().get(0).test().get(0).imageSha256();
        assertThatThrownBy(() -> check().refuseBase("models/own", Map.of("x.png", seen, "y.png", "00")))
                .isInstanceOf(LeakException.class)
                .hasMessageContaining("trained the base model models/own, as x.png");
    }

    @Test
    void adapter_thatSawATestImage_isNamed() throws IOException {
        String seen = category().sets().get(0).test().get(0).imageSha256();
        try (ObjectStore store = store()) {
            var adapter = EvaluationFixture.publish(store, EvaluationFixture.adapter("hole"), List.of("00", seen));
            assertThatThrownBy(() -> check().refuseLeaks(List.of(adapter)))
                    .isInstanceOf(LeakException.class)
                    .hasMessageContaining("trained the adapter of cloth/hole")
                    .hasMessageContaining("as learned.png");
        }
    }

    @Test
    void adapter_thatLearnedFromMoreThanArmsHave_isSaid() throws IOException {
        String own = category().sets().get(0).training().get(0).imageSha256();
        try (ObjectStore store = store()) {
            var adapter = EvaluationFixture.publish(store, EvaluationFixture.adapter("hole"), List.of(own, "00", "01"));
            assertThat(check().refuseLeaks(List.of(adapter)))
                    .singleElement()
                    .asString()
                    .contains("the adapter of cloth/hole", "learned from 2 images that no other arm has");
        }
    }

    @Test
    void adapter_withoutAListOfImages_isWhatNobodyCanTell() throws IOException {
        try (ObjectStore store = store()) {
            var imported = EvaluationFixture.publish(store, EvaluationFixture.adapter("hole"), List.of());
            var trained = EvaluationFixture.publish(
                    store,
                    EvaluationFixture.adapter("stain"),
                    List.of(category().sets().get(0).training().get(0).imageSha256()));
            assertThat(check().refuseLeaks(List.of(imported, trained)))
                    .singleElement()
                    .satisfies(sentence -> assertThat(sentence)
                            .contains("the adapter of cloth/hole")
                            .contains("does not say which images trained it")
                            .contains("nobody checks whether it has seen test images"));
        }
    }

    @Test
    void background_thatIsATestImageByAnotherName_isRefused() throws IOException {
        Path elsewhere = Files.copy(cloth.resolve("test/good/000.png"), folder.resolve("x y.png"));
        String address = elsewhere.toUri().toString();
        assertThatThrownBy(() -> check().refuseBackgrounds("night", List.of(address)))
                .isInstanceOf(LeakException.class)
                .hasMessageContaining("pairs of run night were made on cloth/good/000.png")
                .hasMessageContaining("as " + address);
    }

    @Test
    void backgrounds_ofTheDataSetOrUnlikeItsTestImages_areNoLeak() throws IOException {
        List<String> backgrounds = new ArrayList<>();
        category().good().training().stream().map(URI::toString).forEach(backgrounds::add);
        backgrounds.add(
                Files.write(folder.resolve("other.png"), new byte[] {1}).toUri().toString());
        assertThat(check().refuseBackgrounds("night", backgrounds)).isEmpty();
    }

    @Test
    void backgrounds_thatAreGone_areWhatNobodyCanTell() throws IOException {
        String gone = folder.resolve("gone.png").toUri().toString();
        assertThat(check().refuseBackgrounds("night", List.of(gone)))
                .singleElement()
                .satisfies(sentence -> assertThat(sentence)
                        .contains("1 good images that pairs of run night were made on cannot be read any more")
                        .contains(gone));
    }

    private ObjectStore store() {
        return ObjectStore.open(folder.resolve("store").toString(), Map.of());
    }

    private CategoryData category(String... twins) {
        return EvaluationFixture.category(folder.resolve("data"), Set.of(twins));
    }

    private LeakCheck check(String... twins) throws IOException {
        return new LeakCheck(List.of(category(twins)), files);
    }

    private void copy(String from, String to) throws IOException {
        Files.copy(cloth.resolve(from), cloth.resolve(to), StandardCopyOption.REPLACE_EXISTING);
    }

    private void copyPair(String from, String to) throws IOException {
        copy("test/hole/%s.png".formatted(from), "test/hole/%s.png".formatted(to));
        copy("ground_truth/hole/%s_mask.png".formatted(from), "ground_truth/hole/%s_mask.png".formatted(to));
    }
}
