package org.dualanodiff.model.dual;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import java.io.Serializable;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;
import org.dualanodiff.model.nn.Attention;
import org.dualanodiff.model.random.NoiseSource;
import org.dualanodiff.model.text.ClipTextEncoder;
import org.dualanodiff.model.torch.ConstructionScope;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;

/**
 * Everything that is learned for one defect of one product: LoRA of both branches and SAIM in every
 * attention of the U-Net, BCM if wanted, and the LoRA of the text encoder. fp32 whatever the base is.
 */
public final class DualAdapter implements AutoCloseable {

    private final AdapterLayout layout;
    private final SortedMap<String, NDArray> tensors;

    private DualAdapter(AdapterLayout layout, SortedMap<String, NDArray> tensors) {
        this.layout = layout;
        this.tensors = tensors;
    }

    /** A fresh adapter; the same seed gives the same numbers. */
    public static DualAdapter initialize(AdapterLayout layout, long seed, Device device) {
        return of(layout, new AdapterInitializer(layout, seed)::values, device);
    }

    /**
     * An adapter with the given numbers.
     *
     * @param values of each key of the layout; asked for one at a time, since all together fill a heap
     */
    static DualAdapter of(AdapterLayout layout, Function<String, float[]> values, Device device) {
        SortedMap<String, NDArray> tensors = new TreeMap<>();
        try (ConstructionScope parts = ConstructionScope.begin()) {
            layout.shapes().forEach((key, shape) -> tensors.put(key, tensor(values.apply(key), shape, device)));
            parts.finish();
        }
        return new DualAdapter(layout, tensors);
    }

    /**
     * An adapter of tensors that someone else owns and trains.
     *
     * @param tensors every key of the layout
     */
    public static DualAdapter over(AdapterLayout layout, SortedMap<String, NDArray> tensors) {
        return new DualAdapter(layout, tensors);
    }

    private static NDArray tensor(float[] values, long[] shape, Device device) {
        try (TensorScope scope = TensorScope.open()) {
            return TensorScope.disown(Tensors.of(values, device, shape));
        }
    }

    /**
     * Takes over the numbers of another adapter of the same base and rank, whichever of the two has background
     * compensation. What the other lacks stays.
     *
     * @throws IllegalArgumentException if it has another rank
     */
    public void startFrom(DualAdapter other) {
        if (other.layout.rank() != layout.rank()) {
            throw new IllegalArgumentException(
                    "the starting adapter has rank %d, this one %d; set training.rank = %1$d, or training.init = cold"
                            .formatted(other.layout.rank(), layout.rank()));
        }
        Map<String, NDArray> starts = new HashMap<>();
        other.tensors.forEach((key, start) -> starts.put(AdapterLayout.withoutBackground(key), start));
        tensors.forEach((key, tensor) -> {
            NDArray start = starts.get(AdapterLayout.withoutBackground(key));
            if (start != null) {
                Tensors.overwrite(tensor, Tensors.floats(start));
            }
        });
    }

    public AdapterLayout layout() {
        return layout;
    }

    /** All tensors by key, sorted. */
    public SortedMap<String, NDArray> tensors() {
        return tensors;
    }

    /** The numbers of one tensor, in row-major order. */
    public float[] values(String key) {
        return Tensors.floats(tensors.get(key));
    }

    /** Leaves out of the method what is not wanted, before training begins. */
    public void leaveOut(Ablation ablation) {
        tensors.forEach((key, tensor) -> {
            if (ablation.withoutInteraction() && key.contains("." + SelfAttentionInteraction.PREFIX + "o.")) {
                Tensors.overwrite(tensor, new float[values(key).length]);
            }
            String other = AdapterLayout.otherBranch(key);
            if (ablation.sharedLora() && key.compareTo(other) > 0) {
                Tensors.overwrite(tensor, values(other));
            }
        });
    }

    /** The keys that training changes, sorted. */
    public List<String> trainedKeys(Ablation ablation) {
        return tensors.keySet().stream()
                .filter(AdapterLayout::isTrained)
                .filter(key -> !ablation.withoutInteraction() || !AdapterLayout.isInteraction(key))
                .toList();
    }

