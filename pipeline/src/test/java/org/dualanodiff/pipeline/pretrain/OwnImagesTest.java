package org.dualanodiff.pipeline.pretrain;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.dualanodiff.model.image.Flip;
import org.dualanodiff.model.image.PartGround;
import org.dualanodiff.model.image.PngCodec;
import org.dualanodiff.pipeline.dataset.DatasetRequest;
import org.dualanodiff.pipeline.dataset.SplitRule;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnImagesTest {

    @TempDir
    private Path folder;

    @Test
    void images_ofNestedFolders_areNamedAfterTheProductAndMadeSquare() throws IOException {
        picture("bottle/train/good/1.png");
        picture("nuts/1.PNG");
        Files.writeString(Files.createDirectories(folder.resolve("nuts")).resolve("2.png"), "not a picture");

        OwnImages images = OwnImages.read(
                new Pretrain.Settings.Photographs(
                        List.of(
                                folder.resolve("bottle/train/good").toString(),
                                folder.resolve("nuts").toString()),
                        0,
                        null),
                new Configuration(),
                32,
                1);

        assertThat(images.count()).isEqualTo(2);
        assertThat(images.products()).containsExactly("bottle", "nuts");
        assertThat(images.pixels(0).width()).isEqualTo(32);
        assertThat(images.pixels(0).height()).isEqualTo(32);
    }

    @Test
    void images_withCrops_areCutAtOtherPlacesAndHashedOnce() throws IOException {
        BufferedImage gradient = new BufferedImage(60, 40, BufferedImage.TYPE_3BYTE_BGR);
        for (int x = 0; x < 60; x++) {
            for (int y = 0; y < 40; y++) {
                gradient.setRGB(x, y, 0xff000000 | 4 * x << 16 | 6 * y);
            }
        }
        Path file = Files.createDirectories(folder.resolve("nut")).resolve("1.png");
        Files.write(file, PngCodec.encode(gradient));

        OwnImages images = OwnImages.read(
                new Pretrain.Settings.Photographs(List.of(folder.toString()), 3, null), new Configuration(), 32, 1);

        assertThat(images.count()).isEqualTo(4);
        assertThat(IntStream.range(0, 4)
                        .mapToObj(i -> ByteBuffer.wrap(images.pixels(i).levels())))
                .doesNotHaveDuplicates();
        assertThat(images.hashes()).containsOnlyKeys(file.toString());
    }

    /** Who tests on one of them is told by its hash, so neither may take the other's place. */
    @Test
    void goodImages_ofOneNameInADataSet_areBothListed() throws IOException {
        picture("a/1.png");
        picture("b/1.png", Color.RED);
        picture("crack.png", Color.GRAY);
        picture("crack_mask.png", Color.BLACK, Color.WHITE);
        Files.writeString(folder.resolve("manifest.jsonl"), """
                {"image": "a/1.png", "category": "nut"}
                {"image": "b/1.png", "category": "nut"}
                {"image": "crack.png", "mask": "crack_mask.png", "category": "nut", "defect": "crack", "split": "train"}
                """);
        DatasetRequest request = new DatasetRequest(folder.toString(), List.of(), List.of(), new SplitRule.First(1));

        OwnImages images = OwnImages.read(
                new Pretrain.Settings.Photographs(
                        List.of(),
                        0,
                        new Pretrain.Settings.Labelled(request, null, PartGround.GREY, List.of(Flip.NONE))),
                new Configuration(),
                32,
                1);

        assertThat(images.count()).isEqualTo(2);
        assertThat(images.hashes().values())
                .containsExactlyInAnyOrder(hash("a/1.png"), hash("b/1.png"), hash("crack.png"));
    }

    private String hash(String name) throws IOException {
        return Fingerprint.ofBytes(Files.readAllBytes(folder.resolve(name))).hex();
    }

    private void picture(String name) throws IOException {
        picture(name, Color.BLACK);
    }

    /** @param stripes from left to right */
    private void picture(String name, Color... stripes) throws IOException {
        BufferedImage picture = new BufferedImage(60, 40, BufferedImage.TYPE_3BYTE_BGR);
        for (int x = 0; x < 60; x++) {
            for (int y = 0; y < 40; y++) {
                picture.setRGB(x, y, stripes[x * stripes.length / 60].getRGB());
            }
        }
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, PngCodec.encode(picture));
    }
}
