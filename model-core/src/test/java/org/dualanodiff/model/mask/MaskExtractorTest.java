package org.dualanodiff.model.mask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.dualanodiff.model.files.Digest;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.image.PartGround;
import org.dualanodiff.model.mask.MaskExtractor.AnomalyPart;
import org.dualanodiff.model.mask.MaskExtractor.HeatMap;
import org.dualanodiff.model.torch.TinySaliencyNetwork;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What every kind of mask must do. */
class MaskExtractorTest {

    private static final int SIZE = 64;
    private static final int GREY = 128;
    private static final MaskCleanup CLEANUP = new MaskCleanup(0, 1, 4, 0, 64);

    @TempDir
    private static Path folder;

    private static Path network;
    private static Path networkWithOneResult;

    @BeforeAll
    static void writeNetwork() throws IOException {
        network = TinySaliencyNetwork.write(folder);
        networkWithOneResult = TinySaliencyNetwork.writeWithOneResult(folder);
    }

    static Stream<MaskExtractor> kinds() throws IOException {
        return Stream.of(
                new GroundDistanceMask(0.12, 0.25, PartGround.GREY, new MaskCleanup(0, 1, 4, 0, 64)),
                new AttentionMask(0.5, CLEANUP),
                saliency(network),
                saliency(networkWithOneResult));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void extract_ofDarkDisc_recoversItWithinTwoPixels(MaskExtractor extractor) {
        Mask found = extractor.extract(part(20));
        assertThat(found.width()).isEqualTo(SIZE);
        assertThat(found.components().count()).isEqualTo(1);
        assertThat(found.box().x()).isBetween(18, 22);
        assertThat(found.box().y()).isBetween(18, 22);
        assertThat(found.box().width()).isBetween(21, 27);
        assertThat(found.box().height()).isBetween(21, 27);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void extract_ofNothingButGrey_isEmpty(MaskExtractor extractor) {
        assertThat(extractor.extract(part(GREY)).isEmpty()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void extractor_serialized_findsTheSameMask(MaskExtractor extractor) throws IOException, ClassNotFoundException {
        MaskExtractor arrived = throughSerialization(extractor);
        assertThat(arrived).isEqualTo(extractor);
        assertThat(arrived.extract(part(20)).set())
                .isEqualTo(extractor.extract(part(20)).set());
    }

    @Test
    void attention_notRecorded_isRefused() {
        assertThatThrownBy(() -> new AttentionMask(0.5, CLEANUP).extract(AnomalyPart.of(part(20).picture())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no attention was recorded");
    }

    @Test
    void saliency_withoutItsFile_saysWhich() {
        SaliencyMask mask = new SaliencyMask(folder.resolve("none.pt").toString(), "", 48, 0.5, CLEANUP);
        assertThatThrownBy(() -> mask.extract(part(20)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("none.pt");
    }

    @Test
    void saliency_withAFileThatIsNoNetwork_saysSo() throws IOException {
        Path text = Files.writeString(folder.resolve("text.pt"), "not a network");
        SaliencyMask mask = saliency(text);
        assertThatThrownBy(() -> mask.extract(part(20)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("text.pt is not a TorchScript file");
    }

    @Test
    void saliency_ofNetworkWithAMapOfAnotherSize_namesFileAndShapes() throws IOException {
        Path three = TinySaliencyNetwork.write(folder, "three.pt", "Tensor", "x");
        SaliencyMask mask = saliency(three);
        assertThatThrownBy(() -> mask.extract(part(20)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("three.pt", "[1, 3, 48, 48]", "expected [1, 1, 48, 48]");
    }

    @Test
    void saliency_ofNetworkThatGivesNoNumbers_isRefused() throws IOException {
        Path network = TinySaliencyNetwork.write(
                folder,
                "nan.pt",
                "Tensor",
                "torch.log(torch.sub(torch.mean(x, [1], True, dtype=None), 100., alpha=1))");
        SaliencyMask mask = saliency(network);
        assertThatThrownBy(() -> mask.extract(part(20)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("nan.pt", "gave NaN");
    }

    @ParameterizedTest
    @CsvSource({"'', 48, 0.5, path", "u.pt, 0, 0.5, input size", "u.pt, 48, 1.5, threshold", "u.pt, 48, NaN, threshold"
    })
    void saliency_withWrongParameter_namesIt(String file, int inputSize, double threshold, String parameter) {
        assertThatThrownBy(() -> new SaliencyMask(file, "", inputSize, threshold, CLEANUP))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(parameter);
    }

    private static SaliencyMask saliency(Path file) throws IOException {
        return new SaliencyMask(file.toString(), Digest.hex(Files.readAllBytes(file)), 48, 0.5, CLEANUP);
    }

    private static MaskExtractor throughSerialization(MaskExtractor extractor)
            throws IOException, ClassNotFoundException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(extractor);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return (MaskExtractor) in.readObject();
        }
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
                new Image(SIZE, SIZE, 3, levels).buffered(),
                Optional.of(new HeatMap(SIZE, SIZE, attention)),
                Device.cpu());
    }
}
