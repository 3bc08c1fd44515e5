package org.dualanodiff.model.dual;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.checkpoint.ParameterLayout;
import org.dualanodiff.model.nn.Attention;
import org.dualanodiff.model.text.ClipTextConfig;
import org.dualanodiff.model.unet.UNetConfig;

/**
 * Names and shapes of all tensors of an adapter file, spelled as the released code spells them.
 *
 * <p>{@code unet.<attention>.processor.to_{q,k,v,out}_lora.{0,1}.{down,up}.weight} and {@code
 * ...temporal_{n,i,q,k,v,o}.{weight,bias}}; with background compensation the processor of a
 * self-attention is wrapped ({@code processor.chained_proc.}) and each has {@code temporal_a} and {@code
 * temporal_condition_mlp.{0,1}}; {@code text_encoder.<attention>.to_{q,k,v,out}_lora.{down,up}.weight}.
 *
 * @param shapes by key, sorted
 * @param rank of every LoRA
 * @param background whether the file is of the variant with BCM
 */
public record AdapterLayout(SortedMap<String, long[]> shapes, int rank, boolean background) {

    private static final String WRAPPED = "chained_proc.";
    private static final String FIRST_LORA = "_lora.0.";
    private static final String SECOND_LORA = "_lora.1.";

    private static final String TEXT_ENCODER = "text_encoder.";

    private static final String KEYS = ".to_k.weight";
    private static final String TEXT_KEYS = ".k_proj.weight";

    static final List<String> PROJECTIONS = List.of("q", "k", "v", "out");

    /** The layout for a base model. */
    public static AdapterLayout of(BaseModel base, int rank, boolean background) {
        return of(base.unet().config(), base.textEncoder().config(), rank, background);
    }

    /** The layout for a base model of these sizes. */
    public static AdapterLayout of(UNetConfig unet, ClipTextConfig text, int rank, boolean background) {
        SortedMap<String, long[]> shapes = new TreeMap<>();
        unet.parameters().forEach((name, keys) -> {
            if (name.endsWith(KEYS)) {
                addAttention(shapes, name.substring(0, name.length() - KEYS.length()), keys, rank, background);
            }
        });
        text.parameters().keySet().stream()
                .filter(name -> name.endsWith(TEXT_KEYS))
                .map(name -> textPrefix(name.substring(0, name.length() - TEXT_KEYS.length())))
                .forEach(prefix -> addTextAttention(shapes, prefix, text.hiddenSize(), rank));
        return new AdapterLayout(shapes, rank, background);
    }

    private static void addTextAttention(Map<String, long[]> shapes, String prefix, int width, int rank) {
        for (String projection : PROJECTIONS) {
            addLowRank(shapes, prefix + "to_" + projection + "_lora.", width, width, rank);
        }
    }

    /** How many numbers an adapter is. */
    public long numbers() {
        return ParameterLayout.numbers(shapes.values());
    }

    /** The prefix of the tensors of one attention layer of the U-Net. */
    static String prefix(Attention attention, boolean background) {
        return prefix(attention.path(), attention.cross(), background);
    }

    private static String prefix(String path, boolean cross, boolean background) {
        return "unet." + path + ".processor." + (background && !cross ? WRAPPED : "");
    }

    /** The key of a tensor as in the variant without background compensation, whichever the adapter is of. */
    static String withoutBackground(String key) {
        return key.replace(WRAPPED, "");
    }

    static String textPrefix(String attentionPath) {
        return TEXT_ENCODER + attentionPath + ".";
    }

    /** Whether the loss depends on the tensor: released files give cross-attention BCM tensors that nothing uses. */
    public static boolean isTrained(String key) {
        return !(key.contains(".attn2.") && isBackground(key));
    }

    /** Whether sampling needs the tensor as it is: LoRA of the text encoder and BCM; all others are folded. */
    static boolean isUnfolded(String key) {
        return key.startsWith(TEXT_ENCODER) || isTrained(key) && isBackground(key);
    }

    private static boolean isBackground(String key) {
        return key.contains(BackgroundCompensation.MLP) || key.endsWith(BackgroundCompensation.SHARE);
    }

    /** Whether the tensor is one of SAIM's. */
    static boolean isInteraction(String key) {
        return key.contains("." + SelfAttentionInteraction.PREFIX) && !isBackground(key);
    }

    /** The same tensor of the other branch's LoRA; the key itself if the branches have it in common. */
    public static String otherBranch(String key) {
        return key.contains(FIRST_LORA) ? key.replace(FIRST_LORA, SECOND_LORA) : key.replace(SECOND_LORA, FIRST_LORA);
    }

    /** @param keys shape of the weight that makes the keys: channels, and width of what they are made from */
    private static void addAttention(
            Map<String, long[]> shapes, String path, long[] keys, int rank, boolean background) {
        String prefix = prefix(path, path.endsWith(".attn2"), background);
        int channels = Math.toIntExact(keys[0]);
        for (Branch branch : Branch.values()) {
            for (String projection : PROJECTIONS) {
                boolean fromContext = projection.equals("k") || projection.equals("v");
                int in = fromContext ? Math.toIntExact(keys[1]) : channels;
                String lora = prefix + "to_" + projection + "_lora." + branch.ordinal() + ".";
                addLowRank(shapes, lora, in, channels, rank);
            }
        }
        addInteraction(shapes, prefix + SelfAttentionInteraction.PREFIX, channels);
        if (background) {
            addBackground(shapes, prefix, channels);
        }
    }

    private static void addLowRank(Map<String, long[]> shapes, String prefix, int in, int out, int rank) {
        shapes.put(prefix + "down.weight", new long[] {rank, in});
        shapes.put(prefix + "up.weight", new long[] {out, rank});
    }

    private static void addInteraction(Map<String, long[]> shapes, String prefix, int channels) {
        addAffine(shapes, prefix + "n", channels);
        for (String linear : List.of("i", "q", "k", "v", "o")) {
            addAffine(shapes, prefix + linear, channels, channels);
        }
    }

    private static void addBackground(Map<String, long[]> shapes, String prefix, int channels) {
        int inner = BackgroundCompensation.INNER_WIDTH;
        addAffine(shapes, prefix + BackgroundCompensation.MLP + "0", inner, channels);
        addAffine(shapes, prefix + BackgroundCompensation.MLP + "1", channels, inner);
        shapes.put(prefix + BackgroundCompensation.SHARE, new long[] {1});
    }

    private static void addAffine(Map<String, long[]> shapes, String name, long... weight) {
        shapes.put(name + ".weight", weight);
        shapes.put(name + ".bias", new long[] {weight[0]});
    }
}
