package org.dualanodiff.model.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.dualanodiff.model.base.RandomModel;
import org.dualanodiff.model.vae.PatchCodec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LearnedTokenizerTest {

    private static final List<String> WORDS =
            List.of("a", "with", "crack", "scratch", "hex", "nut", "vfx", "sks", "größe");

    @TempDir
    private Path folder;

    @BeforeEach
    void write() throws IOException {
        PatchCodec.Fit fit = new PatchCodec.Fit(RandomModel.smallCodec());
        int side = RandomModel.smallCodec().patchSize();
        fit.add(new float[3 * side * side], side);
        RandomModel.writeSmall(folder, WORDS, fit.weights(), 1);
    }

    @Test
    void tokenizer_ofLearnedWords_givesEachOneToken() {
        try (ClipTokenizer tokenizer = ClipTokenizer.open(folder.resolve("tokenizer"), 77)) {
            for (String word : WORDS) {
                assertThat(words(tokenizer, word)).as(word).isEqualTo(1);
            }
            assertThat(words(tokenizer, "a hex nut with scratch")).isEqualTo(5);
        }
    }

    @Test
    void tokenizer_ofAnotherWord_spellsIt() {
        try (ClipTokenizer tokenizer = ClipTokenizer.open(folder.resolve("tokenizer"), 77)) {
            assertThat(words(tokenizer, "blowhole")).isGreaterThan(1);
            assertThat(tokenizer.encode("blowhole")).isNotEqualTo(tokenizer.encode("blowholf"));
        }
    }

    /** Tokens between start and end. */
    private static int words(ClipTokenizer tokenizer, String prompt) {
        long[] ids = tokenizer.encode(prompt);
        long end = ids[ids.length - 1];
        return (int) Arrays.stream(ids).skip(1).takeWhile(id -> id != end).count();
    }
}
