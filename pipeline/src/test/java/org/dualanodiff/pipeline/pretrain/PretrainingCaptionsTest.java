package org.dualanodiff.pipeline.pretrain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.commons.rng.UniformRandomProvider;
import org.dualanodiff.model.dual.NestedPrompt;
import org.dualanodiff.model.random.NoiseSource;
import org.dualanodiff.pipeline.pretrain.MixedImages.PretrainingCaptions;
import org.junit.jupiter.api.Test;

class PretrainingCaptionsTest {

    private final UniformRandomProvider random = NoiseSource.generator("captions-test");

    @Test
    void words_ofNames_areSplitWhereFolderNamesJoinThem() {
        assertThat(PretrainingCaptions.words(List.of("hex_nut", "MT-Blowhole", "crack")))
                .containsExactlyInAnyOrder("a", "with", "vfx", "sks", "hex", "nut", "mt", "blowhole", "crack");
    }

    @Test
    void caption_ofAWholePicture_namesItSometimesByTheRareWordsAndSometimesNotAtAll() {
        Set<String> seen = new TreeSet<>();
        for (int i = 0; i < 500; i++) {
            seen.add(PretrainingCaptions.whole("hex_nut", Optional.of("rust"), random));
        }
        assertThat(seen)
                .containsExactlyInAnyOrder(
                        "", "a hex nut with rust", "a vfx with rust", "a hex nut with sks", "a vfx with sks");
    }

    @Test
    void prompts_ofAPair_agreeOnTheDefect() {
        for (int i = 0; i < 200; i++) {
            NestedPrompt prompt = PretrainingCaptions.pair("wood", "crack", random);
            assertThat(prompt.global()).endsWith(prompt.anomaly());
        }
    }

    @Test
    void sentence_withoutDefect_namesTheObjectAlone() {
        assertThat(PretrainingCaptions.sentence("wood", Optional.empty())).isEqualTo("a wood");
    }
}
