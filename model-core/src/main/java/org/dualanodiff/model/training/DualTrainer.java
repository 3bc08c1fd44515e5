package org.dualanodiff.model.training;

import ai.djl.ndarray.NDArray;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.base.MemoryNeed;
import org.dualanodiff.model.checkpoint.SafetensorsFile;
import org.dualanodiff.model.dual.AdapterFile;
import org.dualanodiff.model.dual.AdapterLayout;
import org.dualanodiff.model.dual.DualAdapter;
import org.dualanodiff.model.dual.NestedPrompt;
import org.dualanodiff.model.nn.Attention;
import org.dualanodiff.model.torch.ConstructionScope;
import org.dualanodiff.model.torch.CudaDriver;
import org.dualanodiff.model.torch.GradientMode;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.Precision;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;
import org.dualanodiff.model.training.DualObjective.Gradients;
import org.dualanodiff.model.training.DualObjective.TrainingBatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Learns the adapter of one defect of one product from its few photographs (paper, section 3.1).
 *
 * <p>What does not change is computed once: the latents of all views. What does change is computed as
 * rarely as possible: the text encoder, whose LoRA is trained too, runs on the two distinct prompts once a
 * step. Any number of trainers may work in one JVM at the same time, on one base model.
 */
public final class DualTrainer implements AutoCloseable {

    private final TrainingConfig config;
    private final NDArray tokens;
    private final BaseModel base;
    private final LatentCache latents;
    private final BatchSource batches;
    private final DualAdapter adapter;
    private final List<NDArray> parameters;
    private final DualObjective objective;
    private final RecomputedGradients recomputed;
    private final SharedLora sharing;
    private final AdamW optimizer;
    private final LossCurve losses = new LossCurve();
    private final TrainingState state;
    private double gradientNorm = Double.NaN;

    /** @throws IllegalArgumentException if there is no example */
    public DualTrainer(BaseModel base, List<TrainingExample> examples, NestedPrompt prompt, TrainingConfig settings) {
        if (examples.isEmpty()) {
            throw new IllegalArgumentException("an adapter needs at least one training image");
        }
        if (base.precision() == Precision.FP16) {
            throw new IllegalArgumentException(
                    "fp16 loses small gradients; train with bf16 or fp32, fp16 is for generating");
        }
        this.base = base;
        TrainingConfig weighed = settings.weighing(examples);
        try (ConstructionScope parts = ConstructionScope.begin()) {
            tokens = tokens(base, prompt);
            latents = LatentCache.encode(base, examples, weighed);
            batches = new BatchSource(base, latents, weighed);
            // What is held by now is not free when MicroBatch looks.
            base.unet().attentions().forEach(Attention::projections);
            config = MicroBatch.fitting(weighed, base);
            adapter = first(base, config);
            List<String> trained = adapter.trainedKeys(config.ablation());
            parameters = trained.stream()
                    .map(key -> Tensors.trainable(adapter.tensors().get(key)))
                    .toList();
            objective = new DualObjective(base, adapter);
            recomputed = new RecomputedGradients(base, adapter, trained, parameters);
            sharing = config.ablation().sharedLora() ? SharedLora.of(trained) : SharedLora.NONE;
            optimizer = new AdamW(parameters, config.optimizer());
            state = new TrainingState(config, adapter, optimizer, losses);
            parts.finish();
        }
    }

    private static NDArray tokens(BaseModel base, NestedPrompt prompt) {
        try (TensorScope scope = TensorScope.open()) {
            return TensorScope.disown(NestedPrompt.tokens(base, prompt));
        }
    }

    private static DualAdapter first(BaseModel base, TrainingConfig config) {
        DualAdapter fresh = DualAdapter.initialize(
                AdapterLayout.of(base, config.rank(), config.compensated()), config.seed(), base.device());
        if (config.warmStart()) {
            Path file = base.startingAdapter()
                    .orElseThrow(() -> new IllegalArgumentException(
                            "training.init is warm, but the base model has no starting adapter; take cold"));
            try (DualAdapter start = AdapterFile.read(file, base)) {
                fresh.startFrom(start);
            }
        }
        fresh.leaveOut(config.ablation());
        return fresh;
    }

