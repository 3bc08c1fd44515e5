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
                .real("rate", 1e-4)
                .flag("flip", true)
                .map("settings", Map.of("b", "2", "a", "1"))
                .build();

        assertThat(fingerprint.hex()).isEqualTo("e6fc4c0363df08195f56d551822e3b3455c9794b35fcc74bac8619e9a0f91a05");
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
