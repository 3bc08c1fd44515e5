package org.dualanodiff.model.text;

import ai.djl.Device;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.ndarray.NDArray;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.dualanodiff.model.checkpoint.CheckpointException;
import org.dualanodiff.model.torch.DjlVariables;
import org.dualanodiff.model.torch.Tensors;

/**
 * CLIP's byte-level BPE tokenizer (Radford et al. 2021), read from the {@code tokenizer} folder of a model directory.
 * Safe to use from several threads. Holds native memory: close it.
 */
public final class ClipTokenizer implements AutoCloseable {
    private final HuggingFaceTokenizer words;
    private final SpecialTokens special;

    private ClipTokenizer(HuggingFaceTokenizer words, SpecialTokens special) {
        this.words = words;
        this.special = special;
    }

    /**
     * Reads {@code tokenizer.json} if it is there, else {@code vocab.json}, {@code merges.txt} and what there is of
     * {@code added_tokens.json}. An added token is taken whole wherever a prompt has it.
     *
     * @param places of the text encoder, 77 for CLIP: the length of an encoded prompt, where the files do not tell
     * @throws CheckpointException if a file is missing, or the vocabulary does not fit the merges or the special tokens
     */
    public static ClipTokenizer open(Path folder, int places) {
        DjlVariables.withoutTelemetry();
        TokenizerFiles files = TokenizerFiles.read(folder);
        byte[] definition = files.definition().toString().getBytes(StandardCharsets.UTF_8);
        Map<String, String> whole = Map.of("addSpecialTokens", "false", "padding", "false", "truncation", "false");
        try {
            HuggingFaceTokenizer words = HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(definition), whole);
            return new ClipTokenizer(words, files.specialTokens(places));
        } catch (IOException | RuntimeException e) {
            throw new CheckpointException("tokenizer folder %s: %s".formatted(folder, e.getMessage()), e);
        }
    }

    /**
     * Checks the files of a folder without the native library.
     *
     * @throws CheckpointException if they cannot be read, do not fit each other, or do not fit the text encoder
     */
    public static void requireFits(Path folder, ClipTextConfig text) {
        TokenizerFiles.read(folder).requireFits(text);
    }

    /**
     * Token ids of a prompt, always {@link #maxLength} of them: start token, words, end token, padding. A longer prompt is
     * cut so that the end token comes last.
     */
    public long[] encode(String prompt) {
        long[] inner = words(prompt);
        int kept = kept(inner);
        long[] ids = new long[special.maxLength()];
        Arrays.fill(ids, special.pad());
        ids[0] = special.start();
        System.arraycopy(inner, 0, ids, 1, kept);
        ids[kept + 1] = special.end();
        return ids;
    }

    private long[] words(String prompt) {
        return words.encode(PromptNormalizer.normalize(prompt), false, false).getIds();
    }

    private int kept(long[] inner) {
        return Math.min(inner.length, special.maxLength() - 2);
    }

    /** How many tokens of a prompt's own {@link #encode} gives. */
    public int count(String prompt) {
        return kept(words(prompt));
    }

    /** The ids of many prompts, int64 (N, T). */
    public NDArray tokens(List<String> prompts, Device device) {
        long[] ids =
                prompts.stream().map(this::encode).flatMapToLong(Arrays::stream).toArray();
        return Tensors.of(ids, device, prompts.size(), maxLength());
    }

    /** Number of ids that {@link #encode} gives: 77 for CLIP. */
    public int maxLength() {
        return special.maxLength();
    }

    @Override
    public void close() {
        words.close();
    }

    /**
     * What frames a prompt.
     *
     * @param start id of the start token
     * @param end id of the end token
     * @param pad id that fills up to {@code maxLength}
     * @param maxLength ids in an encoded prompt
     */
    record SpecialTokens(long start, long end, long pad, int maxLength) {}
}
