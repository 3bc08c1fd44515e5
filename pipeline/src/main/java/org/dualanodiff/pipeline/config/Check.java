package org.dualanodiff.pipeline.config;

import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** What one value must be. A number may also be written as text and the other way round, as HOCON allows. */
@FunctionalInterface
interface Check {
    /** What is wrong with {@code value}, as the rest of a sentence that starts with the setting's name; empty if nothing. */
    Optional<String> complaint(ConfigValue value);

    /** {@code next} is asked only where this finds nothing. */
    default Check and(Check next) {
        return value -> complaint(value).or(() -> next.complaint(value));
    }

    /** The value is a scalar whose text {@code holds}; {@code expected} says so in words. */
    static Check text(String expected, Predicate<String> holds) {
        return value -> scalar(value).filter(holds).isPresent() ? Optional.empty() : refuse(expected, value);
    }

    /** Any text, also an empty one. */
    static Check anyText() {
        return text("a text", text -> true);
    }

    /** A text with something in it. */
    static Check filledText() {
        return text("a text that is not empty", text -> !text.isBlank());
    }

    /** A text that matches {@code pattern} as a whole. */
    static Check matching(String expected, String pattern) {
        return text(expected, text -> text.matches(pattern));
    }

    static Check oneOf(List<String> names) {
        return text(names.size() == 1 ? names.get(0) : "one of " + String.join(", ", names), names::contains);
    }

    /** True or false, in any of the words that HOCON knows. */
    static Check flag() {
        return matching("true or false", "true|false|yes|no|on|off");
    }

    /** A whole number of 64 bits. */
    static Check wholeNumber() {
        return text(
                "a whole number of 64 bits", text -> isWhole(text) && isWithin(text, Long.MIN_VALUE, Long.MAX_VALUE));
    }

    /** A whole number, {@code min..max}. */
    static Check wholeNumber(long min, long max) {
        return text("a whole number", Check::isWhole).and(text(min + ".." + max, text -> isWithin(text, min, max)));
    }

    /** A word, or a whole number, {@code min..max}. */
    static Check wholeNumberOr(String word, long min, long max) {
        String expected = "%s or a whole number %d..%d".formatted(word, min, max);
        return text(expected, text -> text.equals(word) || (isWhole(text) && isWithin(text, min, max)));
    }

    /** A number, {@code min..max}. */
    static Check number(double min, double max) {
        return anyNumber().and(text(plain(min) + ".." + plain(max), text -> isWithin(text, min, max)));
    }

    /** One of the words, or a number, {@code min..max}. */
    static Check numberOr(List<String> words, double min, double max) {
        String expected = "%s or a number %s..%s".formatted(String.join(", ", words), plain(min), plain(max));
        return text(expected, text -> words.contains(text) || (decimal(text).isPresent() && isWithin(text, min, max)));
    }

    /** A number above 0 and at most {@code max}; one too small for a double counts as 0. */
    static Check positive(double max) {
        return anyNumber()
                .and(text("above 0 and at most " + plain(max), text -> isWithin(text, Double.MIN_VALUE, max)));
    }

    private static Check anyNumber() {
        return text("a number", text -> decimal(text).isPresent());
    }

    /** A list of names, none of them empty. */
    static Check names() {
        return value ->
                isListOfNames(value) ? Optional.empty() : refuse("a list of names such as [bottle, cable]", value);
    }

    /** A list of two numbers in ascending order, both {@code min..max}. */
    static Check interval(double min, double max) {
        String expected = "two numbers [from, to] with %s <= from <= to <= %s".formatted(plain(min), plain(max));
        return value -> isInterval(value, min, max) ? Optional.empty() : refuse(expected, value);
    }

    /** A block of any names. */
    static Check block() {
        return value -> value.valueType() == ConfigValueType.OBJECT
                ? Optional.empty()
                : Optional.of("must be a block { \"NAME\" = value }");
    }

    /** The text of a text, number or boolean exactly as written; empty for lists and blocks. */
    static Optional<String> scalar(ConfigValue value) {
        return switch (value.valueType()) {
            case STRING, NUMBER, BOOLEAN -> Optional.of(value.atKey("value").getString("value"));
            default -> Optional.empty();
        };
    }

    private static boolean isListOfNames(ConfigValue value) {
        return value instanceof ConfigList list
                && list.stream()
                        .allMatch(name ->
                                scalar(name).filter(text -> !text.isBlank()).isPresent());
    }

    private static boolean isInterval(ConfigValue value, double min, double max) {
        if (!(value instanceof ConfigList list) || list.size() != 2) {
            return false;
        }
        List<BigDecimal> bounds = list.stream()
                .flatMap(bound -> scalar(bound).flatMap(Check::decimal).stream())
                .filter(bound -> isWithin(bound.toString(), min, max))
                .toList();
        return bounds.size() == 2 && bounds.get(0).compareTo(bounds.get(1)) <= 0;
    }

    private static Optional<String> refuse(String expected, ConfigValue value) {
        String found = Redaction.uri(value.render(ConfigRenderOptions.concise()));
        return Optional.of("must be " + expected + ", was " + found);
    }

    private static boolean isWhole(String text) {
        return decimal(text)
                .filter(number -> number.stripTrailingZeros().scale() <= 0)
                .isPresent();
    }

    private static boolean isWithin(String text, Number min, Number max) {
        BigDecimal number = new BigDecimal(text);
        return number.compareTo(new BigDecimal(min.toString())) >= 0
                && number.compareTo(new BigDecimal(max.toString())) <= 0;
    }

    private static Optional<BigDecimal> decimal(String text) {
        try {
            return Optional.of(new BigDecimal(text));
        } catch (NumberFormatException notANumber) {
            return Optional.empty();
        }
    }

    private static String plain(double number) {
        return new BigDecimal(String.valueOf(number)).stripTrailingZeros().toPlainString();
    }
}
