package org.dualanodiff.model.text;

import com.google.gson.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A tokenizer learned from words (Sennrich et al. 2016), with CLIP's bytes and ends of words: the most frequent pair of
 * neighbouring symbols becomes a symbol, until every word is one. Other words are still spelled by their pieces.
 */
public final class BytePairEncoding {
    private static final String WORD_END = "</w>";
    /** The bytes as printable characters (Radford et al. 2019), in CLIP's order. */
    private static final Map<Byte, String> SYMBOLS = symbols();

    private final List<List<String>> words;
    private final List<Pair> merges = new ArrayList<>();

    private record Pair(String left, String right) {
        static final Comparator<Pair> ORDER = Comparator.comparing(Pair::left).thenComparing(Pair::right);

        String joined() {
            return left + right;
        }
    }

    /**
     * @param words lower case, without white space; each becomes one token. Without any, every byte of a text is a token
     */
    public BytePairEncoding(Collection<String> words) {
        this.words =
                new TreeSet<>(words).stream().map(BytePairEncoding::spelled).toList();
        for (Optional<Pair> next = mostFrequent(); next.isPresent(); next = mostFrequent()) {
            merge(next.get());
        }
    }

    /** Printable Latin-1 bytes stand for themselves; the others follow as the characters from 256 on. */
    private static Map<Byte, String> symbols() {
        Map<Byte, String> symbols = new LinkedHashMap<>();
        for (int value = 0; value < 256; value++) {
            if (value >= '!' && value <= '~' || value >= 0xa1 && value != 0xad) {
                symbols.put((byte) value, Character.toString(value));
            }
        }
        int next = 256;
        for (int value = 0; value < 256; value++) {
            if (!symbols.containsKey((byte) value)) {
                symbols.put((byte) value, Character.toString(next++));
            }
        }
        return symbols;
    }

    private static List<String> spelled(String word) {
        List<String> symbols = new ArrayList<>();
        for (byte value : word.getBytes(StandardCharsets.UTF_8)) {
            symbols.add(SYMBOLS.get(value));
        }
        int last = symbols.size() - 1;
        symbols.set(last, symbols.get(last) + WORD_END);
        return symbols;
    }

    /** Of equally frequent pairs the first by its symbols. */
    private Optional<Pair> mostFrequent() {
        Map<Pair, Integer> counts = new TreeMap<>(Pair.ORDER);
        for (List<String> word : words) {
            for (int i = 1; i < word.size(); i++) {
                counts.merge(new Pair(word.get(i - 1), word.get(i)), 1, Integer::sum);
            }
        }
        return counts.entrySet().stream().max(Map.Entry.comparingByValue()).map(Map.Entry::getKey);
    }

    private void merge(Pair pair) {
        merges.add(pair);
        for (List<String> word : words) {
            for (int i = 1; i < word.size(); i++) {
                if (pair.left.equals(word.get(i - 1)) && pair.right.equals(word.get(i))) {
                    word.set(i - 1, pair.joined());
                    word.remove(i);
                }
            }
        }
    }

    /** {@code merges.txt}. */
    public String mergesFile() {
        StringBuilder text = new StringBuilder("#version: 0.2\n");
        merges.forEach(
                pair -> text.append(pair.left).append(' ').append(pair.right).append('\n'));
        return text.toString();
    }

    /**
     * {@code vocab.json} in CLIP's order: bytes, bytes at the end of a word, merges, start and end.
     *
     * @param size tokens that no text gives fill it up to so many; no more than there are if it is smaller
     */
    public JsonObject vocabulary(int size) {
        Set<String> tokens = new LinkedHashSet<>(SYMBOLS.values());
        SYMBOLS.values().forEach(symbol -> tokens.add(symbol + WORD_END));
        merges.forEach(pair -> tokens.add(pair.joined()));
        while (tokens.size() < size - 2) {
            tokens.add("<|unused" + tokens.size() + "|>");
        }
        tokens.add(TokenizerFiles.START);
        tokens.add(TokenizerFiles.END);
        JsonObject vocabulary = new JsonObject();
        tokens.forEach(token -> vocabulary.addProperty(token, vocabulary.size()));
        return vocabulary;
    }
}
