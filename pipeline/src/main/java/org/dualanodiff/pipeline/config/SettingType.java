package org.dualanodiff.pipeline.config;

import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.dualanodiff.pipeline.config.PipelineConfig.Limit;

/**
 * What the values of a setting are. A number may also be written as text and the other way round, as HOCON allows.
 *
 * @param complaint what is wrong with a value, as the rest of a sentence that starts with the setting's name; empty if nothing
 * @param text a sound value in one spelling: 1e-4, 0.0001 and "1.0E-4" are the same text
 */
record SettingType(Function<ConfigValue, Optional<String>> complaint, Function<ConfigValue, String> text) {

    /** This, with what {@code next} finds where this finds nothing. */
    SettingType and(Function<ConfigValue, Optional<String>> next) {
        return new SettingType(value -> complaint.apply(value).or(() -> next.apply(value)), text);
    }

    /** Written as {@code spelling} has it. */
    SettingType spelled(UnaryOperator<String> spelling) {
        return new SettingType(complaint, text.andThen(spelling));
    }

    /** The value is a scalar whose text {@code holds}; {@code expected} says so in words. */
    static SettingType text(String expected, Predicate<String> holds) {
        return new SettingType(
                value -> scalar(value).filter(holds).isPresent() ? Optional.empty() : refuse(expected, value),
                value -> scalar(value).orElseThrow());
    }

    /** Any text, also an empty one. */
    static SettingType anyText() {
        return text("a text", text -> true);
    }

    /** A text with something in it. */
    static SettingType filledText() {
        return text("a text that is not empty", text -> !text.isBlank());
    }

    /** A text that matches {@code pattern} as a whole. */
    static SettingType matching(String expected, String pattern) {
        return text(expected, text -> text.matches(pattern));
    }

    static SettingType oneOf(String... names) {
        return oneOf(List.of(names));
    }

    static SettingType oneOf(List<String> names) {
        return text("one of " + String.join(", ", names), names::contains);
    }

    /** True or false, in any of the words that HOCON knows. */
    static SettingType flag() {
        return matching("true or false", "true|false|yes|no|on|off")
                .spelled(text -> Boolean.toString(text.matches("true|yes|on")));
    }

    /** A whole number of 64 bits. */
    static SettingType wholeNumber() {
        return text("a whole number of 64 bits", text -> isWhole(text, Long.MIN_VALUE, Long.MAX_VALUE))
                .spelled(SettingType::whole);
    }

    /** A whole number, {@code min..max}. */
    static SettingType wholeNumber(long min, long max) {
        return text("a whole number", SettingType::isWhole)
                .and(text(min + ".." + max, text -> isWithin(text, min, max)).complaint)
                .spelled(SettingType::whole);
    }

    /** A word, or a whole number, {@code min..max}. */
    static SettingType wholeNumberOr(String word, long min, long max) {
        String expected = "%s or a whole number %d..%d".formatted(word, min, max);
        return text(expected, text -> text.equals(word) || isWhole(text, min, max))
                .spelled(text -> text.equals(word) ? text : whole(text));
    }

    /** Pixels, {@code 16..2048}, in steps of {@code step}; one of the words. */
    static SettingType edge(int step, String... words) {
        String expected = String.join("", List.of(words)) + (words.length > 0 ? " or " : "");
        return text(
                "%sa multiple of %d, 16..2048".formatted(expected, step),
                text -> List.of(words).contains(text)
                        || text.matches("[1-9][0-9]{1,3}")
                                && isWithin(text, 16, 2048)
                                && Integer.parseInt(text) % step == 0);
    }

    /** A number, {@code min..max}. */
    static SettingType number(double min, double max) {
        return number(plain(min) + ".." + plain(max), min, max);
    }

    /** A number above 0 and at most {@code max}; one too small for a double counts as 0. */
    static SettingType positive(double max) {
        return number("above 0 and at most " + plain(max), Double.MIN_VALUE, max);
    }

    private static SettingType number(String expected, double min, double max) {
        return text("a number", text -> decimal(text).isPresent())
                .and(text(expected, text -> isWithin(text, min, max)).complaint)
                .spelled(text -> Double.toString(Double.parseDouble(text)));
    }

    /** One of the words, or a number, {@code min..max}. */
    static SettingType numberOr(List<String> words, double min, double max) {
        String expected = "%s or a number %s..%s".formatted(String.join(", ", words), plain(min), plain(max));
        return text(expected, text -> words.contains(text) || (decimal(text).isPresent() && isWithin(text, min, max)))
                .spelled(text -> Limit.parse(text).setting());
    }

    /** A list of names, none of them empty. */
    static SettingType names() {
        return new SettingType(
                value -> isListOfNames(value)
                        ? Optional.empty()
                        : refuse("a list of names such as [bottle, cable]", value),
                value -> value.unwrapped().toString());
    }

    /** A list of two numbers in ascending order, both {@code min..max}. */
    static SettingType interval(double min, double max) {
        String expected = "two numbers [from, to] with %s <= from <= to <= %s".formatted(plain(min), plain(max));
        return new SettingType(
                value -> isInterval(value, min, max) ? Optional.empty() : refuse(expected, value),
                value -> ((ConfigList) value)
                        .stream()
                                .map(bound -> Double.valueOf(scalar(bound).orElseThrow()))
                                .toList()
                                .toString());
    }

    /** A block of any names. */
    static SettingType block() {
        return new SettingType(
                value -> value.valueType() == ConfigValueType.OBJECT
                        ? Optional.empty()
                        : Optional.of("must be a block { \"NAME\" = value }"),
                value -> value.unwrapped().toString());
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
                .flatMap(bound -> scalar(bound).flatMap(SettingType::decimal).stream())
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

    private static boolean isWhole(String text, long min, long max) {
        return isWhole(text) && isWithin(text, min, max);
    }

    private static String whole(String text) {
        return Long.toString(new BigDecimal(text).longValueExact());
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
