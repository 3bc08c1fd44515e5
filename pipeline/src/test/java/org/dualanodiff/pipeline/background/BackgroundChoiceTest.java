package org.dualanodiff.pipeline.background;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.apache.hadoop.conf.Configuration;
import org.dualanodiff.model.dual.BackgroundCompensation.BackgroundMode;
import org.dualanodiff.pipeline.background.BackgroundSource.FromFolder;
import org.dualanodiff.pipeline.background.BackgroundSource.MaskFolder;
import org.dualanodiff.pipeline.config.PipelineConfig.BackgroundConfig;
import org.dualanodiff.pipeline.dataset.Dataset.GoodImages;
import org.dualanodiff.pipeline.dataset.DatasetException;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.procedural.Specimens;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackgroundChoiceTest {
    private final DatasetFiles files = new DatasetFiles(new Configuration(false));

    @TempDir
    Path folder;

    @Test
    void auto_forProductOnGround_usesAutomaticMasks() throws IOException {
        BackgroundSource source = choose("auto", "", good("hex_nut")).orElseThrow();
        BufferedImage photograph = Specimens.photograph("hex_nut", 99);

        BufferedImage mask = source.open(files).of(URI.create("file:/any/hex_nut/test/chip/000.png"), photograph);

        assertThat(source.masks()).isNull();
        assertThat(source.mode()).isEqualTo(BackgroundMode.UNSCALED);
        assertThat(mask.getRaster().getSample(64, 64, 0)).isEqualTo(255);
        assertThat(mask.getRaster().getSample(2, 2, 0)).isZero();
    }

    @Test
    void auto_forTexture_isOff() throws IOException {
        assertThat(choose("auto", "", good("cloth"))).isEmpty();
    }

    @Test
    void on_forTexture_isRefusedWithTheMeasuredReason() throws IOException {
        GoodImages cloth = good("cloth");

        assertThatThrownBy(() -> choose("on", "", cloth))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("on for cloth, but there is no object mask to trust: the borders are not of one")
                .hasMessageContaining("give background.object-masks");
    }

    @Test
    void off_forProductOnGround_isOff() throws IOException {
        assertThat(choose("off", "", good("hex_nut"))).isEmpty();
    }

    @Test
    void auto_withoutGoodImages_isOff() {
        assertThat(choose("auto", "", new GoodImages("nut", List.of(), List.of())))
                .isEmpty();
    }

    @Test
    void auto_withFolderOfMasks_readsThemInAnyFormat() throws IOException {
        GoodImages good = good("cloth");
        for (int i = 0; i < 4; i++) {
            writeMask("cloth/train/good/%03d".formatted(i), i % 2 == 0 ? "png" : "bmp", 128);
        }
        BackgroundSource source = choose("auto", masks().toString(), good).orElseThrow();

        BufferedImage mask = source.open(files).of(good.training().get(1), Specimens.photograph("cloth", 1));

        assertThat(mask.getRaster().getSample(64, 64, 0)).isEqualTo(200);
    }

    @Test
    void auto_withFolderThatLacksTheCategory_isOff() throws IOException {
        assertThat(choose("auto", masks().toString(), good("hex_nut"))).isEmpty();
    }

    @Test
    void on_withFolderThatLacksTheCategory_isRefused() throws IOException {
        GoodImages good = good("hex_nut");

        assertThatThrownBy(() -> choose("on", masks().toString(), good))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("has no masks of its good images");
    }

    @Test
    void auto_withADamagedGoodImage_looksAtTheOthers() throws IOException {
        GoodImages good = good("hex_nut");
        Files.writeString(Path.of(good.training().get(0)), "damaged");
        assertThat(choose("auto", "", good)).isPresent();

        for (URI image : good.training()) {
            Files.writeString(Path.of(image), "damaged");
        }
        assertThatThrownBy(() -> choose("on", "", good))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("none of 4 good images of hex_nut can be read");
    }

    @Test
    void auto_withoutTheMaskOfATrainingImage_isRefused() throws IOException {
        GoodImages good = good("cloth");
        for (int i = 0; i < 4; i++) {
            writeMask("cloth/train/good/%03d".formatted(i), "png", 128);
        }
        URI hole = URI.create("file:/any/cloth/test/hole/000.png");

        assertThatThrownBy(() -> choose("auto", masks().toString(), good, hole))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("lacks 1 of the 5 object masks that cloth needs: hole/000.png");
    }

    @Test
    void auto_withSomeMasksMissing_listsThem() throws IOException {
        GoodImages good = good("hex_nut");
        writeMask("hex_nut/train/good/001", "png", 128);

        assertThatThrownBy(() -> choose("auto", masks().toString(), good))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("lacks 3 of the 4 object masks")
                .hasMessageEndingWith("good/000.png, good/002.png, good/003.png");
    }

    @Test
    void folderMask_ofAnyLayout_liesBelowItsCategory() throws IOException {
        URI image = URI.create("file:/visa/candle/Data/Images/Normal/0000.JPG");
        FromFolder masks = new FromFolder(new MaskFolder(masks().toUri(), Map.of()), "candle", files);

        writeMask("candle/Data/Images/Normal/0000", "png", 128);
        assertThat(masks.sha256s(List.of(image))).containsOnlyKeys(image);

        URI namedAlike = URI.create("file:/data/candle/test/candle/000.png");
        writeMask("candle/test/candle/000", "png", 128);
        assertThat(masks.sha256s(List.of(namedAlike))).containsOnlyKeys(namedAlike);
    }

    @Test
    void folderMask_correctedSinceItWasLookedAt_isRefused() throws IOException {
        GoodImages good = good("hex_nut");
        for (URI image : good.training()) {
            writeMask("hex_nut/train/good/" + GoodImages.name(image).replace(".png", ""), "png", 128);
        }
        BackgroundSource source = choose("on", masks().toString(), good).orElseThrow();
        BufferedImage photograph = Specimens.photograph("hex_nut", 0);
        URI first = good.training().get(0);
        assertThat(source.open(files).of(first, photograph).getWidth()).isEqualTo(128);

        BufferedImage other = new BufferedImage(128, 128, BufferedImage.TYPE_BYTE_GRAY);
        other.getRaster().setSample(5, 5, 0, 255);
        ImageIO.write(
                other, "png", masks().resolve("hex_nut/train/good/000.png").toFile());

        assertThatThrownBy(() -> source.open(files).of(first, photograph))
                .hasMessageContaining("hex_nut/train/good/000 has changed since");
    }

    @Test
    void folderMask_missingBlackOrOfAnotherSize_isNamed() throws IOException {
        URI image = good("hex_nut").training().get(0);
        BufferedImage photograph = Specimens.photograph("hex_nut", 0);
        FromFolder masks = new FromFolder(new MaskFolder(masks().toUri(), Map.of()), "hex_nut", files);

        assertThatThrownBy(() -> masks.of(image, photograph)).hasMessageContaining("hex_nut/train/good/000.png");
        writeMask("hex_nut/train/good/000", "png", 64);
        assertThatThrownBy(() -> masks.of(image, photograph))
                .hasMessageContaining("64 x 64 pixels, its image 128 x 128");
        ImageIO.write(
                new BufferedImage(128, 128, BufferedImage.TYPE_BYTE_GRAY),
                "png",
                masks().resolve("hex_nut/train/good/000.png").toFile());
        assertThatThrownBy(() -> masks.of(image, photograph))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("000.png marks nothing");
    }

    @Test
    void categoriesOfSettings_thatTheDataSetLacks_areNamedWithTheNearest() {
        var config = new BackgroundConfig("off", List.of("hex_nut", "botle"), List.of(), List.of("x"), "", false);

        assertThat(new BackgroundChoice(config, files).unknown(List.of("bottle", "hex_nut")))
                .satisfiesExactly(
                        misspelt -> assertThat(misspelt).contains("\"botle\"").contains("did you mean \"bottle\"?"),
                        strange -> assertThat(strange).contains("\"x\"").doesNotContain("did you mean"));
    }

    private Optional<BackgroundSource> choose(String mode, String objectMasks, GoodImages good, URI... others) {
        var config = new BackgroundConfig(mode, List.of(), List.of(), List.of(), objectMasks, false);
        return new BackgroundChoice(config, files).of(good, List.of(others));
    }

    private Path masks() {
        return folder.resolve("masks");
    }

    private GoodImages good(String product) throws IOException {
        Path good = Files.createDirectories(
                folder.resolve("a data set").resolve(product).resolve("train/good"));
        List<URI> images = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Path file = good.resolve("%03d.png".formatted(i));
            ImageIO.write(Specimens.photograph(product, i), "png", file.toFile());
            images.add(file.toUri());
        }
        return new GoodImages(product, images, List.of());
    }

    private void writeMask(String stem, String format, int side) throws IOException {
        Path file = masks().resolve(stem + "." + format);
        Files.createDirectories(file.getParent());
        BufferedImage mask = new BufferedImage(side, side, BufferedImage.TYPE_BYTE_GRAY);
        mask.getRaster().setSample(side / 2, side / 2, 0, 200);
        ImageIO.write(mask, format, file.toFile());
    }
}
