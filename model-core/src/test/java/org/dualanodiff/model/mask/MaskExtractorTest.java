package org.dualanodiff.model.mask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.dualanodiff.model.image.Pixels;
import org.dualanodiff.model.torch.TinySaliencyNetwork;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every kind of mask must do. */
class MaskExtractorTest {

    private static final int SIZE = 64;
    private static final int GREY = 128;
    private static final MaskCleanup CLEANUP = new MaskCleanup(0, 1, 4, 64);

    @TempDir
    private static Path folder;

    private static Path network;

    @BeforeAll
    static void writeNetwork() throws IOException {
        network = TinySaliencyNetwork.write(folder);
    }

    static Stream<MaskExtractor> kinds() {
        return Stream.of(
                GreyDistanceMask.defaults(),
                new AttentionMask(0.5, CLEANUP),
                new SaliencyMask(network.toString(), 48, 0.5, CLEANUP));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void extract_ofDarkDisc_recoversItWithinTwoPixels(MaskExtractor extractor) {
        BufferedImage mask = extractor.extract(part(20));
        MaskStatistics found = MaskStatistics.of(mask);
        assertThat(mask.getWidth()).isEqualTo(SIZE);
        assertThat(found.components()).isEqualTo(1);
        assertThat(found.x()).isBetween(18, 22);
        assertThat(found.y()).isBetween(18, 22);
        assertThat(found.width()).isBetween(21, 27);
        assertThat(found.height()).isBetween(21, 27);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void extract_ofNothingButGrey_isEmpty(MaskExtractor extractor) {
        assertThat(MaskStatistics.of(extractor.extract(part(GREY))).isEmpty()).isTrue();
    }

    @Test
    void attention_notRecorded_isRefused() {
        assertThatThrownBy(() -> new AttentionMask(0.5, CLEANUP).extract(AnomalyPart.of(part(20).picture())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no attention was recorded");
    }

    @Test
    void saliency_withoutItsFile_saysWhich() {
        SaliencyMask mask = new SaliencyMask(folder.resolve("none.pt").toString(), 48, 0.5, CLEANUP);
        assertThatThrownBy(() -> mask.extract(part(20)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("none.pt");
    }

    @Test
    void saliency_withAFileThatIsNoNetwork_saysSo() throws IOException {
        Path text = Files.writeString(folder.resolve("text.pt"), "not a network");
        SaliencyMask mask = new SaliencyMask(text.toString(), 48, 0.5, CLEANUP);
        assertThatThrownBy(() -> mask.extract(part(20)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("text.pt is not a TorchScript file");
    }

    /** A disc of radius 12 around (32, 32) on mid-grey, and attention that lies on it. */
    private static AnomalyPart part(int level) {
        byte[] levels = new byte[3 * SIZE * SIZE];
        float[] attention = new float[SIZE * SIZE];
        for (int i = 0; i < SIZE * SIZE; i++) {
            boolean inside = Math.hypot(i % SIZE - 32, i / SIZE - 32) <= 12;
            attention[i] = inside && level != GREY ? 0.8f : 0.1f;
            for (int c = 0; c < 3; c++) {
                levels[c * SIZE * SIZE + i] = (byte) (inside ? level : GREY);
            }
        }
        return new AnomalyPart(
                new Pixels(SIZE, SIZE, 3, levels).toImage(), Optional.of(new AttentionMap(SIZE, SIZE, attention)));
    }
}
