package org.dualanodiff.model.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PromptNormalizerTest {
    @ParameterizedTest
    @CsvSource(
            ignoreLeadingAndTrailingWhitespace = false,
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "  A \t b\u00a0C |a b c",
                "cafe\u0301|caf\u00e9",
                "\u2018a\u2019 \u201cb\u201d|'a' \"b\"",
                "\uff37\uff49\u3000\uff11|wi 1",
                "\ufb01ne \ufb02ow \ufb03|fine flow ffi",
                "a &amp; &#65; &#x42; &nosuch;|a & a b &nosuch;",
                "&amp;amp; &amp;#39;|& '",
                "<b> &amp;|<b> &amp;",
                "a\u0007b\ufeffc\u001b[31md|abcd",
                "\u00bd \u00b2 \u2160|\u00bd \u00b2 \u2170",
                "&#xffffffff; &#99999999;|&#xffffffff; &#99999999;",
            })
    void normalizer_ofPrompt_cleansIt(String prompt, String expected) {
        assertThat(PromptNormalizer.normalize(prompt)).isEqualTo(expected);
    }

    @Test
    void normalizer_ofAnyLineBreak_givesOneSpace() {
        assertThat(PromptNormalizer.normalize("a\r\nb\nc\rd\u2028e\u0085f\n")).isEqualTo("a b c d e f");
    }
}
