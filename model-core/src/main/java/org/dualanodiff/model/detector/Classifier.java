package org.dualanodiff.model.detector;

import ai.djl.ndarray.NDArray;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import org.apache.commons.rng.UniformRandomProvider;
import org.dualanodiff.model.detector.NetworkTensors.ConvolutionNorm;
import org.dualanodiff.model.detector.NetworkTensors.Role;
import org.dualanodiff.model.image.Flip;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.random.NoiseSource;
import org.dualanodiff.model.torch.Compute;
import org.dualanodiff.model.torch.ConstructionScope;
import org.dualanodiff.model.torch.DetectorOperators;
import org.dualanodiff.model.torch.DualOperators;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;
import org.dualanodiff.model.training.TrainingListener;

/**
 * A classifier of defect types, trained from random weights by cross entropy: an image to the probability of each class. Any
 * number of threads may ask.
 */
public final class Classifier implements AutoCloseable {

    private final Config config;
    private final NetworkTensors tensors;
    private final ResidualNetwork layers;

    /**
     * The shape of a residual network of basic blocks (He et al. 2016). ResNet-34, the classifier of the published
     * comparisons, is 64 channels wide and has 3, 4, 6 and 3 blocks.
     *
     * @param size side of the square input, in pixels
     * @param channels 1 for grey or 3 for color
     * @param classes to tell apart
     * @param width channels of the first stage; each later stage doubles it
     * @param blocks basic blocks of each stage
     */
    public record Config(int size, int channels, int classes, int width, List<Integer> blocks) implements Serializable {

        private static final int SMALLEST = 8;

        public Config {
            blocks = List.copyOf(blocks);
            if (blocks.isEmpty() || blocks.stream().anyMatch(count -> count < 1) || width < 1) {
                throw new IllegalArgumentException(
                        "A classifier needs a positive width and blocks, was %d and %s".formatted(width, blocks));
            }
            if (classes < 2 || size < SMALLEST) {
                throw new IllegalArgumentException("A classifier needs 2 classes and %d pixels or more, was %d and %d"
                        .formatted(SMALLEST, classes, size));
            }
            DetectorPair.requireChannels(channels);
        }
    }

    /**
     * Images and their classes, row after row.
     *
     * @param images {@code (rows, channels, size, size)}, levels as {@link DetectorPair} says
     * @param labels one class a row, from 0
     */
    public record Batch(float[] images, int[] labels) {}

    Classifier(Config config, long seed, Compute compute) {
        this.config = config;
        this.tensors = new NetworkTensors(seed, compute);
        try (ConstructionScope parts = ConstructionScope.begin()) {
            this.layers = new ResidualNetwork(config, tensors);
            parts.finish();
        }
    }

    /**
     * @param compute in bf16 the activations are bf16; weights, losses and updates stay fp32
     * @param batches by step, from 1; the same step must give the same batch, or a training cannot be repeated
     * @return what the last step left; the caller closes it
     */
    public static Classifier train(
            Config config,
            DetectorTraining training,
            Compute compute,
            IntFunction<Batch> batches,
            TrainingListener listener) {
        Classifier classifier = new Classifier(config, training.seed(), compute);
        training.run(classifier.tensors, step -> classifier.loss(batches.apply(step)), listener);
        return classifier;
    }

    private NDArray loss(Batch batch) {
        long[] labels = Arrays.stream(batch.labels()).asLongStream().toArray();
        NDArray logits = forward(batch.images(), labels.length, true);
        return DetectorOperators.crossEntropy(logits, Tensors.of(labels, tensors.device(), labels.length));
    }

    /** Logits: (rows, classes). */
    private NDArray forward(float[] images, int rows, boolean training) {
        return layers.forward(tensors.input(images, rows, config.channels(), config.size()), training);
    }

    /**
     * @param images of the network's size and channels
     * @return for each image one probability a class; they add up to 1
     */
    public List<float[]> probabilities(List<Image> images) {
        return NetworkTensors.answers(images, (input, rows) -> DetectorOperators.softmax(forward(input, rows, false)));
    }

    /** How many numbers were learned. */
    long parameters() {
        return tensors.parameters();
    }

    @Override
    public void close() {
        tensors.close();
    }