    /**
     * Trains up to the configured number of steps. If {@code checkpoint} exists, training goes on from
     * there and ends with the same weights as if it had never stopped: on a CPU exactly, on a GPU up to rounding, since
     * its sums have no fixed order. The file is renewed every {@code checkpointEvery} steps, and when the listener wants it.
     *
     * @return the trained adapter, owned by this trainer
     * @throws IOException if the checkpoint cannot be written
     */
    public DualAdapter train(Path checkpoint, TrainingListener listener) throws IOException {
        if (Files.exists(checkpoint)) {
            state.restore(checkpoint);
        }
        while (optimizer.steps() < config.steps()) {
            double loss = step(optimizer.steps() + 1);
            losses.add(loss);
            listener.afterStep(optimizer.steps(), config.steps(), loss);
            if (optimizer.steps() < config.steps() && checkpointDue(listener)) {
                state.save(checkpoint);
                listener.afterCheckpoint(optimizer.steps(), checkpoint);
            }
        }
        return adapter;
    }

    /**
     * Whether {@link #train} can go on from a checkpoint: it was saved with these settings and for such a base.
     *
     * @throws org.dualanodiff.model.checkpoint.CheckpointException if it is damaged
     */
    public boolean canResume(Path checkpoint) {
        return state.fits(SafetensorsFile.open(checkpoint));
    }

    private boolean checkpointDue(TrainingListener listener) {
        return optimizer.steps() % config.checkpointEvery() == 0 || listener.wantsCheckpoint(optimizer.steps());
    }

    private double step(int step) {
        try (GradientMode recording = GradientMode.on();
                TensorScope scope = TensorScope.open()) {
            Gradients gradients = gradients(batches.batch(step));
            NDArray norm = optimizer.update(sharing.summed(gradients.byParameter()), config.learningRate(step));
            // All of the step is in a GPU's queue by now. Only then is it waited for, once.
            batches.draw(step + 1);
            double[] read = gradients.lossAnd(norm);
            requireFinite("loss", read[0], step);
            requireFinite("gradients' norm", read[1], step);
            gradientNorm = read[1];
            return read[0];
        }
    }

    private Gradients gradients(TrainingBatch batch) {
        int parts = config.batchSize() / config.microBatchSize();
        Gradients sum = computed(batch.pairs(0, config.microBatchSize()));
        for (int part = 1; part < parts; part++) {
            try (TensorScope scope = TensorScope.open()) {
                int first = part * config.microBatchSize();
                Gradients more = computed(batch.pairs(first, config.microBatchSize()));
                more.losses().forEach(scope::release);
                sum = sum.plus(more);
            }
        }
        return sum.dividedBy(parts);
    }

    private Gradients computed(TrainingBatch part) {
        return config.recompute() ? recomputed.of(part, tokens) : objective.gradients(part, tokens, parameters);
    }

    private static void requireFinite(String what, double value, int step) {
        if (!Double.isFinite(value)) {
            throw new ArithmeticException(
                    "training diverged: the %s of step %d is %s; lower the learning rate".formatted(what, step, value));
        }
    }

    /** The loss of the batch that belongs to {@code step}, without learning from it. */
    public double evaluate(int step) {
        try (GradientMode frozen = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            return Operators.item(objective.loss(batches.batch(step), tokens));
        }
    }

    /** How many pairs of a batch are computed at once, as set or as chosen by the memory of the GPU. */
    public int pairsAtOnce() {
        return config.microBatchSize();
    }

    /** The global norm of the last step's gradients before the clip; NaN before this trainer's first step. */
    public double gradientNorm() {
        return gradientNorm;
    }

    /** The learning rate of the last step. */
    public double learningRate() {
        return config.learningRate(optimizer.steps());
    }

    /** What has been learned so far; owned by this trainer, which goes on changing it. */
    public DualAdapter adapter() {
        return adapter;
    }

    /** The losses so far, those before a resume included. */
    public LossCurve losses() {
        return losses;
    }

    @Override
    public void close() {
        tokens.close();
        batches.close();
        latents.close();
        optimizer.close();
        adapter.close();
    }

    /** The loss of every step of a training. */
    public static final class LossCurve {

        private double[] values = new double[64];
        private int size;

        void add(double loss) {
            if (size == values.length) {
                values = Arrays.copyOf(values, 2 * size);
            }
            values[size++] = loss;
        }

