package org.dualanodiff.pipeline.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.dualanodiff.pipeline.UnitKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoreLayoutTest {
    private static final Fingerprint FINGERPRINT = Fingerprint.of("test").build();
    private static final AdapterId ID = new AdapterId("metal nut", "a/b=c", FINGERPRINT);

    @Test
    void adapter_ofNamesWithTrouble_staysOneFolderEach() {
        String folder = "adapters/metal nut/a%2Fb%3Dc/" + FINGERPRINT.hex().substring(0, 16);

        assertThat(StoreLayout.provenance(ID)).isEqualTo(folder + "/provenance.json");
        assertThat(StoreLayout.weights(ID, StoreLayout.WEIGHTS_FILE))
                .isEqualTo(folder + "/pytorch_lora_weights.safetensors");
        assertThat(StoreLayout.checkpoint(ID, 500)).isEqualTo(folder + "/checkpoints/step-500");
    }

    @Test
    void samples_ofRun_arePartitionedAsSparkReadsThem() {
        assertThat(StoreLayout.samples("nightly", new UnitKey("metal nut", "a/b=c")))
                .isEqualTo("samples/run=nightly/category=metal nut/defect=a%2Fb%3Dc")
                .startsWith(StoreLayout.samples("nightly"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ar-EG-u-nu-arab", "fa-IR-u-nu-arabext", "hi-IN-u-nu-deva"})
    void names_inALocaleOfOtherDigits_haveLatinOnes(String tag) {
        Locale before = Locale.getDefault(Locale.Category.FORMAT);
        Locale.setDefault(Locale.Category.FORMAT, Locale.forLanguageTag(tag));
        try {
            assertThat("%d".formatted(7)).isNotEqualTo("7");
            assertThat(StoreLayout.checkpoint(ID, 500)).endsWith("step-500");
            assertThat(StoreLayout.datasetVersion("night", 12)).endsWith("000012.json");
        } finally {
            Locale.setDefault(Locale.Category.FORMAT, before);
        }
    }

    @Test
    void run_ofId_holdsIdentityManifestAndUnits() {
        assertThat(StoreLayout.runIdentity("r1")).isEqualTo("runs/r1/run.json");
        assertThat(StoreLayout.manifest("r1")).isEqualTo("runs/r1/manifest.json");
        assertThat(StoreLayout.unit("r1", new UnitKey("bottle", ".."))).isEqualTo("runs/r1/units/bottle/%2E%2E.json");
    }
}
