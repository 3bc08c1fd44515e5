package org.dualanodiff.pipeline.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.dualanodiff.pipeline.samples.GeneratedSample.SampleId;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.junit.jupiter.api.Test;

class SampleIdTest {

    private static final Fingerprint ADAPTER = Fingerprint.ofBytes(new byte[] {1});

    @Test
    void id_ofSample_isTwelveDigitsAndTheIndexInSixOrMore() {
        assertThat(id("night", "tile", "crack", ADAPTER, 42)).matches("[0-9a-f]{12}-000042");
        assertThat(id("night", "tile", "crack", ADAPTER, 12_345_678)).matches("[0-9a-f]{12}-12345678");
    }

    @Test
    void id_ofTheSameSample_isTheSame() {
        assertThat(id("night", "tile", "crack", ADAPTER, 1)).isEqualTo(id("night", "tile", "crack", ADAPTER, 1));
    }

    @Test
    void id_withAnyPartChanged_isAnother() {
        Fingerprint other = Fingerprint.ofBytes(new byte[] {2});
        assertThat(List.of(
                        id("night", "tile", "crack", ADAPTER, 1),
                        id("night", "tile", "crack", ADAPTER, 2),
                        id("night", "tile", "crack", other, 1),
                        id("night", "tile", "crac", ADAPTER, 1),
                        id("night", "til", "ecrack", ADAPTER, 1),
                        id("nightt", "ile", "crack", ADAPTER, 1),
                        id("day", "tile", "crack", ADAPTER, 1)))
                .doesNotHaveDuplicates();
    }

    private static String id(String run, String category, String defect, Fingerprint adapter, long index) {
        return SampleId.of(run, new AdapterId(category, defect, adapter), index).name();
    }
}
