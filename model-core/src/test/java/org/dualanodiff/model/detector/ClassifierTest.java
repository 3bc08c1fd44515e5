package org.dualanodiff.model.detector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.dualanodiff.model.detector.Classifier.LabeledBatches;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.torch.Compute;
import org.dualanodiff.model.training.TrainingListener;
import org.junit.jupiter.api.Test;

class ClassifierTest {

    private static final Classifier.Config TINY = new Classifier.Config(Spots.SIZE, 1, 3, 8, List.of(1, 1));

    @Test
    void classifier_trainedOnFewImages_tellsNewOnesApart() {
        List<List<Image>> classes =
                List.of(images(Spots.dark(8, "a")), images(Spots.bright(8, "b")), images(Spots.normals(8, "c")));
        try (Classifier classifier = Classifier.train(
                TINY,
                new DetectorTraining(60, 5e-3, 2),
                Compute.CPU,
                new LabeledBatches(classes, 12, 4)::batch,
                TrainingListener.NONE)) {
            assertThat(predicted(classifier, Spots.dark(3, "new"))).containsOnly(0);
            assertThat(predicted(classifier, Spots.bright(3, "new"))).containsOnly(1);
            assertThat(predicted(classifier, Spots.normals(3, "new"))).containsOnly(2);
        }
    }

    @Test
    void resNet34_hasTorchvisionsNumberOfParameters() {
        try (Classifier classifier =
                new Classifier(new Classifier.Config(64, 3, 1000, 64, List.of(3, 4, 6, 3)), 1, Compute.CPU)) {
            assertThat(classifier.parameters()).isEqualTo(21_797_672L);
        }
    }

    @Test
    void batches_ofAClassWithoutImages_areRefused() {
        assertThatThrownBy(() -> new LabeledBatches(List.of(images(Spots.dark(1, "a")), List.of()), 4, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("class 1 of 2 has no image");
    }

    private static List<Image> images(List<DetectorPair> pairs) {
        return pairs.stream().map(DetectorPair::image).toList();
    }

    private static List<Integer> predicted(Classifier classifier, List<DetectorPair> pairs) {
        return classifier.probabilities(images(pairs)).stream()
                .map(ClassifierTest::mostLikely)
                .toList();
    }

    private static int mostLikely(float[] probabilities) {
        int best = 0;
        for (int label = 1; label < probabilities.length; label++) {
            best = probabilities[label] > probabilities[best] ? label : best;
        }
        return best;
    }
}