    /**
     * Batches for a classifier: each row's class is drawn first, then an image of it, both uniformly, then a mirroring. A step's
     * rows follow from the seed and the step alone.
     */
    public static final class LabeledBatches {

        private static final Flip[] FLIPS = Flip.values();

        private final List<List<Image>> classes;
        private final int rows;
        private final long seed;

        /**
         * @param classes the images of each class, at the classifier's size
         * @param rows of a batch
         */
        public LabeledBatches(List<List<Image>> classes, int rows, long seed) {
            this.classes = classes.stream().map(List::copyOf).toList();
            this.rows = rows;
            this.seed = seed;
            for (int label = 0; label < classes.size(); label++) {
                if (classes.get(label).isEmpty()) {
                    throw new IllegalArgumentException("class %d of %d has no image".formatted(label, classes.size()));
                }
            }
        }

        /** @param step from 1 */
        public Classifier.Batch batch(int step) {
            UniformRandomProvider random =
                    NoiseSource.generator("classifier-batch", Long.toString(seed), Integer.toString(step));
            int length = classes.get(0).get(0).levels().length;
            float[] images = new float[rows * length];
            int[] labels = new int[rows];
            for (int row = 0; row < rows; row++) {
                labels[row] = random.nextInt(classes.size());
                List<Image> pool = classes.get(labels[row]);
                Image drawn = pool.get(random.nextInt(pool.size())).flip(FLIPS[random.nextInt(FLIPS.length)]);
                DetectorPair.normalize(drawn, images, row * length);
            }
            return new Classifier.Batch(images, labels);
        }
    }

    /**
     * The layers of the classifier: (N, C, H, W) -> logits (N, classes). With 64 channels and 3, 4, 6, 3 blocks it is ResNet-34,
     * and its tensors have torchvision's names.
     */
    static final class ResidualNetwork {

        private final ConvolutionNorm stem;
        private final List<BasicBlock> blocks = new ArrayList<>();
        private final NDArray weight;
        private final NDArray bias;

        ResidualNetwork(Classifier.Config config, NetworkTensors tensors) {
            stem = ConvolutionNorm.numbered(tensors, "", 1, config.channels(), config.width(), 7, 2);
            int in = config.width();
            for (int stage = 0; stage < config.blocks().size(); stage++) {
                int out = config.width() << stage;
                for (int block = 0; block < config.blocks().get(stage); block++) {
                    int stride = stage > 0 && block == 0 ? 2 : 1;
                    blocks.add(new BasicBlock(tensors, "layer%d.%d.".formatted(stage + 1, block), in, out, stride));
                    in = out;
                }
            }
            weight = tensors.learned("fc.weight", Role.WEIGHT, in, config.classes(), in);
            bias = tensors.learned("fc.bias", Role.WEIGHT, in, config.classes());
        }

        NDArray forward(NDArray x, boolean training) {
            try (TensorScope scope = TensorScope.open()) {
                NDArray y = DetectorOperators.maxPool(stem.forwardRelu(x, training), 3, 2, 1);
                for (BasicBlock block : blocks) {
                    y = block.forward(y, training);
                }
                return scope.release(DualOperators.adapterLinear(DetectorOperators.meanOverPositions(y), weight, bias));
            }
        }

        private static final class BasicBlock {
            private final ConvolutionNorm first;
            private final ConvolutionNorm second;
            /** Null where the block keeps its input's shape. */
            private final ConvolutionNorm shortcut;

            BasicBlock(NetworkTensors tensors, String prefix, int in, int out, int stride) {
                first = ConvolutionNorm.numbered(tensors, prefix, 1, in, out, 3, stride);
                second = ConvolutionNorm.numbered(tensors, prefix, 2, out, out, 3, 1);
                shortcut = stride == 1 && in == out ? null : ConvolutionNorm.shortcut(tensors, prefix, in, out, stride);
            }

            NDArray forward(NDArray x, boolean training) {
                NDArray y = second.forward(first.forwardRelu(x, training), training);
                NDArray kept = shortcut == null ? x : shortcut.forward(x, training);
                return DetectorOperators.relu(Operators.add(y, kept));
            }
        }
    }
}
