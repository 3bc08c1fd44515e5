package org.dualanodiff.model.text;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.dualanodiff.model.checkpoint.CheckpointException;
import org.dualanodiff.model.checkpoint.ConfigReader;
import org.dualanodiff.model.checkpoint.UnreadableFile;
import org.dualanodiff.model.text.ClipTokenizer.SpecialTokens;

/**
 * The files of a tokenizer folder.
 *
 * @param folder where they are
 * @param vocabulary token to id
 * @param definition the tokenizer in the JSON form of the Hugging Face tokenizers library
 * @param settings {@code special_tokens_map.json} and {@code tokenizer_config.json}, those that are there
 */
record TokenizerFiles(Path folder, JsonObject vocabulary, JsonObject definition, List<JsonObject> settings) {
    static final String START = "<|startoftext|>";
    static final String END = "<|endoftext|>";
    private static final int MOST_SENSIBLE = 1 << 16;
    /** Of so many tokens one may be somebody's own, which no merge makes. */
    private static final int ONE_IN = 100;
    /** Everything but the words and the merges: CLIP's word pattern, then bytes as printable characters. */
    private static final String CLIP_DEFINITION = """
            {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "normalizer": null,
             "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
               {"type": "Split", "behavior": "Removed", "invert": true, "pattern": {"Regex":
                 "'s|'t|'re|'ve|'m|'ll|'d|[\\\\p{L}]+|[\\\\p{N}]|[^\\\\s\\\\p{L}\\\\p{N}]+"}},
               {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true}]},
             "post_processor": null, "decoder": null,
             "model": {"type": "BPE", "dropout": null, "unk_token": "<|endoftext|>",
               "continuing_subword_prefix": "", "end_of_word_suffix": "</w>", "fuse_unk": false}}
            """;

    static TokenizerFiles read(Path folder) {
        List<JsonObject> settings = Stream.of("special_tokens_map.json", "tokenizer_config.json")
                .map(folder::resolve)
                .filter(Files::isRegularFile)
                .map(ConfigReader::readObject)
                .toList();
        Path whole = folder.resolve("tokenizer.json");
        return Files.isRegularFile(whole)
                ? fromDefinition(folder, ConfigReader.readObject(whole), settings)
                : composed(folder, settings);
    }

    /**
     * Takes words, merges, and added tokens with their numbers, and no more: such a file may hold regular expressions
     * that never end, and replacements that grow without end, and the native library does what it says.
     */
    private static TokenizerFiles fromDefinition(Path folder, JsonObject foreign, List<JsonObject> settings) {
        if (foreign.get("model") instanceof JsonObject model
                && model.get("vocab") instanceof JsonObject vocabulary
                && model.get("merges") instanceof JsonArray merges) {
            JsonObject own = new JsonObject();
            if (foreign.get("added_tokens") instanceof JsonArray added) {
                added.forEach(token -> addTo(own, token));
            }
            return composed(folder, vocabulary, own, merges, settings);
        }
        throw new CheckpointException(
                folder.resolve("tokenizer.json") + ": expected model.vocab and model.merges (a BPE tokenizer)");
    }

    private static void addTo(JsonObject own, JsonElement token) {
        if (token instanceof JsonObject added
                && added.get("content") instanceof JsonPrimitive content
                && added.get("id") instanceof JsonPrimitive id) {
            own.add(content.getAsString(), id);
        }
    }

    private static TokenizerFiles composed(Path folder, List<JsonObject> settings) {
        Path added = folder.resolve("added_tokens.json");
        return composed(
                folder,
                ConfigReader.readObject(folder.resolve("vocab.json")),
                Files.isRegularFile(added) ? ConfigReader.readObject(added) : new JsonObject(),
                merges(folder.resolve("merges.txt")),
                settings);
    }

