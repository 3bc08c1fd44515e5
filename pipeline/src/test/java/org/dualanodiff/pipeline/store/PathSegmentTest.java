package org.dualanodiff.pipeline.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.dualanodiff.pipeline.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathSegmentTest {
    @ParameterizedTest
    @CsvSource({
        "bottle, bottle",
        "broken large, broken large",
        "a=b, a%3Db",
        "a/b, a%2Fb",
        "100%, 100%25",
        "a:b, a%3Ab",
        "[x]^{y}, %5Bx%5D%5E%7By}",
        "Риска-é, Риска-é",
        ".., %2E%2E",
        "., %2E",
        "..., ..."
    })
    void escape_ofTroublesomeNames_followsSparksRule(String name, String segment) {
        assertThat(PathSegment.escape(name)).isEqualTo(segment);
        assertThat(PathSegment.unescape(segment)).isEqualTo(name);
    }

    @Test
    void escape_ofControlCharacters_givesTwoDigits() {
        assertThat(PathSegment.escape("a\nb\u0001\u007F\\\"'*?#")).isEqualTo("a%0Ab%01%7F%5C%22%27%2A%3F%23");
    }

    @Test
    void escape_ofEmptyName_isRefused() {
        assertThatThrownBy(() -> PathSegment.escape("")).isInstanceOf(UserError.class);
    }

    @Test
    void unescape_ofLonePercent_leavesIt() {
        assertThat(PathSegment.unescape("5% and %G1 and %4")).isEqualTo("5% and %G1 and %4");
    }

    @Test
    void unescape_afterEscape_givesTheNameBack() {
        Random random = new Random(1);
        for (int i = 0; i < 1_000; i++) {
            int length = random.nextInt(1, 31);
            String name = random.ints(length, 0, Character.MIN_SURROGATE)
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString();
            assertThat(PathSegment.unescape(PathSegment.escape(name))).isEqualTo(name);
            assertThat(PathSegment.escape(name)).doesNotContain("/");
        }
    }
}
