package org.dualanodiff.model.dual;

import ai.djl.ndarray.NDArray;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.nn.Attention;
import org.dualanodiff.model.text.ClipTextEncoder;
import org.dualanodiff.model.torch.ConstructionScope;
import org.dualanodiff.model.torch.GradientMode;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;

/**
 * An adapter folded into the attention weights of its base, for sampling. It stands by itself: neither the adapter nor the base's
 * own attention weights are held for it. It does not change, so any number of samplers may share it.
 */
public final class MergedAdapter implements AutoCloseable {

    private final DualAdapter unfolded;
    private final Map<String, MergedAttention> attentions = new LinkedHashMap<>();

    /** @param adapter may be closed afterwards */
    public MergedAdapter(BaseModel base, DualAdapter adapter) {
        try (GradientMode mode = GradientMode.off();
                ConstructionScope parts = ConstructionScope.begin()) {
            unfolded = DualAdapter.over(adapter.layout(), unfolded(adapter));
            Map<String, AdaptedAttention> adapted =
                    adapter.attentions(base.unet().attentions());
            for (Attention attention : base.unet().attentions()) {
                try (TensorScope scope = TensorScope.open()) {
                    attentions.put(
                            attention.path(),
                            new MergedAttention(
                                    attention,
                                    adapted.get(attention.path()),
                                    unfolded.background(attention),
                                    base.precision()));
                }
            }
            parts.finish();
        }
    }

    /** The adapter of a file, see {@link AdapterFile#read}. */
    public static MergedAdapter read(Path file, BaseModel base) {
        try (DualAdapter adapter = AdapterFile.read(file, base)) {
            return new MergedAdapter(base, adapter);
        }
    }

    private static SortedMap<String, NDArray> unfolded(DualAdapter adapter) {
        SortedMap<String, NDArray> copies = new TreeMap<>();
        adapter.tensors().forEach((key, tensor) -> {
            if (AdapterLayout.isUnfolded(key)) {
                try (TensorScope scope = TensorScope.open()) {
                    copies.put(key, TensorScope.disown(Operators.copy(tensor)));
                }
            }
        });
        return copies;
    }

    public AdapterLayout layout() {
        return unfolded.layout();
    }

    /** See {@link DualAdapter#text}. */
    public ClipTextEncoder.ProjectionAdapter text() {
        return unfolded.text();
    }

    /** By path, in the order in which they run. */
    Map<String, MergedAttention> attentions() {
        return attentions;
    }

    @Override
    public void close() {
        attentions.values().forEach(MergedAttention::close);
        unfolded.close();
    }
}