    /** @param own added tokens, such as those of a textual inversion, with their numbers */
    private static TokenizerFiles composed(
            Path folder, JsonObject vocabulary, JsonObject own, JsonArray merges, List<JsonObject> settings) {
        Set<String> whole = new LinkedHashSet<>();
        own.entrySet().forEach(token -> {
            if (token.getValue() instanceof JsonPrimitive id && id.isNumber()) {
                // Prompts are in lower case when they come here.
                String inPrompts = PromptNormalizer.normalize(token.getKey());
                Stream.of(token.getKey(), inPrompts)
                        .filter(content -> !vocabulary.has(content))
                        .forEach(content -> vocabulary.add(content, id));
                whole.add(inPrompts);
            }
        });
        JsonObject definition = JsonParser.parseString(CLIP_DEFINITION).getAsJsonObject();
        JsonObject model = definition.getAsJsonObject("model");
        model.add("vocab", vocabulary);
        model.add("merges", merges);
        TokenizerFiles files = new TokenizerFiles(folder, vocabulary, definition, settings);
        JsonArray added = definition.getAsJsonArray("added_tokens");
        String end = files.token("eos_token", END);
        // Stable Diffusion 2.x fills up with "!", and so takes one in a prompt for that, not for the end of a word.
        whole.addAll(List.of(files.token("bos_token", START), end, files.token("pad_token", end)));
        whole.forEach(token -> added.add(files.addedToken(token)));
        return files;
    }

    /** One merge a line, the two halves parted by a space; the first line may be a version comment. */
    private static JsonArray merges(Path file) {
        JsonArray merges = new JsonArray();
        try {
            List<String> lines = Files.readAllLines(file);
            boolean versioned = !lines.isEmpty() && lines.get(0).startsWith("#version");
            lines.stream()
                    .skip(versioned ? 1 : 0)
                    .filter(line -> !line.isBlank())
                    .forEach(line -> merges.add(line.strip()));
        } catch (MalformedInputException e) {
            throw new CheckpointException(
                    "%s: %s".formatted(file, UnreadableFile.insteadOfText(file).orElse("is not text in UTF-8")), e);
        } catch (IOException e) {
            throw new CheckpointException("%s: %s".formatted(file, UnreadableFile.because(file, e)), e);
        }
        return merges;
    }

    /**
     * Checks what the native library would refuse or misread.
     *
     * @throws CheckpointException naming the file, if the vocabulary is none, is larger than the text encoder's, lacks what
     *     the merges make, or prompts are longer than the text encoder has places
     */
    void requireFits(ClipTextConfig text) {
        Path file = vocabularyFile();
        long largest = -1;
        for (Map.Entry<String, JsonElement> token : vocabulary.entrySet()) {
            JsonElement id = token.getValue();
            if (!id.isJsonPrimitive() || !id.getAsJsonPrimitive().isNumber()) {
                throw new CheckpointException("%s: expected a number for each token, found %s for \"%s\""
                        .formatted(file, id, token.getKey()));
            }
            largest = Math.max(largest, id.getAsLong());
        }
        if (largest >= text.vocabSize()) {
            throw new CheckpointException(
                    "%s: has token %d, or the tokens added to it have, but the text encoder knows vocab_size %d: they are of two models"
                            .formatted(file, largest, text.vocabSize()));
        }
        requireMerges();
        int length = specialTokens(text.maxPositionEmbeddings()).maxLength();
        if (length > text.maxPositionEmbeddings()) {
            throw new CheckpointException(
                    "tokenizer folder %s: model_max_length %d is more than the text encoder's max_position_embeddings %d"
                            .formatted(folder, length, text.maxPositionEmbeddings()));
        }
    }

    private Path vocabularyFile() {
        Path whole = folder.resolve("tokenizer.json");
        return Files.isRegularFile(whole) ? whole : folder.resolve("vocab.json");
    }