        void restore(double[] losses) {
            values = losses.length == 0 ? new double[64] : losses.clone();
            size = losses.length;
        }

        /** One number a step, the first step first. */
        public double[] values() {
            return Arrays.copyOf(values, size);
        }
    }

    /**
     * Keeps one LoRA for both branches: its two copies begin alike and get the sum of their gradients, so they stay alike.
     *
     * @param first positions of the first branch's tensors among the trained ones
     * @param second positions of the second branch's, in the same order
     */
    record SharedLora(List<Integer> first, List<Integer> second) {

        /** Each branch its own. */
        static final SharedLora NONE = new SharedLora(List.of(), List.of());

        static SharedLora of(List<String> trained) {
            List<Integer> first = new ArrayList<>();
            List<Integer> second = new ArrayList<>();
            for (int i = 0; i < trained.size(); i++) {
                String other = AdapterLayout.otherBranch(trained.get(i));
                if (trained.get(i).compareTo(other) < 0) {
                    first.add(i);
                    second.add(trained.indexOf(other));
                }
            }
            return new SharedLora(first, second);
        }

        /** The gradients to learn from, in the same order. */
        List<NDArray> summed(List<NDArray> gradients) {
            if (first.isEmpty()) {
                return gradients;
            }
            List<NDArray> shared = new ArrayList<>(gradients);
            List<NDArray> sums = first.stream().map(gradients::get).toList();
            try (GradientMode frozen = GradientMode.off()) {
                Operators.accumulate(sums, second.stream().map(gradients::get).toList(), 1);
            }
            for (int i = 0; i < sums.size(); i++) {
                shared.set(second.get(i), sums.get(i));
            }
            return shared;
        }
    }

    /** How many pairs of a batch are computed at once where nobody said so: as many as fit into the memory of the GPU. */
    static final class MicroBatch {

        /** Of the free memory; the rest is for fragments and for the libraries' own buffers. */
        private static final double USED = 0.9;

        private static final Logger LOG = LoggerFactory.getLogger(MicroBatch.class);

        private MicroBatch() {}

        static TrainingConfig fitting(TrainingConfig config, BaseModel base) {
            if (config.microBatchSize() > 0) {
                return config;
            }
            // On a CPU the whole batch, as before there was a choice: activations that do not fit are a matter of the
            // settings.
            return CudaDriver.ofMachine()
                    .filter(driver -> base.device().isGpu())
                    .flatMap(driver ->
                            driver.memoryForWork("cuda:" + base.device().getDeviceId()))
                    .map(memory -> config.inParts(logged(config, pairs(config, base, memory.free()))))
                    .orElseGet(() -> config.inParts(config.batchSize()));
        }

        /**
         * The largest divisor of the batch size with which a step fits; 1 if none does.
         *
         * @param free bytes, with the base model loaded and the latents encoded
         */
        static int pairs(TrainingConfig config, BaseModel base, long free) {
            int side = config.resolution() / base.autoencoder().factor();
            long adapter =
                    AdapterLayout.of(base, config.rank(), config.compensated()).numbers();
            long pair = MemoryNeed.trainingPair(
                    base.unet().config(), side, base.precision(), config.recompute(), config.compensated());
            double room = USED * free - MemoryNeed.learned(adapter);
            for (int pairs = config.batchSize(); pairs > 1; pairs--) {
                if (config.batchSize() % pairs == 0 && pairs * pair <= room) {
                    return pairs;
                }
            }
            return 1;
        }

        private static int logged(TrainingConfig config, int pairs) {
            if (pairs < config.batchSize()) {
                LOG.info(
                        "{} of {} pairs are computed at once, by the free memory of the GPU",
                        pairs,
                        config.batchSize());
            }
            return pairs;
        }
    }

    /**
     * One photograph of a defect with its mask.
     *
     * @param name for messages
     * @param image any size, grey or RGB
     * @param mask of the same size, bright on the defect
     * @param objectMask of the same size, bright on the product; background compensation needs it
     */
    public record TrainingExample(
            String name, BufferedImage image, BufferedImage mask, Optional<BufferedImage> objectMask) {

        /** Without a mask of the object, for training without background compensation. */
        public TrainingExample(String name, BufferedImage image, BufferedImage mask) {
            this(name, image, mask, Optional.empty());
        }
    }
}
