package org.dualanodiff.model.training;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.dual.BackgroundCompensation.BackgroundFeatures;
import org.dualanodiff.model.dual.Branch;
import org.dualanodiff.model.dual.DualAdapter;
import org.dualanodiff.model.dual.DualUNet;
import org.dualanodiff.model.nn.Attention;
import org.dualanodiff.model.nn.Attention.AttentionProcessor;
import org.dualanodiff.model.torch.ConstructionScope;
import org.dualanodiff.model.torch.DualOperators;
import org.dualanodiff.model.torch.GradientMode;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;
import org.dualanodiff.model.training.DualObjective.Gradients;
import org.dualanodiff.model.training.DualObjective.TrainingBatch;
import org.dualanodiff.model.unet.UNet;
import org.dualanodiff.model.unet.UNetStage;

/**
 * The gradients of the training loss with the activations of one stage of the U-Net in memory at a time.
 * The numbers are those of the plain way; each stage is computed twice.
 */
final class RecomputedGradients {

    private final BaseModel base;
    private final DualAdapter adapter;
    private final DualUNet dual;
    private final List<String> keys;
    private final List<NDArray> parameters;

    /**
     * @param keys of the trained tensors
     * @param parameters the trained tensors, in the order of the keys
     */
    RecomputedGradients(BaseModel base, DualAdapter adapter, List<String> keys, List<NDArray> parameters) {
        this.base = base;
        this.adapter = adapter;
        this.dual = new DualUNet(base.unet(), adapter);
        this.keys = keys;
        this.parameters = parameters;
    }

    /** The gradients belong to the open scope. */
    Gradients of(TrainingBatch batch, NDArray tokens) {
        try (TensorScope scope = TensorScope.open()) {
            List<NDArray> sums = parameters.stream()
                    .map(parameter -> scope.release(zeros(parameter)))
                    .toList();
            return new Gradients(List.of(scope.release(new Pass(batch, tokens, sums).run())), sums);
        }
    }

    private static NDArray zeros(NDArray like) {
        try (GradientMode frozen = GradientMode.off()) {
            return Operators.zerosLike(like);
        }
    }

    /** One batch on its way there and back. */
    private final class Pass {

        private final TrainingBatch batch;
        private final NDArray tokens;
        private final List<NDArray> sums;
        private final Map<String, NDArray> byReference = new HashMap<>();
        private NDArray text;
        private NDArray byText;
        private NDArray globalText;
        private NDArray byGlobalText;

        Pass(TrainingBatch batch, NDArray tokens, List<NDArray> sums) {
            this.batch = batch;
            this.tokens = tokens;
            this.sums = sums;
        }

        NDArray run() {
            try (GradientMode frozen = GradientMode.off()) {
                text = base.textEncoder().forward(tokens, adapter.text());
                byText = Operators.zerosLike(text);
                globalText = DualOperators.selectBranch(text, Branch.GLOBAL.ordinal());
                byGlobalText = Operators.zerosLike(globalText);
                BackgroundFeatures.Recorder recorder = new BackgroundFeatures.Recorder();
                RecomputedPass reference = batch.background()
                        .map(clean -> recorded(() -> referenceWalk(clean, recorder)))
                        .orElse(null);
                try (BackgroundFeatures features = recorder.recorded()) {
                    features.byAttention().forEach((path, f) -> byReference.put(path, Operators.zerosLike(f)));
                    NDArray loss = mainPass(features);
                    if (reference != null) {
                        reference.back(null, this::throughReference);
                    }
                    throughText();
                    return loss;
                }
            }
        }

        private RecomputedPass referenceWalk(TrainingBatch.Background clean, BackgroundFeatures.Recorder recorder) {
            NDArray noisy = base.schedule().addNoise(clean.latents(), clean.noise(), batch.timesteps());
            return new RecomputedPass(
                    base.unet(), noisy, pass(batch.timesteps(), globalText, dual.reference(recorder)));
        }

        private NDArray mainPass(BackgroundFeatures features) {
            int[] rows = batch.rowTimesteps();
            NDArray noisy = base.schedule().addNoise(batch.latents(), batch.noise(), rows);
            NDArray target = base.schedule().target(batch.latents(), batch.noise(), rows);
            RecomputedPass walk = new RecomputedPass(base.unet(), noisy, pass(rows, text, dual.both(features)));
            try (GradientMode recording = GradientMode.on()) {
                NDArray end = RecomputedPass.leaf(walk.end());
                NDArray loss = batch.loss(base.unet().output(end), target);
                NDArray upstream = Operators.gradients(loss, List.of(end)).get(0);
                walk.back(
                        upstream,
                        (stage, input, skip, size, above) -> throughMain(stage, input, skip, size, above, features));
                return Operators.detach(loss);
            }
        }

