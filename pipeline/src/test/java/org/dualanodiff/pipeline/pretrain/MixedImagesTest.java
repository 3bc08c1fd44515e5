package org.dualanodiff.pipeline.pretrain;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.dualanodiff.model.image.Flip;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.image.PartGround;
import org.dualanodiff.model.image.PngCodec;
import org.dualanodiff.model.pretraining.BaseTrainer.PretrainingImages.Captioned;
import org.dualanodiff.model.pretraining.BaseTrainer.PretrainingImages.Pair;
import org.dualanodiff.pipeline.dataset.DatasetRequest;
import org.dualanodiff.pipeline.dataset.SplitRule;
import org.dualanodiff.pipeline.procedural.ProceduralCorpus.ProceduralImage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MixedImagesTest {

    private static final int SIDE = ProceduralImage.SIDE;
    private static final int RED = 200;
    private static final PartGround BLUE = PartGround.parse("#0000ff");

    @TempDir
    private Path folder;

    private MixedImages images;

    /** Black plates, some with a red square in their upper left quarter. */
    @BeforeEach
    void readPlates() throws IOException {
        write("plate/train/good/0.png", BufferedImage.TYPE_3BYTE_BGR, 0, Color.BLACK);
        write("plate/test/square/0.png", BufferedImage.TYPE_3BYTE_BGR, 30, new Color(RED, 0, 0));
        write("plate/ground_truth/square/0_mask.png", BufferedImage.TYPE_BYTE_GRAY, 30, Color.WHITE);
        images = read();
    }

    private MixedImages read() throws IOException {
        DatasetRequest request = new DatasetRequest(folder.toString(), List.of(), List.of(), new SplitRule.First(1));
        Pretrain.Settings.Labelled labelled = new Pretrain.Settings.Labelled(request, null, BLUE, List.of(Flip.NONE));
        OwnImages own =
                OwnImages.read(new Pretrain.Settings.Photographs(List.of(), 0, labelled), new Configuration(), SIDE, 1);
        return new MixedImages(1, own, BLUE, List.of(Flip.NONE));
    }

    @Test
    void pairs_ofADataSetWithDefects_showTheRealOnesWithTheirParts() {
        List<Pair> real = IntStream.range(0, 200)
                .mapToObj(images::pair)
                .filter(pair -> isRealPlate(pair.image()))
                .toList();
        // Three eighths of all, by chance.
        assertThat(real).hasSizeBetween(50, 100).allSatisfy(pair -> {
            assertThat(level(pair.anomaly(), 0, 20)).isEqualTo(RED);
            assertThat(level(pair.anomaly(), 2, 20)).isZero();
            assertThat(level(pair.anomaly(), 2, 100)).isEqualTo(255);
        });
        assertThat(real)
                .anySatisfy(pair -> assertThat(pair.prompt().global()).isEqualTo("a plate with square"))
                .anySatisfy(pair -> assertThat(pair.prompt().anomaly()).isEqualTo("square"));
    }

    @Test
    void singlePictures_ofADataSetWithDefects_showPlatesWithAndWithoutAndPartsAlone() {
        List<Captioned> singles =
                IntStream.range(0, 200).mapToObj(images::image).toList();
        assertThat(singles)
                .anySatisfy(single -> {
                    assertThat(isRealPlate(single.pixels())).isTrue();
                    assertThat(single.caption()).isEqualTo("a plate with square");
                })
                .anySatisfy(single -> {
                    assertThat(level(single.pixels(), 0, 20)).isZero();
                    assertThat(single.caption()).isEqualTo("a plate");
                })
                .anySatisfy(single -> {
                    assertThat(level(single.pixels(), 0, 20)).isEqualTo(RED);
                    assertThat(level(single.pixels(), 2, 100)).isEqualTo(255);
                    assertThat(single.caption()).isEqualTo("square");
                });
    }

    @Test
    void pairs_ofADataSetWithoutGoodImages_showTheRealDefectsHalfOfTheTime() throws IOException {
        Files.delete(folder.resolve("plate/train/good/0.png"));
        MixedImages defectsAlone = read();
        assertThat(IntStream.range(0, 200).mapToObj(defectsAlone::pair).filter(pair -> isRealPlate(pair.image())))
                .hasSizeBetween(70, 130);
    }

    private static boolean isRealPlate(float[] pixels) {
        return level(pixels, 0, 20) == RED && level(pixels, 1, 20) == 0 && level(pixels, 2, 100) == 0;
    }

    /** Of a channel at a place on the diagonal. */
    private static int level(float[] pixels, int channel, int place) {
        return Image.ofSigned(pixels, SIDE, SIDE).level(channel, place, place);
    }

    private void write(String name, int type, int side, Color color) throws IOException {
        BufferedImage picture = new BufferedImage(SIDE, SIDE, type);
        Graphics2D graphics = picture.createGraphics();
        graphics.setColor(color);
        graphics.fillRect(10, 10, side, side);
        graphics.dispose();
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, PngCodec.encode(picture));
    }
}