    /** The adapted attention layers by path. */
    Map<String, AdaptedAttention> attentions(List<Attention> base) {
        return base.stream().collect(Collectors.toMap(Attention::path, this::attention));
    }

    private AdaptedAttention attention(Attention base) {
        return AdaptedAttention.of(below(base), background(base));
    }

    /** BCM of a self-attention, if the adapter has it; released files give cross-attention its tensors too, but nothing uses them. */
    Optional<BackgroundCompensation> background(Attention base) {
        return layout.background() && !base.cross()
                ? Optional.of(BackgroundCompensation.of(below(base)))
                : Optional.empty();
    }

    private AdapterTensors below(Attention base) {
        return new AdapterTensors(tensors, AdapterLayout.prefix(base, layout.background()));
    }

    /** What makes the text encoder trainable. */
    public ClipTextEncoder.ProjectionAdapter text() {
        return new TextEncoderLora(tensors);
    }

    @Override
    public void close() {
        tensors.values().forEach(NDArray::close);
        tensors.clear();
    }

    /** Adapter tensors below one key prefix. */
    record AdapterTensors(Map<String, NDArray> all, String prefix) {

        NDArray get(String name) {
            NDArray tensor = all.get(prefix + name);
            if (tensor == null) {
                throw new IllegalArgumentException("no adapter tensor " + prefix + name);
            }
            return tensor;
        }
    }

    /**
     * First values of an adapter, as released: LoRA down normal with standard deviation 1/rank and up zero,
     * so that it starts as the base model; linear layers as torch initializes them (uniform within
     * {@code 1/sqrt(fan in)}); layer norms the identity; BCM's share 0.
     */
    static final class AdapterInitializer {

        private final AdapterLayout layout;
        private final long seed;

        AdapterInitializer(AdapterLayout layout, long seed) {
            this.layout = layout;
            this.seed = seed;
        }

        /** The first values of one tensor, in row-major order. */
        float[] values(String key) {
            long[] shape = layout.shapes().get(key);
            float[] values = new float[Math.toIntExact(Arrays.stream(shape).reduce(1, (a, b) -> a * b))];
            UniformRandomProvider random = NoiseSource.generator("adapter", Long.toString(seed), key);
            if (key.endsWith(".down.weight")) {
                fillNormal(values, random, 1.0 / layout.rank());
            } else if (key.endsWith("temporal_n.weight")) {
                Arrays.fill(values, 1);
            } else if (isLinear(key)) {
                fillUniform(values, random, 1 / Math.sqrt(fanIn(key)));
            }
            return values;
        }

        private static boolean isLinear(String key) {
            return key.contains("temporal_")
                    && !key.contains("temporal_n.")
                    && !key.endsWith(BackgroundCompensation.SHARE);
        }

        /** Input width of the layer that a weight or bias belongs to. */
        private long fanIn(String key) {
            String weight = key.substring(0, key.lastIndexOf('.')) + ".weight";
            return layout.shapes().get(weight)[1];
        }

        private static void fillNormal(float[] values, UniformRandomProvider random, double deviation) {
            ZigguratSampler.NormalizedGaussian gaussian = ZigguratSampler.NormalizedGaussian.of(random);
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (gaussian.sample() * deviation);
            }
        }

        private static void fillUniform(float[] values, UniformRandomProvider random, double bound) {
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (random.nextDouble(-bound, bound));
            }
        }
    }

    /**
     * What is left out of the method, to see what it is worth (paper, section 4.4). The adapter keeps its layout, so that its
     * file is read and sampled like any other: without interaction SAIM's last layer stays zero, and a shared LoRA is the same
     * numbers in both branches.
     *
     * @param withoutInteraction the branches never hear of one another: no SAIM
     * @param sharedLora both branches learn one LoRA
     */
    public record Ablation(boolean withoutInteraction, boolean sharedLora) implements Serializable {

        /** The whole method. */
        public static final Ablation NONE = new Ablation(false, false);
    }
}
