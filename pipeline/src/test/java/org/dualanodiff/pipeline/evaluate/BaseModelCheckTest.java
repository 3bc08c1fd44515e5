package org.dualanodiff.pipeline.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.dualanodiff.model.base.ModelFiles;
import org.dualanodiff.model.base.RandomModel;
import org.dualanodiff.pipeline.base.BaseModelSource;
import org.dualanodiff.pipeline.base.LocalCache;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.evaluate.EvaluationPlan.CategoryData;
import org.dualanodiff.pipeline.evaluate.LeakCheck.BaseModelImages;
import org.dualanodiff.pipeline.evaluate.LeakCheck.LeakException;
import org.dualanodiff.pipeline.procedural.SampleDataset;
import org.dualanodiff.pipeline.store.Provenance;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BaseModelCheckTest {

    @TempDir
    private static Path shared;

    private static CategoryData category;
    private static Path model;
    private static String content;

    @BeforeAll
    static void write() throws IOException {
        SampleDataset.write(shared.resolve("data"), 1, new SampleDataset.Size(1, 1, 3), List.of("cloth"));
        category = EvaluationFixture.category(shared.resolve("data"), Set.of());
        model = shared.resolve("model");
        RandomModel.write(model, RandomModel.Preset.TINY, 3);
        content = ModelFiles.open(model).fingerprint();
        String seen = category.sets().get(0).test().get(0).imageSha256();
        BaseModelImages.write(model, Map.of("seen.png", seen));
    }

    @Test
    void base_ofAnAdapter_thatSawATestImage_isRefused() {
        assertThatThrownBy(() -> check(new Provenance.BaseModel(model.toString(), content)))
                .isInstanceOf(LeakException.class)
                .hasMessageContaining("trained the base model " + model + ", as seen.png");
    }

    @Test
    void base_thatLearnedFromMoreThanArmsHave_isSaid() throws IOException {
        Path other = shared.resolve("other");
        RandomModel.write(other, RandomModel.Preset.TINY, 4);
        String own = category.sets().get(0).training().get(0).imageSha256();
        BaseModelImages.write(other, Map.of("own.png", own, "others.png", "00"));
        String sha256 = ModelFiles.open(other).fingerprint();
        assertThat(check(new Provenance.BaseModel(other.toString(), sha256)))
                .containsExactly("the base model " + other
                        + " learned from 1 images that no other arm has, so it knows more than they do");
    }

    @Test
    void base_withoutAList_isWhatNobodyCanTellOnceWhateverItsNames() throws IOException {
        LocalCache cache = new LocalCache(shared.resolve("cache"));
        String tiny =
                new BaseModelSource(cache, Map.of()).locate("builtin:tiny").fingerprint();
        assertThat(check(new Provenance.BaseModel("builtin:tiny", tiny), new Provenance.BaseModel("elsewhere", tiny)))
                .containsExactly(
                        "the base model builtin:tiny has no training-images.json, so nobody checks whether it has"
                                + " seen test images");
    }

    @Test
    void base_thatIsGoneOrAnother_isWhatNobodyCanTell() throws IOException {
        String gone = shared.resolve("gone").toString();
        assertThat(check(new Provenance.BaseModel(model.toString(), "0123"), new Provenance.BaseModel(gone, "4567")))
                .hasSize(2)
                .allSatisfy(sentence -> assertThat(sentence).contains("is not on this machine as it was"))
                .anySatisfy(sentence -> assertThat(sentence).contains(gone));
    }

    private static List<String> check(Provenance.BaseModel... bases) throws IOException {
        LeakCheck leaks = new LeakCheck(List.of(category), new DatasetFiles(new Configuration()));
        BaseModelSource models = new BaseModelSource(new LocalCache(shared.resolve("cache")), Map.of());
        return leaks.refuseBases(List.of(bases), models);
    }
}
