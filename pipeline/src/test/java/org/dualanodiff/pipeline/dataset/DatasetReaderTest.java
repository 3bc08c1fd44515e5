package org.dualanodiff.pipeline.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.dualanodiff.model.files.Digest;
import org.dualanodiff.pipeline.dataset.Dataset.GoodImages;
import org.dualanodiff.pipeline.dataset.DefectSet.DefectImage;
import org.dualanodiff.pipeline.dataset.ImageDecoder.UnreadableImageException;
import org.dualanodiff.pipeline.dataset.MaskSource.MaskFile;
import org.dualanodiff.pipeline.dataset.Quarantined.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatasetReaderTest {
    private static final byte[] PICTURE = TestImages.encode(TestImages.quarters(24, 16), "png");
    private static final byte[] MASK = TestImages.encode(TestImages.mask(24, 16, 255), "png");

    @TempDir
    Path root;

    @Test
    void reader_ofWholeRoot_givesSetsInOrderWithSplit() throws IOException {
        for (int i = 0; i < 7; i++) {
            pair("wood", "hole", "%03d".formatted(i));
        }
        pair("tile", "gray stroke", "000");
        pair("tile", "crack", "000");
        image("tile", "good", "000.png", PICTURE);
        TestImages.write(root.resolve("tile/train/good/001.PNG"), PICTURE);
        TestImages.write(root.resolve("tile/license.txt"), new byte[] {1});
        Files.createDirectories(root.resolve("notes"));

        Dataset dataset = read();

        assertThat(dataset.sets())
                .extracting(DefectSet::category, DefectSet::defect)
                .containsExactly(tuple("tile", "crack"), tuple("tile", "gray stroke"), tuple("wood", "hole"));
        assertThat(dataset.quarantine()).isEmpty();
        DefectSet hole = dataset.set("wood", "hole").orElseThrow();
        assertThat(hole.training()).extracting(DefectImage::name).containsExactly("000.png", "001.png");
        assertThat(hole.test()).hasSize(5);
        GoodImages good = dataset.good("tile").orElseThrow();
        assertThat(good.training()).singleElement().asString().endsWith("/tile/train/good/001.PNG");
        assertThat(good.test()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 6", "2, 2, 6", "5, 5, 4", "20, 9, 0"})
    void reader_ofAFixedNumber_testsOnWhatFirstThirdTestsOn(int number, int training, int test) throws IOException {
        for (int i = 0; i < 9; i++) {
            pair("wood", "hole", "%03d".formatted(i));
        }

        DefectSet hole = only(new DatasetReader(new Configuration())
                .read(new DatasetRequest(root.toString(), List.of(), List.of(), new SplitRule.First(number))));

        assertThat(hole.training()).hasSize(training);
        assertThat(hole.test())
                .extracting(DefectImage::name)
                .containsExactlyElementsOf(IntStream.range(9 - test, 9)
                        .mapToObj("%03d.png"::formatted)
                        .toList());
    }

    @Test
    void reader_ofImage_givesSizeHashesAndUrisThatOpen() throws IOException {
        pair("tile", "crack", "000");

        DefectImage image = only(read()).training().get(0);

        assertThat(image.width()).isEqualTo(24);
        assertThat(image.height()).isEqualTo(16);
        assertThat(image.imageSha256()).isEqualTo(Digest.hex(PICTURE));
        assertThat(image.maskSha256()).isEqualTo(Digest.hex(MASK));
        DatasetFiles files = new DatasetFiles(new Configuration());
        assertThat(files.read(image.imageUri())).isEqualTo(PICTURE);
        assertThat(image.mask())
                .isInstanceOfSatisfying(
                        MaskFile.class,
                        mask -> assertThat(mask.uri()).asString().endsWith("ground_truth/crack/000_mask.png"));
        assertThat(image.openMask(files).getRaster().getSample(7, 5, 0)).isEqualTo(255);
    }

    @Test
    void filesOfAnImage_changedSinceTheDataSetWasRead_areRefused() throws IOException {
        pair("tile", "crack", "000");
        mask("tile", "crack", "000_mask.png", TestImages.encode(TestImages.mask(24, 16, 9), "png"));
        DefectImage image = only(read()).training().get(0);
        DatasetFiles files = new DatasetFiles(new Configuration());
        assertThat(image.mask())
                .isInstanceOfSatisfying(
                        MaskFile.class, mask -> assertThat(mask.level()).isNotEqualTo(MaskFile.BLACK_AND_WHITE));
        assertThat(image.openImage(files).getWidth()).isEqualTo(24);
        assertThat(image.openMask(files).getWidth()).isEqualTo(24);

        pair("tile", "crack", "000");
        image("tile", "crack", "000.png", TestImages.encode(TestImages.ramp(), "png"));

        assertThatExceptionOfType(UnreadableImageException.class)
                .isThrownBy(() -> image.openImage(files))
                .withMessageContaining("crack/000.png has changed since");
        assertThatExceptionOfType(UnreadableImageException.class)
                .isThrownBy(() -> image.openMask(files))
                .withMessageContaining("crack/000_mask.png has changed since");
    }

    @ParameterizedTest
    @CsvSource({
        "a.png, png, a_mask.png, png",
        "a.JPG, jpeg, a_mask.PNG, png",
        "a.jpeg, jpeg, a.bmp, bmp",
        "a.Bmp, bmp, a_mask.gif, gif",
        "a.tif, tiff, a_mask.tiff, tiff",
        "a.b.TIFF, tiff, a.b_mask.jpg, jpeg",
        "a.jpg, png, a_mask.png, bmp"
    })
    void reader_ofAnyFormat_pairsImageAndMask(String image, String format, String mask, String maskFormat)
            throws IOException {
        image("tile", "crack", image, TestImages.encode(TestImages.quarters(24, 16), format));
        mask("tile", "crack", mask, TestImages.encode(TestImages.mask(24, 16, 255), maskFormat));

        Dataset dataset = read();

        assertThat(dataset.quarantine()).isEmpty();
        assertThat(only(dataset).training()).extracting(DefectImage::name).containsExactly(image);
    }

    @ParameterizedTest
    @DisabledOnOs(OS.WINDOWS)
    @ValueSource(strings = {"a b", "ñ 裂纹 🙂", "new\nline", "10:30", "50%25 #1?", "*[x]{y}", " lead "})
    void reader_ofUnusualNames_findsAndOpensThem(String name) throws IOException {
        pair(name, name, name);

        Dataset dataset = read();

        assertThat(dataset.quarantine()).isEmpty();
        DefectImage image = only(dataset).training().get(0);
        assertThat(image.name()).isEqualTo(name + ".png");
        assertThat(new DatasetFiles(new Configuration()).read(image.imageUri())).isEqualTo(PICTURE);
    }

    @Test
    void reader_ofOrientedImage_comparesUprightSizes() throws IOException {
        byte[] jpeg = TestImages.encode(TestImages.quarters(16, 24), "jpeg");
        image("tile", "crack", "a.jpg", TestImages.withOrientation(jpeg, 6));
        mask("tile", "crack", "a_mask.png", MASK);

        assertThat(only(read()).training())
                .extracting(DefectImage::width, DefectImage::height)
                .containsExactly(tuple(24, 16));
    }

    @Test
    void reader_ofBadFiles_setsThemAsideAndKeepsTheSplit() throws IOException {
        for (int i = 0; i < 9; i++) {
            pair("tile", "crack", "00" + i);
        }
        image("tile", "crack", "000.png", Arrays.copyOf(PICTURE, PICTURE.length / 2));
        mask("tile", "crack", "001_mask.png", new byte[0]);
        mask("tile", "crack", "003_mask.png", TestImages.encode(TestImages.mask(16, 24, 255), "png"));
        mask("tile", "crack", "004_mask.png", TestImages.encode(TestImages.mask(24, 16, 0), "png"));
        Files.delete(root.resolve("tile/ground_truth/crack/005_mask.png"));
        mask("tile", "crack", "077_mask.png", MASK);
        image("tile", "crack", "Thumbs.db", new byte[] {1});
        image("tile", "crack", ".DS_Store", new byte[] {1});
        image("tile", "good", "scan.jp2", new byte[] {1});
        TestImages.write(root.resolve("tile/train/good/000.heic"), new byte[] {1});

        Dataset dataset = read();

        assertThat(dataset.quarantine())
                .extracting(Quarantined::file, Quarantined::reason)
                .containsExactly(
                        tuple("tile/test/crack/000.png", Reason.IMAGE_UNREADABLE),
                        tuple("tile/ground_truth/crack/001_mask.png", Reason.MASK_UNREADABLE),
                        tuple("tile/test/crack/003.png", Reason.SIZE_MISMATCH),
                        tuple("tile/ground_truth/crack/004_mask.png", Reason.MASK_EMPTY),
                        tuple("tile/test/crack/005.png", Reason.MASK_MISSING),
                        tuple("tile/ground_truth/crack/077_mask.png", Reason.ORPHAN_MASK),
                        tuple("tile/test/crack/Thumbs.db", Reason.NOT_AN_IMAGE),
                        tuple("tile/train/good/000.heic", Reason.NOT_AN_IMAGE),
                        tuple("tile/test/good/scan.jp2", Reason.NOT_AN_IMAGE));
        DefectSet set = only(dataset);
        assertThat(set.chosenNames()).containsExactly("000.png", "001.png", "002.png");
        assertThat(set.training()).extracting(DefectImage::name).containsExactly("002.png");
        assertThat(set.test()).extracting(DefectImage::name).containsExactly("006.png", "007.png", "008.png");
    }

    @Test
    void reader_ofBadFiles_givesWhatItFound() throws IOException {
        pair("tile", "crack", "a");
        pair("tile", "crack", "b");
        mask("tile", "crack", "a_mask.png", TestImages.encode(TestImages.mask(16, 24, 255), "png"));
        mask("tile", "crack", "b_mask.png", TestImages.encode(TestImages.mask(24, 16, 0), "png"));

        assertThat(read().quarantine())
                .extracting(Quarantined::detail)
                .containsExactly(
                        "the image is 24 x 16 pixels, its mask a_mask.png is 16 x 24",
                        "no pixel is marked: a mask is marked from level 128 up, the brightest here is 0");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void reader_ofDanglingLink_setsItAside() throws IOException {
        pair("tile", "crack", "b");
        mask("tile", "crack", "a_mask.png", MASK);
        Files.createSymbolicLink(root.resolve("tile/test/crack/a.png"), root.resolve("nowhere.png"));

        Dataset dataset = read();

        assertThat(dataset.quarantine())
                .extracting(Quarantined::file, Quarantined::reason)
                .containsExactly(tuple("tile/test/crack/a.png", Reason.STORAGE_ERROR));
        assertThat(only(dataset).usable()).isFalse();
        assertThat(only(dataset).test()).hasSize(1);
    }

    @Test
    void reader_ofMasksAmongGoodImages_takesNoneForAGoodImage() throws IOException {
        pair("tile", "crack", "a");
        for (String name : List.of("000.png", "000_mask.png", "001.jpg", "001.png", "label_2.png")) {
            TestImages.write(root.resolve("tile/train/good").resolve(name), PICTURE);
        }
        image("tile", "good", "003.png", PICTURE);
        image("tile", "good", "003_GT.bmp", MASK);

        Dataset dataset = read();

        GoodImages good = dataset.good("tile").orElseThrow();
        assertThat(good.training()).extracting(GoodImages::name).containsExactly("000.png", "001.jpg", "label_2.png");
        assertThat(good.test()).extracting(GoodImages::name).containsExactly("003.png");
        assertThat(dataset.quarantine())
                .extracting(Quarantined::file, Quarantined::reason)
                .containsExactly(
                        tuple("tile/train/good/000_mask.png", Reason.ORPHAN_MASK),
                        tuple("tile/train/good/001.png", Reason.ORPHAN_MASK),
                        tuple("tile/test/good/003_GT.bmp", Reason.ORPHAN_MASK));
    }

    @Test
    void reader_ofMasksWithoutImageFolder_listsThemAsOrphans() throws IOException {
        pair("tile", "crack", "a");
        mask("tile", "dent", "a_mask.png", MASK);

        Dataset dataset = read();

        assertThat(dataset.set("tile", "dent").orElseThrow().usable()).isFalse();
        assertThat(dataset.quarantine())
                .extracting(Quarantined::defect, Quarantined::reason)
                .containsExactly(tuple("dent", Reason.ORPHAN_MASK));
    }

    @Test
    void reader_ofTwoReads_givesEqualRecordsAndPortableFingerprint(@TempDir Path other) throws IOException {
        for (int i = 0; i < 12; i++) {
            byte[] noise = TestImages.encode(TestImages.noise(24, 16, BufferedImage.TYPE_3BYTE_BGR), "png");
            image("tile", "crack", i + ".png", noise);
            mask("tile", "crack", i + "_mask.png", MASK);
        }
        Dataset first = read();
        Dataset second = read();
        Files.move(root.resolve("tile"), other.resolve("tile"));

        Dataset moved = read(request(other.toUri().toString(), List.of(), List.of()));

        assertThat(second).isEqualTo(first);
        assertThat(moved).isNotEqualTo(first);
        assertThat(only(moved).fingerprint()).isEqualTo(only(first).fingerprint());
    }

    @Test
    void reader_ofAnotherMachineThatGivesNothing_setsTheFileAside() throws IOException {
        pair("tile", "crack", "000");
        pair("tile", "crack", "silent");

        Dataset remote = new DatasetReader(RemoteFileSystem.configuration())
                .read(request(RemoteFileSystem.root(root), List.of(), List.of()));

        assertThat(only(remote).training()).hasSize(1);
        assertThat(remote.quarantine())
                .singleElement()
                .satisfies(file -> assertThat(file.detail()).contains("gave no whole answer within"));
    }

    @Test
    void reader_ofAnotherFileSystem_readsTheSame() throws IOException {
        pair("tile", "gray stroke", "á 1");
        pair("tile", "crack", "000");
        image("tile", "good", "000.png", PICTURE);
        Configuration mounted = RemoteFileSystem.configuration();

        Dataset remote = new DatasetReader(mounted).read(request(RemoteFileSystem.root(root), List.of(), List.of()));

        assertThat(remote.quarantine()).isEmpty();
        assertThat(remote.sets())
                .extracting(DefectSet::defect, DefectSet::fingerprint)
                .isEqualTo(read().sets().stream()
                        .map(set -> tuple(set.defect(), set.fingerprint()))
                        .toList());
        URI image = remote.sets().get(1).training().get(0).imageUri();
        assertThat(image.getScheme()).isEqualTo("remote");
        assertThat(new DatasetFiles(mounted).read(image)).isEqualTo(PICTURE);
        assertThat(remote.good("tile").orElseThrow().test()).hasSize(1);
    }

    @Test
    void reader_ofChosenCategoriesAndDefects_readsOnlyThose() throws IOException {
        pair("tile", "crack", "a");
        pair("tile", "dent", "a");
        pair("wood", "dent", "a");
        pair("wood", "hole", "a");
        pair("zipper", "dent", "a");

        Dataset dataset = read(request(root.toString(), List.of("wood", "tile"), List.of("dent", "crack")));

        assertThat(dataset.sets())
                .extracting(DefectSet::category, DefectSet::defect)
                .containsExactly(tuple("tile", "crack"), tuple("tile", "dent"), tuple("wood", "dent"));
    }

    @Test
    void reader_ofUnknownCategory_namesTheNearest() throws IOException {
        pair("magnetic-tile", "crack", "a");
        pair("wood", "crack", "a");

        assertThatThrownBy(() -> read(request(root.toString(), List.of("magnetic_tile"), List.of())))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("\"magnetic_tile\"")
                .hasMessageContaining(root.toString())
                .hasMessageContaining("did you mean \"magnetic-tile\"? there are: magnetic-tile, wood");
    }

    @Test
    void reader_ofDefectsOfOneCategory_readsNoOthers() throws IOException {
        for (String category : List.of("tile", "wood")) {
            pair(category, "crack", "a");
            pair(category, "dent", "a");
        }

        assertThat(read(request(root.toString(), List.of(), List.of("tile/crack", "wood/dent")))
                        .sets())
                .extracting(DefectSet::category, DefectSet::defect)
                .containsExactly(tuple("tile", "crack"), tuple("wood", "dent"));
        assertThatThrownBy(() -> read(request(root.toString(), List.of(), List.of("wood/crak"))))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("did you mean \"wood/crack\"?");
    }

    @Test
    void reader_ofUnknownDefect_namesTheNearest() throws IOException {
        pair("tile", "crack", "a");
        image("tile", "good", "a.png", PICTURE);

        assertThatThrownBy(() -> read(request(root.toString(), List.of(), List.of("Crak"))))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("\"Crak\"; did you mean \"crack\"?");
        assertThatThrownBy(() -> read(request(root.toString(), List.of(), List.of("good"))))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("\"good\"; there are: crack");
    }

    @Test
    void reader_ofMissingRoot_namesIt() {
        assertThatThrownBy(() -> read(request(root.resolve("none").toString(), List.of(), List.of())))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("none is not an existing folder");
        assertThatThrownBy(() -> read(request(" ", List.of(), List.of()))).isInstanceOf(DatasetException.class);
        assertThatThrownBy(() -> read(request("nosuch://x/y", List.of(), List.of())))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("nosuch");
    }

    @Test
    void reader_ofCategoryFolderAsRoot_readsThisCategoryAlone() throws IOException {
        pair("tile", "crack", "a");
        image("tile", "good", "b.png", PICTURE);
        pair("wood", "hole", "a");

        Dataset tile = read(request(root.resolve("tile").toString(), List.of(), List.of()));

        assertThat(tile.sets()).singleElement().satisfies(set -> {
            assertThat(set.category()).isEqualTo("tile");
            assertThat(set.defect()).isEqualTo("crack");
        });
        assertThat(read(request(root.toString(), List.of("tile"), List.of())).sets())
                .as("the same as from the folder above")
                .isEqualTo(tile.sets());
    }

    @ParameterizedTest
    @ValueSource(strings = {"tile/.", "tile/", "tile/./", "tile/test/..", "./tile//."})
    void reader_ofARootWithDots_namesTheCategoryLikeItsFolder(String form) throws IOException {
        pair("tile", "crack", "a");

        Dataset local = read(request(root + "/" + form, List.of(), List.of()));
        Dataset remote = new DatasetReader(RemoteFileSystem.configuration())
                .read(request(RemoteFileSystem.root(root) + "/" + form, List.of(), List.of()));

        assertThat(local.quarantine()).isEmpty();
        assertThat(local.sets()).extracting(DefectSet::category).containsExactly("tile");
        assertThat(remote.sets()).extracting(DefectSet::category).containsExactly("tile");
        assertThat(DatasetPath.absolute(root + "/" + form))
                .isEqualTo(DatasetPath.absolute(root.resolve("tile").toString()));
    }

    @Test
    void rootOfTheWorkingDirectory_hasItsName() {
        Path here = Path.of("").toAbsolutePath();

        assertThat(DatasetPath.locate(".").getName())
                .isEqualTo(here.getFileName().toString());
        assertThat(DatasetPath.locate("..").getName())
                .isEqualTo(here.getParent().getFileName().toString());
        assertThat(DatasetPath.locate("s3a://bucket/.")).hasToString("s3a://bucket/");
        assertThat(DatasetPath.locate("/.")).hasToString("file:/");
    }

    @Test
    void reader_ofFolderWithoutTest_showsTheLayout() throws IOException {
        Files.createDirectories(root.resolve("tile/train/good"));

        assertThatThrownBy(() -> read(request(root.toString(), List.of("tile"), List.of())))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("has no folder \"test\"");
        assertThatThrownBy(this::read)
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("holds no category: expected");
    }

    @Test
    void reader_withListedSplit_takesListedNames() throws IOException {
        pair("tile", "crack", "a");
        pair("tile", "crack", "b");
        pair("wood", "hole", "a");

        Dataset dataset = read(listed(Map.of("tile", Map.of("crack", Set.of("b.png")))));

        assertThat(dataset.sets()).extracting(DefectSet::usable).containsExactly(true, false);
        assertThat(dataset.sets().get(0).training())
                .extracting(DefectImage::name)
                .containsExactly("b.png");
    }

    @Test
    void reader_withListedSplitOfWrongNames_saysWhich() throws IOException {
        pair("tile", "crack", "a");

        assertThatThrownBy(() -> read(listed(Map.of("tle", Map.of()))))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("list.json lists the category \"tle\"")
                .hasMessageContaining("did you mean \"tile\"?");
        assertThatThrownBy(() -> read(listed(Map.of("tile", Map.of("crck", Set.of())))))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("lists the defect \"crck\"");
        assertThatThrownBy(() -> read(listed(Map.of("tile", Map.of("crack", Set.of("z.png"))))))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("not in tile/crack: z.png")
                .hasMessageContaining("such as a.png");
    }

    private DatasetRequest listed(Map<String, Map<String, Set<String>>> names) {
        return new DatasetRequest(root.toString(), List.of(), List.of(), new SplitRule.Listed("list.json", names));
    }

    private static DatasetRequest request(String root, List<String> categories, List<String> defects) {
        return new DatasetRequest(root, categories, defects, new SplitRule.FirstThird());
    }

    private Dataset read() {
        return read(request(root.toString(), List.of(), List.of()));
    }

    private static Dataset read(DatasetRequest request) {
        return new DatasetReader(new Configuration()).read(request);
    }

    private static DefectSet only(Dataset dataset) {
        assertThat(dataset.sets()).hasSize(1);
        return dataset.sets().get(0);
    }

    private void pair(String category, String defect, String stem) throws IOException {
        image(category, defect, stem + ".png", PICTURE);
        mask(category, defect, stem + "_mask.png", MASK);
    }

    private void image(String category, String defect, String name, byte[] bytes) throws IOException {
        TestImages.write(root.resolve(category).resolve("test").resolve(defect).resolve(name), bytes);
    }

    private void mask(String category, String defect, String name, byte[] bytes) throws IOException {
        TestImages.write(
                root.resolve(category).resolve("ground_truth").resolve(defect).resolve(name), bytes);
    }
}
