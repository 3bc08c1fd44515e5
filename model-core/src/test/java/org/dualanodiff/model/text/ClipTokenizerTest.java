package org.dualanodiff.model.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.assertj.core.api.SoftAssertions;
import org.dualanodiff.model.base.RandomModel;
import org.dualanodiff.model.checkpoint.CheckpointException;
import org.dualanodiff.model.checkpoint.ConfigReader;
import org.dualanodiff.model.checkpoint.SafetensorsFile;
import org.dualanodiff.model.golden.GoldenTensors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClipTokenizerTest {
    /** Of CLIP. */
    private static final int PLACES = 77;

    private static final Path GOLDEN = Path.of(System.getProperty("golden.dir"));
    private static final Path REFERENCE = GOLDEN.resolve("tiny-sd/tokenizer");
    private static final Pattern NOT_ASCII = Pattern.compile("[^\\x00-\\x7f]+");

    @TempDir
    Path folder;

    @Tag("parity")
    @Test
    void tokenizer_ofReferencePrompts_givesTheReferenceIds() {
        JsonArray prompts = ConfigReader.readObject(GOLDEN.resolve("text.json")).getAsJsonArray("prompts");
        long[] expected = GoldenTensors.longs(SafetensorsFile.open(GOLDEN.resolve("text.safetensors")), "input_ids");
        SoftAssertions softly = new SoftAssertions();
        try (ClipTokenizer tokenizer = ClipTokenizer.open(REFERENCE, PLACES)) {
            int length = tokenizer.maxLength();
            for (int i = 0; i < prompts.size(); i++) {
                String prompt = prompt(prompts.get(i));
                // Text decoded with the wrong character set is repaired by the reference and left alone here.
                if (!looksWronglyDecoded(prompt)) {
                    softly.assertThat(tokenizer.encode(prompt))
                            .as(prompt)
                            .isEqualTo(Arrays.copyOfRange(expected, i * length, (i + 1) * length));
                }
            }
        }
        softly.assertAll();
    }

    @Tag("parity")
    @Test
    void tokenizer_usedByManyThreads_givesTheSameIds() {
        try (ClipTokenizer tokenizer = ClipTokenizer.open(REFERENCE, PLACES)) {
            List<String> prompts = List.of("a vfx with sks", "sks", "hazelnut", "");
            List<long[]> alone = prompts.stream().map(tokenizer::encode).toList();

            boolean same = IntStream.range(0, 200)
                    .parallel()
                    .allMatch(i -> Arrays.equals(tokenizer.encode(prompts.get(i % 4)), alone.get(i % 4)));

            assertThat(same).isTrue();
        }
    }

    @Test
    void tokenizer_ofLongPrompt_cutsItAndKeepsTheEndToken() throws IOException {
        RandomModel.write(folder, RandomModel.Preset.TINY, 1);
        try (ClipTokenizer tokenizer = ClipTokenizer.open(folder.resolve("tokenizer"), PLACES)) {
            long[] ids = tokenizer.encode("a".repeat(200));

            assertThat(ids).hasSize(77).startsWith(512, 64).endsWith(64, 513);
        }
    }

    @Test
    void tokenizer_ofTokenizerJson_isReadFromIt() throws IOException {
        RandomModel.write(folder, RandomModel.Preset.TINY, 1);
        Path tokenizer = folder.resolve("tokenizer");
        Files.writeString(
                tokenizer.resolve("tokenizer.json"),
                TokenizerFiles.read(tokenizer).definition().toString());
        Files.delete(tokenizer.resolve("vocab.json"));
        Files.delete(tokenizer.resolve("merges.txt"));

        try (ClipTokenizer opened = ClipTokenizer.open(tokenizer, PLACES)) {
            assertThat(opened.encode("ab")).startsWith(512, 64, 321, 513);
        }
    }

    @Test
    void tokenizer_withAnAddedToken_takesItWholeFromEitherFile() throws IOException {
        RandomModel.write(folder, RandomModel.Preset.TINY, 1);
        Path tokenizer = folder.resolve("tokenizer");
        Files.writeString(tokenizer.resolve("added_tokens.json"), "{\"<Cat>\": 514}");
        try (ClipTokenizer opened = ClipTokenizer.open(tokenizer, PLACES)) {
            assertThat(opened.encode("a<CAT> b")).startsWith(512, 320, 514, 321, 513);
        }

        String definition = TokenizerFiles.read(tokenizer).definition().toString();
        Files.writeString(tokenizer.resolve("tokenizer.json"), definition);
        Files.delete(tokenizer.resolve("added_tokens.json"));
        try (ClipTokenizer opened = ClipTokenizer.open(tokenizer, PLACES)) {
            assertThat(opened.encode("a<CAT> b")).startsWith(512, 320, 514, 321, 513);
        }
    }

    @Test
    void open_withMergesOutsideTheVocabulary_namesTheFolder() throws IOException {
        RandomModel.write(folder, RandomModel.Preset.TINY, 1);
        Path tokenizer = folder.resolve("tokenizer");
        Files.writeString(tokenizer.resolve("merges.txt"), "#version: 0.2\nth e\n");

        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> ClipTokenizer.open(tokenizer, PLACES))
                .withMessageContaining(tokenizer.toString());
    }

    @Test
    void open_withoutSpecialTokenInTheVocabulary_namesIt() throws IOException {
        RandomModel.write(folder, RandomModel.Preset.TINY, 1);
        Path tokenizer = folder.resolve("tokenizer");
        Files.writeString(tokenizer.resolve("special_tokens_map.json"), "{\"pad_token\": {\"content\": \"<pad>\"}}");

        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> ClipTokenizer.open(tokenizer, PLACES))
                .withMessageContainingAll(tokenizer.toString(), "<pad>", "not in the vocabulary");
    }

    private static String prompt(JsonElement entry) {
        return entry.getAsJsonObject().get("prompt").getAsString();
    }

    /** Whether some run of characters, written in a single-byte character set, is valid UTF-8. */
    private static boolean looksWronglyDecoded(String prompt) {
        return NOT_ASCII
                .matcher(prompt)
                .results()
                .map(run -> run.group())
                .anyMatch(run -> IntStream.range(0, run.length() - 1)
                        .anyMatch(begin -> List.of("windows-1252", "ISO-8859-1", "windows-1251", "ISO-8859-2").stream()
                                .anyMatch(charset -> isUtf8Written(run.substring(begin, begin + 2), charset)
                                        || isUtf8Written(run.substring(begin), charset))));
    }

    private static boolean isUtf8Written(String run, String charset) {
        try {
            ByteBuffer bytes = Charset.forName(charset).newEncoder().encode(CharBuffer.wrap(run));
            return StandardCharsets.UTF_8.newDecoder().decode(bytes).length() < run.length();
        } catch (CharacterCodingException e) {
            return false;
        }
    }
}