    /** Each merge is of two tokens, and makes one. */
    private void requireMerges() {
        JsonElement merges = definition.getAsJsonObject("model").get("merges");
        if (!(merges instanceof JsonArray list)) {
            throw new CheckpointException(vocabularyFile() + ": expected a list model.merges (a BPE tokenizer)");
        }
        Set<String> tokens = new HashSet<>(vocabulary.keySet());
        Set<String> made = new HashSet<>();
        for (JsonElement merge : list) {
            String halves = merge instanceof JsonArray pair && pair.size() == 2
                    ? pair.get(0).getAsString() + ' ' + pair.get(1).getAsString()
                    : merge.isJsonPrimitive() ? merge.getAsString() : "";
            int space = halves.indexOf(' ');
            String first = halves.substring(0, Math.max(0, space));
            String second = halves.substring(space + 1);
            if (!tokens.contains(first) || !tokens.contains(second) || !tokens.contains(first + second)) {
                throw new CheckpointException(
                        "tokenizer folder %s: merge \"%s\" is not of two tokens of the vocabulary%s"
                                .formatted(folder, halves.isEmpty() ? merge : halves, insteadOfMerges()));
            }
            made.add(first + second);
        }
        requireMade(made);
    }

    /** A file that ends too early at the end of a line is still one: words fall into other tokens, and nothing else shows. */
    private void requireMade(Set<String> made) {
        long lacking = vocabulary.keySet().stream()
                .filter(token -> token.replace("</w>", "").length() > 1 && !token.startsWith("<|"))
                .filter(token -> !made.contains(token))
                .count();
        if (lacking > vocabulary.size() / ONE_IN) {
            Path whole = vocabularyFile();
            throw new CheckpointException(
                    "%s: no merge makes %d of the vocabulary's %d tokens; it was cut off: fetch the file again"
                            .formatted(
                                    whole.endsWith("vocab.json") ? folder.resolve("merges.txt") : whole,
                                    lacking,
                                    vocabulary.size()));
        }
    }

    private String insteadOfMerges() {
        Path merges = folder.resolve("merges.txt");
        return UnreadableFile.insteadOfText(merges)
                .map(what -> "; %s %s".formatted(merges, what))
                .orElse("");
    }

    private JsonObject addedToken(String token) {
        JsonObject added = new JsonObject();
        added.addProperty("id", id(token));
        added.addProperty("content", token);
        Stream.of("single_word", "lstrip", "rstrip", "normalized").forEach(key -> added.addProperty(key, false));
        added.addProperty("special", true);
        return added;
    }

    /** @param places ids in an encoded prompt, where the files say nothing sensible */
    SpecialTokens specialTokens(int places) {
        String end = token("eos_token", END);
        return new SpecialTokens(
                id(token("bos_token", START)), id(end), id(token("pad_token", end)), maxLength(places));
    }

    private String token(String key, String defaultToken) {
        return setting(key).map(this::content).orElse(defaultToken);
    }

    private String content(JsonElement token) {
        JsonElement content = token instanceof JsonObject object ? object.get("content") : token;
        if (content == null || !content.isJsonPrimitive()) {
            throw new CheckpointException(
                    "tokenizer folder %s: expected a token's text, found %s".formatted(folder, token));
        }
        return content.getAsString();
    }

    private Optional<JsonElement> setting(String key) {
        return settings.stream()
                .map(file -> file.get(key))
                .filter(value -> value != null && !value.isJsonNull())
                .findFirst();
    }

    private long id(String token) {
        JsonElement id = vocabulary.get(token);
        if (id == null) {
            throw new CheckpointException(
                    "tokenizer folder %s: special token %s is not in the vocabulary".formatted(folder, token));
        }
        return id.getAsLong();
    }

    /** Some files hold 1e30, by which transformers says that it does not know. */
    private int maxLength(int places) {
        Optional<JsonElement> found = setting("model_max_length");
        if (found.isEmpty()) {
            return places;
        }
        double length = found.get().isJsonPrimitive()
                        && found.get().getAsJsonPrimitive().isNumber()
                ? found.get().getAsDouble()
                : 0;
        if (length > MOST_SENSIBLE) {
            return places;
        }
        if (length < 3) {
            throw new CheckpointException(
                    "tokenizer folder %s: model_max_length must be a number of 3 or more, found %s"
                            .formatted(folder, found.get()));
        }
        return (int) length;
    }
}