        private List<NDArray> throughMain(
                UNetStage stage,
                NDArray input,
                NDArray skip,
                long[] size,
                NDArray upstream,
                BackgroundFeatures features) {
            NDArray textLeaf = RecomputedPass.leaf(text);
            Map<String, NDArray> references = new HashMap<>();
            for (Attention attention : stage.attentions()) {
                NDArray feature = features.byAttention().get(attention.path());
                if (feature != null) {
                    references.put(attention.path(), RecomputedPass.leaf(feature));
                }
            }
            UNetStage.Pass pass = pass(batch.rowTimesteps(), textLeaf, dual.both(new BackgroundFeatures(references)));
            NDArray output = stage.forward(input, skip, size, pass);
            Targets targets = new Targets(stage, input, skip);
            targets.add(textLeaf, byText);
            references.forEach((path, leaf) -> targets.add(leaf, byReference.get(path)));
            return targets.gradients(List.of(output), List.of(upstream));
        }

        /** As the reference pass recorded features on its way, their gradients enter at the stages that made them. */
        private List<NDArray> throughReference(
                UNetStage stage, NDArray input, NDArray skip, long[] size, NDArray upstream) {
            try (GradientMode recording = GradientMode.on()) {
                NDArray textLeaf = RecomputedPass.leaf(globalText);
                BackgroundFeatures.Recorder recorder = new BackgroundFeatures.Recorder();
                UNetStage.Pass pass = pass(batch.timesteps(), textLeaf, dual.reference(recorder));
                NDArray output = recorded(() -> stage.forward(input, skip, size, pass));
                try (BackgroundFeatures recorded = recorder.recorded()) {
                    List<NDArray> outputs = new ArrayList<>();
                    List<NDArray> above = new ArrayList<>();
                    if (upstream != null) {
                        outputs.add(output);
                        above.add(upstream);
                    }
                    recorded.byAttention().forEach((path, feature) -> {
                        outputs.add(feature);
                        above.add(byReference.get(path));
                    });
                    Targets targets = new Targets(stage, input, skip);
                    targets.add(textLeaf, byGlobalText);
                    return targets.gradients(outputs, above);
                }
            }
        }

        private void throughText() {
            try (GradientMode recording = GradientMode.on();
                    TensorScope scope = TensorScope.open()) {
                NDArray states = base.textEncoder().forward(tokens, adapter.text());
                NDArray global = DualOperators.selectBranch(states, Branch.GLOBAL.ordinal());
                int[] own = parametersBelow("text_encoder.");
                List<NDArray> found = Operators.gradientsThrough(
                        List.of(states, global), List.of(byText, byGlobalText), at(parameters, own));
                accumulate(at(sums, own), found);
            }
        }

        /** What gradients are taken by in one stage: its inputs, and everything whose gradient is summed up. */
        private final class Targets {

            private final List<NDArray> inputs = new ArrayList<>();
            private final List<NDArray> leaves = new ArrayList<>();
            private final List<NDArray> leafSums = new ArrayList<>();

            Targets(UNetStage stage, NDArray input, NDArray skip) {
                inputs.add(input);
                if (skip != null) {
                    inputs.add(skip);
                }
                for (Attention attention : stage.attentions()) {
                    int[] own = parametersBelow("unet." + attention.path() + ".");
                    leaves.addAll(at(parameters, own));
                    leafSums.addAll(at(sums, own));
                }
            }

            void add(NDArray leaf, NDArray sum) {
                leaves.add(leaf);
                leafSums.add(sum);
            }

            List<NDArray> gradients(List<NDArray> outputs, List<NDArray> upstream) {
                List<NDArray> all = new ArrayList<>(inputs);
                all.addAll(leaves);
                if (outputs.isEmpty()) {
                    return all.stream().map(RecomputedGradients::zeros).toList();
                }
                List<NDArray> found = Operators.gradientsThrough(outputs, upstream, all);
                accumulate(leafSums, found.subList(inputs.size(), found.size()));
                return found.subList(0, inputs.size());
            }
        }
    }

    /** A pass that leaves features behind, or none of them if it fails. */
    private static <T> T recorded(Supplier<T> pass) {
        try (ConstructionScope features = ConstructionScope.begin()) {
            T result = pass.get();
            features.finish();
            return result;
        }
    }

    private UNetStage.Pass pass(int[] timesteps, NDArray text, AttentionProcessor processor) {
        long[] values = Arrays.stream(timesteps).asLongStream().toArray();
        NDArray t = Tensors.of(values, base.device(), values.length);
        return base.unet().pass(t, text, processor, UNet.Listener.NONE);
    }

    private static void accumulate(List<NDArray> sums, List<NDArray> gradients) {
        try (GradientMode frozen = GradientMode.off()) {
            Operators.accumulate(sums, gradients, 1);
        }
    }

    private int[] parametersBelow(String prefix) {
        return IntStream.range(0, keys.size())
                .filter(i -> keys.get(i).startsWith(prefix))
                .toArray();
    }

    private static List<NDArray> at(List<NDArray> all, int[] indices) {
        return Arrays.stream(indices).mapToObj(all::get).toList();
    }
}
