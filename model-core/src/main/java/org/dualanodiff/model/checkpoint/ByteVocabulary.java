package org.dualanodiff.model.checkpoint;

import com.google.gson.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A vocabulary without words, in CLIP's order: the 256 bytes as printable characters (Radford et al. 2019), the same at
 * the end of a word, tokens that no text gives, then start and end.
 */
final class ByteVocabulary {
    private static final int BYTES = 256;

    private ByteVocabulary() {}

    /** @param size number of tokens, 514 or more */
    static JsonObject of(int size) {
        List<String> symbols = symbols();
        Stream<String> wordEnds = symbols.stream().map(symbol -> symbol + "</w>");
        Stream<String> filler = IntStream.range(2 * BYTES, size - 2).mapToObj(i -> "<|unused" + i + "|>");
        Stream<String> special = Stream.of("<|startoftext|>", "<|endoftext|>");
        JsonObject vocabulary = new JsonObject();
        Stream.of(symbols.stream(), wordEnds, filler, special)
                .flatMap(tokens -> tokens)
                .forEach(token -> vocabulary.addProperty(token, vocabulary.size()));
        return vocabulary;
    }

    /** The text's bytes in UTF-8, each as its printable character. */
    static List<String> symbolsOf(String text) {
        List<String> symbols = symbols();
        List<Integer> order = byteOrder();
        return IntStream.range(0, text.getBytes(StandardCharsets.UTF_8).length)
                .mapToObj(i -> symbols.get(order.indexOf(text.getBytes(StandardCharsets.UTF_8)[i] & 0xff)))
                .toList();
    }

    private static List<Integer> byteOrder() {
        return Stream.of(true, false)
                .flatMap(printable -> IntStream.range(0, BYTES)
                        .filter(value -> isPrintable(value) == printable)
                        .boxed())
                .toList();
    }

    /** Printable Latin-1 bytes stand for themselves; the others follow as the characters from 256 on. */
    static List<String> symbols() {
        IntStream printable = IntStream.range(0, BYTES).filter(ByteVocabulary::isPrintable);
        long unprintable =
                IntStream.range(0, BYTES).filter(b -> !isPrintable(b)).count();
        IntStream shifted = IntStream.range(BYTES, BYTES + (int) unprintable);
        return IntStream.concat(printable, shifted)
                .mapToObj(Character::toString)
                .toList();
    }

    private static boolean isPrintable(int value) {
        return value >= '!' && value <= '~' || value >= 0xa1 && value <= 0xff && value != 0xad;
    }
}
