package org.dualanodiff.model.checkpoint;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A tokenizer learned from words (Sennrich et al. 2016), with CLIP's bytes and ends of words: the most frequent pair of
 * neighbouring symbols becomes a symbol, until every word is one. Other words are still spelled by their pieces.
 */
final class BytePairEncoding {
    private static final String WORD_END = "</w>";

    private final List<List<String>> words = new ArrayList<>();
    private final List<Pair> merges = new ArrayList<>();

    private record Pair(String left, String right) implements Comparable<Pair> {
        private static final Comparator<Pair> ORDER =
                Comparator.comparing(Pair::left).thenComparing(Pair::right);

        String joined() {
            return left + right;
        }

        @Override
        public int compareTo(Pair other) {
            return ORDER.compare(this, other);
        }
    }

    private BytePairEncoding(Collection<String> words) {
        new TreeSet<>(words).forEach(word -> this.words.add(spelled(word)));
    }

    /** @param words lower case, without white space */
    static BytePairEncoding of(Collection<String> words) {
        BytePairEncoding encoding = new BytePairEncoding(words);
        for (Optional<Pair> next = encoding.mostFrequent(); next.isPresent(); next = encoding.mostFrequent()) {
            encoding.merge(next.get());
        }
        return encoding;
    }

    private static List<String> spelled(String word) {
        List<String> symbols = new ArrayList<>(ByteVocabulary.symbolsOf(word));
        int last = symbols.size() - 1;
        symbols.set(last, symbols.get(last) + WORD_END);
        return symbols;
    }

    /** Of equally frequent pairs the first by its symbols. */
    private Optional<Pair> mostFrequent() {
        Map<Pair, Integer> counts = new TreeMap<>();
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
    String mergesFile() {
        StringBuilder text = new StringBuilder("#version: 0.2\n");
        merges.forEach(
                pair -> text.append(pair.left).append(' ').append(pair.right).append('\n'));
        return text.toString();
    }

    /** {@code vocab.json}. */
    JsonObject vocabulary() {
        JsonObject vocabulary = new JsonObject();
        List<String> symbols = ByteVocabulary.symbols();
        Stream.of(
                        symbols.stream(),
                        symbols.stream().map(symbol -> symbol + WORD_END),
                        merges.stream().map(Pair::joined),
                        Stream.of("<|startoftext|>", "<|endoftext|>"))
                .flatMap(tokens -> tokens)
                .filter(token -> !vocabulary.has(token))
                .forEach(token -> vocabulary.addProperty(token, vocabulary.size()));
        return vocabulary;
    }
}
