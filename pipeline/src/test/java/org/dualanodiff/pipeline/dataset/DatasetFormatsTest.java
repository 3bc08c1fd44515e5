package org.dualanodiff.pipeline.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.dualanodiff.model.files.Digest;
import org.dualanodiff.model.mask.RunLengths;
import org.dualanodiff.pipeline.dataset.Dataset.GoodImages;
import org.dualanodiff.pipeline.dataset.DatasetRequest.DatasetFormat;
import org.dualanodiff.pipeline.dataset.DefectSet.DefectImage;
import org.dualanodiff.pipeline.dataset.MaskSource.MaskFile;
import org.dualanodiff.pipeline.dataset.MaskSource.RunLengthMask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DatasetFormatsTest {
    private static final byte[] PICTURE = MalformedDatasets.PICTURE;
    private static final byte[] MASK = MalformedDatasets.MASK;
    private static final SplitRule FIRST_THIRD = new SplitRule.FirstThird();

    @TempDir
    Path root;

    @Test
    void visa_ofItsTable_givesObjectsAsCategoriesAndNumberedMasks() throws IOException {
        picture("candle/Data/Images/Normal/0.JPG");
        picture("candle/Data/Images/Normal/1.JPG");
        for (int i = 0; i < 6; i++) {
            picture("candle/Data/Images/Anomaly/00%d.JPG".formatted(i));
            write("candle/Data/Masks/Anomaly/00%d.png".formatted(i), numbered());
        }
        StringBuilder table = new StringBuilder("object,split,label,image,mask\n");
        table.append("candle,train,normal,candle/Data/Images/Normal/0.JPG,\n");
        table.append("candle,test,normal,candle/Data/Images/Normal/1.JPG,\n");
        for (int i = 0; i < 6; i++) {
            table.append("candle,test,anomaly,candle/Data/Images/Anomaly/00%d.JPG,candle/Data/Masks/Anomaly/00%d.png\n"
                    .formatted(i, i));
        }
        text("split_csv/1cls.csv", table.toString());
        text("split_csv/2cls_fewshot.csv", "broken");

        Dataset dataset = read("");

        assertThat(dataset.quarantine()).isEmpty();
        DefectSet set = dataset.set("candle", "anomaly").orElseThrow();
        assertThat(set.training())
                .extracting(DefectImage::name)
                .containsExactly("candle/Data/Images/Anomaly/000.JPG", "candle/Data/Images/Anomaly/001.JPG");
        assertThat(set.test()).hasSize(4);
        assertThat(dataset.good("candle").orElseThrow().training()).hasSize(1);
        assertThat(dataset.good("candle").orElseThrow().test()).hasSize(1);
        assertThat(area(set.training().get(0))).isEqualTo(area(MASK));
        assertThat(read("split_csv/1cls.csv").sets()).isEqualTo(dataset.sets());
    }

    @Test
    void visa_ofTableWithTrainingDefects_keepsItsSplit() throws IOException {
        pair("a", "a_mask");
        pair("b", "b_mask");
        pair("c", "c_mask");
        text(
                "fewshot.csv",
                "Image,Mask,Object,Split,Label\na.png,a_mask.png,pcb,test,anomaly\n"
                        + "\"b.png\",b_mask.png,pcb,train,anomaly\nc.png,c_mask.png,pcb,train,anomaly\n");

        DefectSet set = read("fewshot.csv").sets().get(0);

        assertThat(set.training()).extracting(DefectImage::name).containsExactly("b.png", "c.png");
        assertThat(set.test()).extracting(DefectImage::name).containsExactly("a.png");
    }

    @ParameterizedTest
    @CsvSource({
        "tile/crack/1, tile/crack/1_mask, tile, crack",
        "tile/crack/images/1, tile/crack/masks/1, tile, crack",
        "tile/images/crack/1, tile/masks/crack/1_mask, tile, crack",
        "images/tile/crack/1, masks/tile/crack/1, tile, crack",
        "tile/crack/Image/1, tile/crack/Ground_Truth/1, tile, crack",
        "test/tile/crack/1, masks/tile/crack/1, tile, crack",
        "crack/1, crack/1_mask, data, crack",
        "images/crack/1, masks/crack/1, data, crack",
        "1, 1_mask, data, defect",
        "images/1, masks/1, data, defect",
    })
    void folders_ofAnyArrangement_giveCategoryAndDefect(String image, String mask, String category, String defect)
            throws IOException {
        pair("data/" + image, "data/" + mask);
        picture("data/" + image.replace("crack/", "").replace("1", "good/2") + ".png");
        text("data/readme.txt", "x");

        Dataset dataset = read("data");

        assertThat(dataset.quarantine()).isEmpty();
        assertThat(dataset.sets())
                .extracting(DefectSet::category, DefectSet::defect)
                .containsExactly(tuple(category, defect));
        assertThat(dataset.sets().get(0).training().size()
                        + dataset.sets().get(0).test().size())
                .isEqualTo(1);
        GoodImages good = dataset.good(category).orElseThrow();
        assertThat(good.training().size() + good.test().size()).isEqualTo(1);
    }

    @Test
    void folders_ofTrainAndTest_keepTheSplitAndBothFiles() throws IOException {
        pair("tile/train/crack/1", "tile/train/crack/1_mask");
        pair("tile/train/crack/2", "tile/train/crack/2_mask");
        pair("tile/test/crack/1", "tile/test/crack/1_mask");
        Files.delete(root.resolve("tile/test/crack/1_mask.png"));
        write("tile/test/crack/1_mask.bmp", TestImages.encode(TestImages.mask(24, 16, 255), "bmp"));

        DefectSet set = read("", DatasetFormat.FOLDER, FIRST_THIRD).sets().get(0);

        assertThat(set.training()).extracting(DefectImage::name).containsExactly("train/1.png", "train/2.png");
        assertThat(set.test()).extracting(DefectImage::name).containsExactly("test/1.png");
        assertThat(((MaskFile) set.test().get(0).mask()).uri()).asString().endsWith("1_mask.bmp");
    }

    @Test
    void manifest_ofLines_givesSetsAndSplit() throws IOException {
        pair("images/ä b", "masks/ä b");
        pair("images/2", "masks/2");
        pair("images/3", "masks/3");
        picture("images/good.png");
        text("manifest.jsonl", """
                {"image": "images/ä b.png", "mask": "masks/ä b.png", "category": "tile", "defect": "crack", "split": "train"}
                {"image": "images\\\\2.png", "mask": "%s", "category": "tile", "defect": "crack", "split": "test"}
                {"image": "%s", "mask": "masks/3.png", "category": "tile", "defect": "dent", "note": 5}

                {"image": "images/good.png", "category": "tile", "split": null}
                """.formatted(
                root.resolve("masks/2.png"), root.resolve("images/3.png").toUri()));

        Dataset dataset = read("");

        assertThat(dataset.quarantine()).isEmpty();
        assertThat(dataset.sets()).extracting(DefectSet::defect).containsExactly("crack", "dent");
        assertThat(dataset.sets().get(0).training())
                .extracting(DefectImage::name)
                .containsExactly("images/ä b.png");
        assertThat(dataset.sets().get(0).test()).hasSize(1);
        assertThat(dataset.sets().get(1).training()).hasSize(1);
        assertThat(dataset.good("tile").orElseThrow().training()).hasSize(1);
        assertThat(read("manifest.jsonl").sets()).isEqualTo(dataset.sets());
    }

    @Test
    void declaredTestImages_withAnyRuleButAList_neverTrain() throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 6; i++) {
            pair("" + i, i + "_mask");
            lines.append(
                    "{\"image\": \"%d.png\", \"mask\": \"%d_mask.png\", \"category\": \"t\", \"defect\": \"d\", \"split\": \"%s\"}\n"
                            .formatted(i, i, i < 3 ? "test" : "train"));
        }
        text("manifest.jsonl", lines.toString());

        assertThat(training(FIRST_THIRD)).containsExactly("3.png", "4.png", "5.png");
        assertThat(training(new SplitRule.First(2))).containsExactly("3.png", "4.png");
        assertThat(read("", DatasetFormat.AUTO, new SplitRule.First(2))
                        .sets()
                        .get(0)
                        .test())
                .extracting(DefectImage::name)
                .containsExactly("0.png", "1.png", "2.png");
        assertThat(training(new SplitRule.Listed("l", Map.of("t", Map.of("d", Set.of("0.png"))))))
                .containsExactly("0.png");
    }

    @Test
    void imageOfTwoDefects_thatTrainsOne_testsNoOther() throws IOException {
        manifestOfTwoDefects(9);

        Dataset dataset = read("");

        assertThat(tile(dataset, "hole").training())
                .extracting(DefectImage::name)
                .containsExactly("4.png");
        DefectSet crack = tile(dataset, "crack");
        assertThat(crack.training()).extracting(DefectImage::name).containsExactly("0.png", "1.png", "2.png");
        assertThat(crack.test())
                .extracting(DefectImage::name)
                .containsExactly("3.png", "5.png", "6.png", "7.png", "8.png");
        assertThat(crack.asideNames()).as("a list of twins may name it").containsExactly("4.png");
        assertThat(dataset.warnings())
                .contains("tile/crack tests without 1 of its images, for the training of tile/hole has them: 4.png");
        assertThat(dataset.quarantine()).isEmpty();
    }

    @Test
    void imagesOfTwoDefects_withAnyNumberUpToTheThird_testTheSame() throws IOException {
        manifestOfTwoDefects(10);

        DefectSet third = tile(read(""), "crack");
        DefectSet one = tile(read("", DatasetFormat.AUTO, new SplitRule.First(1)), "crack");

        assertThat(third.test()).extracting(DefectImage::name).doesNotContain("4.png", "5.png");
        assertThat(one.test()).isEqualTo(third.test());
    }

    /** Cracks in all images, and holes in all from the fifth on. */
    private void manifestOfTwoDefects(int images) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < images; i++) {
            pair("" + i, i + "_mask");
            for (String defect : i < 4 ? List.of("crack") : List.of("crack", "hole")) {
                lines.append(
                        "{\"image\": \"%d.png\", \"mask\": \"%d_mask.png\", \"category\": \"tile\", \"defect\": \"%s\"}\n"
                                .formatted(i, i, defect));
            }
        }
        text("manifest.jsonl", lines.toString());
    }

    private static DefectSet tile(Dataset dataset, String defect) {
        return dataset.set("tile", defect).orElseThrow();
    }

    @Test
    void manifest_ofTestDefectsAlone_isSplitByTheRuleAndSaysSo() throws IOException {
        StringBuilder lines =
                new StringBuilder("{\"image\": \"good.png\", \"category\": \"t\", \"split\": \"test\"}\n");
        picture("good.png");
        for (int i = 0; i < 6; i++) {
            pair("" + i, i + "_mask");
            lines.append(
                    "{\"image\": \"%d.png\", \"mask\": \"%d_mask.png\", \"category\": \"%s\", \"defect\": \"d\", \"split\": \"%s\"}\n"
                            .formatted(i, i, i < 3 ? "t" : "u", i == 5 ? "train" : "test"));
        }
        text("manifest.jsonl", lines.toString());

        Dataset dataset = read("");

        assertThat(dataset.set("t", "d").orElseThrow().training())
                .extracting(DefectImage::name)
                .containsExactly("0.png");
        assertThat(dataset.set("t", "d").orElseThrow().test()).hasSize(2);
        assertThat(dataset.set("u", "d").orElseThrow().training())
                .extracting(DefectImage::name)
                .containsExactly("5.png");
        assertThat(dataset.good("t").orElseThrow().test()).hasSize(1);
        assertThat(dataset.warnings())
                .filteredOn(warning -> warning.contains("for testing"))
                .singleElement()
                .asString()
                .contains("t:")
                .contains("dataset.split");
    }

    @Test
    void manifest_ofTestDefectsAndOthers_trainsOnTheOthersAlone() throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 6; i++) {
            pair("" + i, i + "_mask");
            lines.append("{\"image\": \"%d.png\", \"mask\": \"%d_mask.png\", \"defect\": \"d\", \"split\": \"%s\"}\n"
                    .formatted(i, i, i < 3 ? "test" : ""));
        }
        text("manifest.jsonl", lines.toString());

        assertThat(training(FIRST_THIRD)).containsExactly("3.png");
    }

    @Test
    void coco_ofPolygonsAndBothRunLengths_givesTheSameMaskWithoutAnyFile() throws IOException {
        for (String name : List.of("a", "b", "c")) {
            picture("images/" + name + ".png");
        }
        picture("images/good.png");
        int[] runs = {2 * 16 + 3, 5, 11, 5, 11, 5, 11, 5, 384 - 35 - 53};
        text(
                "annotations/instances_default.json",
                cocoOf(
                        "[[2, 3, 6, 3, 6, 8, 2, 8]]",
                        "{\"size\": [16, 24], \"counts\": [35, 5, 11, 5, 11, 5, 11, 5, 296]}",
                        "{\"size\": [16, 24], \"counts\": \"%s\"}".formatted(new RunLengths(runs).compressed())));

        Dataset dataset = read("");

        assertThat(dataset.quarantine()).isEmpty();
        DefectSet set = dataset.set("tile", "crack").orElseThrow();
        assertThat(set.test()).hasSize(2);
        assertThat(set.training().get(0).mask())
                .isEqualTo(set.test().get(0).mask())
                .isEqualTo(set.test().get(1).mask())
                .isInstanceOf(RunLengthMask.class);
        assertThat(Plates.area(set)).isEqualTo(20);
        BufferedImage mask = set.training().get(0).openMask(new DatasetFiles(new Configuration()));
        assertThat(mask.getRaster().getSample(2, 3, 0)).isEqualTo(255);
        assertThat(mask.getRaster().getSample(5, 7, 0)).isEqualTo(255);
        assertThat(mask.getRaster().getSample(6, 7, 0)).isZero();
        assertThat(dataset.good("tile").orElseThrow().training())
                .singleElement()
                .asString()
                .endsWith("good.png");
    }

    private static String cocoOf(String first, String second, String third) {
        return """
                {"annotations": [
                   {"id": 1, "image_id": 1, "category_id": "7", "segmentation": %s},
                   {"id": 2, "image_id": 2, "category_id": 7, "segmentation": %s, "iscrowd": 1},
                   {"id": 3, "image_id": 3, "category_id": 7, "segmentation": %s}],
                 "info": {"year": 2024},
                 "images": [
                   {"id": 1, "file_name": "a.png", "width": 24, "height": 16},
                   {"id": 2, "file_name": "b.png", "width": 24, "height": 16},
                   {"id": 3, "file_name": "c.png", "width": 24, "height": 16},
                   {"id": 4, "file_name": "good.png", "width": 24, "height": 16}],
                 "categories": [{"id": 7, "name": "crack", "supercategory": "tile"}]}
                """.formatted(first, second, third);
    }

    @Test
    void coco_ofSeveralAnnotationsAndDefects_joinsThemByDefect() throws IOException {
        picture("train/a.png");
        picture("valid/a.png");
        String coco = """
                {"images": [{"id": 1, "file_name": "a.png", "width": 24, "height": 16}],
                 "categories": [{"id": 1, "name": "crack", "supercategory": "none"}, {"id": 2, "name": "dent"}],
                 "annotations": [
                   {"id": 1, "image_id": 1, "category_id": 1, "segmentation": [[0, 0, 4, 0, 4, 4, 0, 4], [8, 8, 9, 8, 9, 9, 8, 9]]},
                   {"id": 2, "image_id": 1, "category_id": 1, "segmentation": [[2, 2, 6, 2, 6, 6, 2, 6]]},
                   {"id": 3, "image_id": 1, "category_id": 2, "segmentation": [[20, 10, 90, 10, 90, 90, 20, 90]]}]}
                """;
        text("train/_annotations.coco.json", coco);
        text("valid/_annotations.coco.json", coco);

        Dataset dataset = read("");

        assertThat(dataset.quarantine()).isEmpty();
        assertThat(dataset.sets())
                .extracting(DefectSet::category)
                .containsOnly(root.getFileName().toString());
        DefectSet crack = dataset.sets().get(0);
        assertThat(crack.training()).extracting(DefectImage::name).containsExactly("train/a.png");
        assertThat(crack.test()).extracting(DefectImage::name).containsExactly("valid/a.png");
        assertThat(area(crack.training().get(0))).isEqualTo(16 + 1 + 16 - 4);
        assertThat(area(dataset.sets().get(1).training().get(0))).isEqualTo(4 * 6);
    }

    @Test
    void runLengths_ofAnyMask_comeBackFromTheirCompressedForm() {
        BufferedImage noise = TestImages.noise(37, 23, BufferedImage.TYPE_BYTE_GRAY);
        RunLengthMask mask = RunLengthMask.of(noise);

        BufferedImage opened = mask.open(new DatasetFiles(new Configuration()), "");

        for (int i = 0; i < 37 * 23; i++) {
            boolean marked = noise.getRaster().getSample(i % 37, i / 37, 0) >= 128;
            assertThat(opened.getRaster().getSample(i % 37, i / 37, 0)).isEqualTo(marked ? 255 : 0);
        }
        assertThat(RunLengthMask.of(opened)).isEqualTo(mask);
    }

    @Test
    void masksOfOneLevel_withMaskLevelSet_areReadAndMakeAnotherFingerprint() throws IOException {
        write("tile/crack/1.png", PICTURE);
        write("tile/crack/1_mask.png", numbered());

        DatasetRequest request =
                new DatasetRequest(root.toString(), List.of(), List.of(), FIRST_THIRD, DatasetFormat.AUTO, 1);
        DefectSet set =
                new DatasetReader(new Configuration()).read(request).sets().get(0);
        assertThat(area(set.training().get(0))).isEqualTo(area(MASK));
        assertThat(set.training().get(0).maskSha256()).isNotEqualTo(Digest.hex(numbered()));
    }

    @Test
    void detection_ofEachForm_findsIt() throws IOException {
        pair("tile/test/crack/1", "tile/ground_truth/crack/1_mask");
        assertThat(detected("")).isEqualTo(DatasetFormat.MVTEC);
        pair("plain/crack/1", "plain/crack/1_mask");
        assertThat(detected("plain")).isEqualTo(DatasetFormat.FOLDER);
        text("coco/x.json", "{\"categories\": [], \"images\": []}");
        text("coco/other.json", "{}");
        assertThat(detected("coco")).isEqualTo(DatasetFormat.COCO);
        text("lines/all.jsonl", "{}");
        assertThat(detected("lines")).isEqualTo(DatasetFormat.JSONL);
        text("visa/split_csv/1cls.csv", "");
        assertThat(detected("visa")).isEqualTo(DatasetFormat.VISA);
        assertThat(detected("coco/x.json")).isEqualTo(DatasetFormat.COCO);
    }

    @Test
    void reader_ofUnknownCategory_namesTheNearestInAnyFormat() throws IOException {
        pair("tile/crack/1", "tile/crack/1_mask");
        DatasetRequest request = new DatasetRequest(root.toString(), List.of("tiel"), List.of(), FIRST_THIRD);

        assertThatThrownBy(() -> new DatasetReader(new Configuration()).read(request))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("category \"tiel\" is not in")
                .hasMessageContaining("did you mean \"tile\"?");
    }

    @Test
    void formats_onAnotherFileSystem_readTheSame() throws IOException {
        picture("images/a.png");
        picture("images/b.png");
        picture("images/c.png");
        picture("images/good.png");
        text(
                "annotations/instances.json",
                cocoOf("[[2, 3, 6, 3, 6, 8]]", "[[2, 3, 6, 3, 6, 8]]", "[[2, 3, 6, 3, 6, 8]]"));

        Dataset remote = new DatasetReader(RemoteFileSystem.configuration())
                .read(new DatasetRequest(RemoteFileSystem.root(root), List.of(), List.of(), FIRST_THIRD));

        assertThat(remote.quarantine()).isEmpty();
        assertThat(remote.sets().get(0).fingerprint())
                .isEqualTo(read("").sets().get(0).fingerprint());
        assertThat(remote.good("tile").orElseThrow().training().get(0).getScheme())
                .isEqualTo("remote");
    }

    private List<String> training(SplitRule rule) {
        return read("", DatasetFormat.AUTO, rule).sets().get(0).training().stream()
                .map(DefectImage::name)
                .toList();
    }

    private DatasetFormat detected(String below) {
        return new DatasetReader(new Configuration())
                .format(new DatasetRequest(root.resolve(below).toString(), List.of(), List.of(), FIRST_THIRD));
    }

    private Dataset read(String below) {
        return read(below, DatasetFormat.AUTO, FIRST_THIRD);
    }

    private Dataset read(String below, DatasetFormat format, SplitRule split) {
        return new DatasetReader(new Configuration())
                .read(new DatasetRequest(root.resolve(below).toString(), List.of(), List.of(), split, format, 0));
    }

    private static int area(DefectImage image) throws IOException {
        return area(image.openMask(new DatasetFiles(new Configuration())));
    }

    private static int area(byte[] mask) throws IOException {
        return area(ImageDecoder.mask(mask));
    }

    private static int area(BufferedImage mask) {
        int area = 0;
        for (byte level : ((DataBufferByte) mask.getRaster().getDataBuffer()).getData()) {
            area += level < 0 ? 1 : 0;
        }
        return area;
    }

    private static byte[] numbered() {
        return TestImages.encode(TestImages.mask(24, 16, 1), "png");
    }

    private void pair(String image, String mask) throws IOException {
        picture(image + ".png");
        write(mask + ".png", MASK);
    }

    private void picture(String file) throws IOException {
        write(file, PICTURE);
    }

    private void write(String file, byte[] bytes) throws IOException {
        TestImages.write(root.resolve(file), bytes);
    }

    private void text(String file, String text) throws IOException {
        write(file, text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
}
