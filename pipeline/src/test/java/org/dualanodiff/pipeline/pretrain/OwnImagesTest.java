package org.dualanodiff.pipeline.pretrain;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.dualanodiff.model.image.PngCodec;
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

    private void picture(String name) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, PngCodec.encode(new BufferedImage(60, 40, BufferedImage.TYPE_3BYTE_BGR)));
    }
}
