package org.dualanodiff.pipeline.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class FingerprintTest {
    @Test
    void fingerprint_ofKnownFields_isTheSameInEveryJvm() {
        Fingerprint fingerprint = Fingerprint.of("test")
                .text("name", "é")
                .integer("steps", 5000)
                .flag("flip", true)
                .map("settings", Map.of("b", "2", "a", "1"))
                .build();

        assertThat(fingerprint.hex()).isEqualTo("aa71960002a2820999ea59a8b95cc8721f4a42439a07fa89a74ee5d34d3a2df9");
        assertThat(fingerprint.shortHex()).isEqualTo(fingerprint.hex().substring(0, 16));
    }

    @Test
    void fingerprint_ofFieldsInAnotherOrder_isTheSame() {
        assertThat(Fingerprint.of("k").text("a", "1").integer("b", 2).build())
                .isEqualTo(Fingerprint.of("k").integer("b", 2).text("a", "1").build());
    }

    @Test
    void fingerprint_ofSameTextInAnotherTypeOrField_differs() {
        assertThat(Fingerprint.of("k").text("a", "1").build())
                .isNotEqualTo(Fingerprint.of("k").integer("a", 1).build())
                .isNotEqualTo(Fingerprint.of("k").text("b", "1").build())
                .isNotEqualTo(Fingerprint.of("other").text("a", "1").build());
    }

    @Test
    void fingerprint_ofTextsThatRunTogether_differs() {
        assertThat(Fingerprint.of("k").text("a", "xb").text("c", "").build())
                .isNotEqualTo(Fingerprint.of("k").text("a", "x").text("c", "b").build());
    }

    @Test
    void builder_givenNameTwice_refusesIt() {
        assertThatThrownBy(() -> Fingerprint.of("k").text("a", "1").flag("a", true))
                .hasMessageContaining("'a' was given twice");
    }

    @Test
    void fingerprint_ofOtherText_isRefused() {
        assertThatThrownBy(() -> new Fingerprint("12ab")).hasMessageContaining("64");
    }
}
