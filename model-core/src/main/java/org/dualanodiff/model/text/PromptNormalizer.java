package org.dualanodiff.model.text;

import java.text.Normalizer;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cleans a prompt as CLIP's tokenizer does before it splits into words: the repairs of the Python package ftfy, then
 * white space collapsed, ends stripped, lower case.
 *
 * <p>Of ftfy these are here: HTML entities (numeric, and common names), terminal escapes, Latin ligatures, full-width and
 * half-width forms, curly quotes, line breaks, control characters, NFC. Not here: text that was decoded with the wrong
 * character set (mojibake) stays as it is.
 */
final class PromptNormalizer {
    private static final Pattern ENTITY = Pattern.compile("&(#[xX]?)?([0-9A-Za-z]{1,24});");
    private static final Pattern TERMINAL_ESCAPE = Pattern.compile("\u001b\\[[\\d;]*[a-zA-Z]");
    private static final Pattern LIGATURE =
            Pattern.compile("[\u0132\u0133\u0149\u01c4-\u01cc\u01f1-\u01f3\ufb00-\ufb06]");
    private static final Pattern WIDTH_FORM = Pattern.compile("[\u3000\uff01-\uffef]");
    private static final Pattern SINGLE_QUOTE = Pattern.compile("[\u02bc\u2018-\u201b]");
    private static final Pattern DOUBLE_QUOTE = Pattern.compile("[\u201c-\u201f]");
    private static final Pattern LINE_BREAK = Pattern.compile("\r\n|[\r\u2028\u2029\u0085]");
    private static final Pattern CONTROL =
            Pattern.compile("[\\x00-\\x08\\x0b\\x0e-\\x1f\\x7f\u206a-\u206f\ufeff\ufff9-\ufffc]");
    private static final Pattern WHITE_SPACE = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);

    private static final Map<String, String> NAMED_ENTITIES = Map.ofEntries(
            Map.entry("amp", "&"),
            Map.entry("lt", "<"),
            Map.entry("gt", ">"),
            Map.entry("quot", "\""),
            Map.entry("apos", "'"),
            Map.entry("nbsp", "\u00a0"),
            Map.entry("deg", "\u00b0"),
            Map.entry("micro", "\u00b5"),
            Map.entry("plusmn", "\u00b1"),
            Map.entry("times", "\u00d7"),
            Map.entry("copy", "\u00a9"),
            Map.entry("reg", "\u00ae"),
            Map.entry("trade", "\u2122"),
            Map.entry("euro", "\u20ac"),
            Map.entry("ndash", "\u2013"),
            Map.entry("mdash", "\u2014"),
            Map.entry("hellip", "\u2026"),
            Map.entry("lsquo", "\u2018"),
            Map.entry("rsquo", "\u2019"),
            Map.entry("ldquo", "\u201c"),
            Map.entry("rdquo", "\u201d"));

    private PromptNormalizer() {}

    static String normalize(String prompt) {
        String repaired = repair(prompt);
        return WHITE_SPACE.matcher(repaired).replaceAll(" ").strip().toLowerCase(Locale.ROOT);
    }

    /** Repeats until nothing changes, since one repair can uncover another: {@code &amp;#39;} is a quote. */
    private static String repair(String prompt) {
        // A tag means that the text is markup, in which an entity stands for itself.
        boolean unescape = prompt.indexOf('<') < 0;
        String text = prompt;
        String before;
        do {
            before = text;
            text = repairOnce(unescape ? unescape(text) : text);
        } while (!text.equals(before));
        return text;
    }

    private static String repairOnce(String text) {
        String result = TERMINAL_ESCAPE.matcher(text).replaceAll("");
        result = LIGATURE.matcher(result).replaceAll(PromptNormalizer::compatible);
        result = WIDTH_FORM.matcher(result).replaceAll(PromptNormalizer::compatible);
        result = SINGLE_QUOTE.matcher(result).replaceAll("'");
        result = DOUBLE_QUOTE.matcher(result).replaceAll("\"");
        result = LINE_BREAK.matcher(result).replaceAll("\n");
        result = CONTROL.matcher(result).replaceAll("");
        return Normalizer.normalize(result, Normalizer.Form.NFC);
    }

    private static String compatible(MatchResult match) {
        return Matcher.quoteReplacement(Normalizer.normalize(match.group(), Normalizer.Form.NFKC));
    }

    private static String unescape(String text) {
        return ENTITY.matcher(text)
                .replaceAll(match -> Matcher.quoteReplacement(character(match).orElse(match.group())));
    }

    private static Optional<String> character(MatchResult entity) {
        String body = entity.group(2);
        if (entity.group(1) == null) {
            return Optional.ofNullable(NAMED_ENTITIES.get(body));
        }
        try {
            int codePoint = Integer.parseInt(body, entity.group(1).length() == 2 ? 16 : 10);
            return Optional.of(codePoint).filter(Character::isValidCodePoint).map(Character::toString);
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
