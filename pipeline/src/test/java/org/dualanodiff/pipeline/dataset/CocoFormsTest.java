package org.dualanodiff.pipeline.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.dualanodiff.pipeline.dataset.Dataset.GoodImages;
import org.dualanodiff.pipeline.dataset.DefectSet.DefectImage;
import org.dualanodiff.pipeline.dataset.Quarantined.Reason;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** COCO files as tools and people write them: no annotated image is ever a good one. */
class CocoFormsTest {
    static final String CRACK = "[{\"id\": 1, \"name\": \"crack\"}]";

    @TempDir
    Path root;

    private Plates plates;

    @BeforeEach
    void writeImages() throws IOException {
        plates = new Plates(root.resolve("tile"));
        for (int i = 0; i < 4; i++) {
            plates.picture("images/%d.jpg".formatted(i));
        }
    }

    private static String image(Object id, String name) {
        return "{\"id\": %s, \"file_name\": \"%s\", \"width\": 48, \"height\": 40}".formatted(id, name);
    }

    /** A square of 100 pixels whose left side is at {@code x}. */
    static String square(Object image, Object category, int x) {
        return "{\"id\": %d, \"image_id\": %s, \"category_id\": %s, \"segmentation\": [[%d, 5, %d, 5, %d, 15, %d, 15]]}"
                .formatted(x, image, category, x, x + 10, x + 10, x);
    }

    static String coco(List<String> images, List<String> annotations, String categories) {
        return "{\"images\": %s, \"annotations\": %s, \"categories\": %s}".formatted(images, annotations, categories);
    }

    static List<String> four() {
        List<String> images = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            images.add(image(i, i + ".jpg"));
        }
        return images;
    }

    static List<String> good(Dataset dataset) {
        return dataset.good().stream()
                .flatMap(good -> good.training().stream())
                .map(GoodImages::name)
                .toList();
    }

    static List<String> names(Dataset dataset, String defect) {
        return dataset.set("tile", defect).orElseThrow().training().stream()
                .map(DefectImage::name)
                .toList();
    }

    @Test
    void cocoFiles_ofOneDefectEach_haveTheRestAsGoodImages() throws IOException {
        plates.text("annotations/crack.json", coco(four(), List.of(square(0, 1, 2)), CRACK));
        plates.text("annotations/dent.json", coco(four(), List.of(square(1, 1, 2)), CRACK.replace("crack", "dent")));

        Dataset dataset = plates.read();

        assertThat(good(dataset)).containsExactly("2.jpg", "3.jpg");
        assertThat(names(dataset, "crack")).containsExactly("images/0.jpg");
        assertThat(names(dataset, "dent")).containsExactly("images/1.jpg");
    }

    @ParameterizedTest
    @CsvSource({"0, 0.0", "0.0, 0", "'\"0\"', 0", "0, '\"0\"'", "'\"a\"', '\"a\"'", "0.00, '\"0\"'"})
    void cocoIds_asNumbersOrTexts_areTheSame(String ofImage, String ofAnnotation) throws IOException {
        plates.text(
                "instances.json",
                coco(
                        List.of(image(ofImage, "0.jpg"), image(1, "1.jpg")),
                        List.of(square(ofAnnotation, "1.0", 2)),
                        CRACK));

        Dataset dataset = plates.read();

        assertThat(dataset.quarantine()).isEmpty();
        assertThat(names(dataset, "crack")).containsExactly("images/0.jpg");
        assertThat(good(dataset)).containsExactly("1.jpg");
    }

    @Test
    void cocoImage_listedTwice_hasBothMasksAndIsNoGoodOne() throws IOException {
        List<String> images = List.of(image(0, "0.jpg"), image(10, "images/0.jpg"), image(20, "./images/0.jpg"));
        plates.text("instances.json", coco(images, List.of(square(0, 1, 2), square(10, 1, 22)), CRACK));

        Dataset dataset = plates.read();

        assertThat(names(dataset, "crack")).containsExactly("images/0.jpg");
        assertThat(Plates.area(dataset.sets().get(0))).isEqualTo(200);
        assertThat(good(dataset)).isEmpty();
    }

    @Test
    void cocoImage_annotatedInATestFileToo_neverTrains() throws IOException {
        plates.text("annotations/instances_train.json", coco(four(), List.of(square(0, 1, 2)), CRACK));
        plates.text(
                "annotations/instances_val.json", coco(List.of(image(0, "0.jpg")), List.of(square(0, 1, 22)), CRACK));

        DefectSet set = plates.read().sets().get(0);

        assertThat(set.training()).isEmpty();
        assertThat(set.test()).extracting(DefectImage::name).containsExactly("images/0.jpg");
    }

    @Test
    void cocoOfRoboflow_withGoodImagesAloneForTraining_trainsOnDefectsAllTheSame() throws IOException {
        for (int i = 0; i < 3; i++) {
            plates.picture("train/%d.jpg".formatted(i));
            plates.picture("test/%d.jpg".formatted(i));
        }
        plates.text("train/_annotations.coco.json", coco(four().subList(0, 3), List.of(), CRACK));
        plates.text(
                "test/_annotations.coco.json",
                coco(four().subList(0, 3), List.of(square(0, 1, 2), square(1, 1, 2), square(2, 1, 2)), CRACK));

        Dataset dataset = new DatasetReader(new org.apache.hadoop.conf.Configuration())
                .read(new DatasetRequest(plates.root().toString(), List.of(), List.of(), new SplitRule.FirstThird()));

        assertThat(names(dataset, "crack")).containsExactly("test/0.jpg");
        assertThat(dataset.sets().get(0).test()).hasSize(2);
        assertThat(good(dataset)).hasSize(3);
    }

    @Test
    void cocoFile_withTestInItsName_trainsOnItsDefects() throws IOException {
        plates.text("product_test_bench.json", coco(four(), List.of(square(0, 1, 2)), CRACK));

        assertThat(names(plates.read(), "crack")).containsExactly("images/0.jpg");
    }

    @Test
    void cocoAnnotation_ofUnknownImage_makesNoImageAGoodOne() throws IOException {
        plates.text("instances.json", coco(four(), List.of(square(0, 1, 2), square(77, 1, 2)), CRACK));

        Dataset dataset = plates.read();

        assertThat(good(dataset)).isEmpty();
        assertThat(dataset.quarantine())
                .anyMatch(aside -> aside.detail().contains("no image with its image_id 77"))
                .anyMatch(aside -> aside.file().equals("images/1.jpg")
                        && aside.detail().contains("whether it is a good one is not known"));
    }

    @Test
    void cocoOfRoboflow_withAnUnusedRootCategory_hasOneProduct() throws IOException {
        for (String part : List.of("train", "valid")) {
            plates.picture(part + "/0.jpg");
            plates.picture(part + "/1.jpg");
            plates.text(
                    part + "/_annotations.coco.json",
                    coco(
                            List.of(image(0, "0.jpg"), image(1, "1.jpg")),
                            List.of(square(0, 1, 2)),
                            "[{\"id\": 0, \"name\": \"parts\", \"supercategory\": \"none\"}, {\"id\": 1, \"name\": \"crack\", \"supercategory\": \"parts\"}]"));
        }

        Dataset dataset = plates.read();

        assertThat(dataset.good()).extracting(GoodImages::category).containsExactly("parts");
        assertThat(dataset.good().get(0).training()).hasSize(1);
        assertThat(dataset.good().get(0).test()).hasSize(1);
        assertThat(dataset.quarantine()).isEmpty();
    }

    @Test
    void cocoImage_withoutSize_hasThatOfItsFile() throws IOException {
        plates.text(
                "instances.json",
                coco(List.of("{\"id\": 0, \"file_name\": \"0.jpg\"}"), List.of(square(0, 1, 2)), CRACK));

        assertThat(Plates.area(plates.read().sets().get(0))).isEqualTo(100);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "my part.JPG",
                "my%20part.jpg",
                "C:\\\\data\\\\my part.jpg",
                "D:/a/images/my part.jpg",
                "images\\\\my part.jpg",
                "/home/other/data/tile/images/my part.jpg",
                "file:///x/my%20part.jpg",
                "\\\\\\\\server\\\\share\\\\my part.jpg",
                "../../upload/my part.jpg"
            })
    void cocoFileName_ofAnotherMachineOrForm_isFound(String name) throws IOException {
        plates.picture("images/my part.jpg");
        plates.text("annotations/instances.json", coco(List.of(image(0, name)), List.of(square(0, 1, 2)), CRACK));

        assertThat(names(plates.read(), "crack")).containsExactly("images/my part.jpg");
    }

    @Test
    void cocoFileName_ofNoFile_tellsWhereItWasLookedFor() throws IOException {
        plates.text("instances.json", coco(List.of(image(0, "C:\\\\x\\\\z.jpg")), List.of(square(0, 1, 2)), CRACK));

        assertThat(plates.read().quarantine()).singleElement().satisfies(aside -> {
            assertThat(aside.reason()).isEqualTo(Reason.STORAGE_ERROR);
            assertThat(aside.detail()).contains("a path of another machine").contains("tile/images");
        });
    }

    @Test
    void twoFileNames_thatLeadToOneFileByTheirEnds_areInDoubt() throws IOException {
        plates.text(
                "instances.json",
                coco(
                        List.of(image(0, "/x/crack/0.jpg"), image(1, "/x/dent/0.jpg")),
                        List.of(square(0, 1, 2), square(1, 1, 22)),
                        CRACK));

        Dataset dataset = plates.read();

        assertThat(dataset.sets().get(0).training()).isEmpty();
        assertThat(dataset.quarantine())
                .singleElement()
                .satisfies(aside -> assertThat(aside.detail()).contains("/x/crack/0.jpg and /x/dent/0.jpg"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void cocoFileName_thatLeadsToAnotherOnesFileByItsEnd_isInDoubt(boolean first) throws IOException {
        List<String> images = new ArrayList<>(List.of(image(0, "0.jpg"), image(1, "1.jpg")));
        images.add(first ? 0 : 2, image(9, "cam2/0.jpg"));
        plates.text("instances.json", coco(images, List.of(square(9, 1, 2), square(1, 1, 2)), CRACK));

        Dataset dataset = plates.read();

        assertThat(names(dataset, "crack")).containsExactly("images/1.jpg");
        assertThat(good(dataset)).isEmpty();
        assertThat(dataset.quarantine())
                .isNotEmpty()
                .allSatisfy(aside -> assertThat(aside.detail()).contains("0.jpg and cam2/0.jpg"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "images/0.jpg | images\\\\0.jpg",
                "C:\\\\d\\\\0.jpg | C:/d/0.jpg",
                "file:///d/0.jpg | /d/0.jpg",
                "/d/my%20a.jpg | /d/my a.jpg"
            })
    void cocoFileName_writtenInTwoWays_isOneFile(String one, String other) throws IOException {
        plates.picture("images/my a.jpg");
        plates.text(
                "instances.json",
                coco(List.of(image(0, one), image(1, other)), List.of(square(0, 1, 2), square(1, 1, 22)), CRACK));

        assertThat(Plates.area(plates.read().sets().get(0))).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"categories\": [{\"id\": 1, \"name\": \"crack\"}]}",
                "{\"images\": 120}",
                "{\"images\": [{\"id\": 0, \"file_name\": \"0.jpg\"}], \"annotations\": [{\"id\": 1, \"image_id\": 0, \"category_id\": 1, \"bbox\": [1, 1, 9, 9]}], \"categories\": [{\"id\": 1, \"name\": \"crack\"}]}"
            })
    void jsonWithoutOutlines_besideInstances_isSetAsideAlone(String text) throws IOException {
        plates.text("annotations/instances_train.json", coco(four(), List.of(square(0, 1, 2)), CRACK));
        plates.text("annotations/detection.json", text);

        Dataset dataset = plates.read();

        assertThat(names(dataset, "crack")).containsExactly("images/0.jpg");
        assertThat(dataset.quarantine()).extracting(Quarantined::file).containsExactly("annotations/detection.json");
    }

    @Test
    void cocoFiles_oneNamedInstances_areAllRead() throws IOException {
        plates.text("annotations/instances_default.json", coco(four(), List.of(square(0, 1, 2)), CRACK));
        plates.text(
                "annotations/scratch.json", coco(four(), List.of(square(1, 1, 2)), CRACK.replace("crack", "scratch")));
        plates.text("annotations/captions_default.json", coco(four(), List.of(), CRACK));

        Dataset dataset = plates.read();

        assertThat(names(dataset, "scratch")).containsExactly("images/1.jpg");
        assertThat(good(dataset)).containsExactly("2.jpg", "3.jpg");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[{\"id\": 1, \"name\": \"crack\", \"supercategory\": \"crack\"}]",
                "[{\"id\": 1, \"name\": \"good\"}, {\"id\": 2, \"name\": \"ok\"}]"
            })
    void cocoFile_ofGoodImagesAlone_isReadWithAnyCategories(String categories) throws IOException {
        plates.text("instances.json", coco(List.of(image(0, "0.jpg")), List.of(), categories));

        Dataset dataset = plates.read();

        assertThat(good(dataset)).containsExactly("0.jpg");
        assertThat(dataset.quarantine()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ds1", "project/ds1", "a/b/c"})
    void cocoFiles_furtherDown_areFoundWithTheirImages(String below) throws IOException {
        Plates deep = new Plates(root.resolve("deep"));
        deep.picture(below + "/images/0.jpg");
        deep.text(
                below + "/annotations/instances.json",
                coco(List.of(image(0, "0.jpg")), List.of(square(0, 1, 2)), CRACK));

        assertThat(deep.read().sets().get(0).training()).hasSize(1);
    }

    @Test
    void cocoFile_notInUtf8_isNamed() throws IOException {
        String text = coco(four(), List.of(square(0, 1, 2)), CRACK.replace("crack", "裂纹"));
        plates.write("annotations/instances.json", text.getBytes(Charset.forName("GBK")));

        assertThatThrownBy(plates::read)
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("instances.json is not in UTF-8");
    }

    @Test
    void cocoCategory_namedGood_makesItsImagesGoodOnes() throws IOException {
        plates.text(
                "instances.json",
                coco(
                        four(),
                        List.of(square(0, 1, 2), square(1, 2, 2)),
                        "[{\"id\": 1, \"name\": \"crack\"}, {\"id\": 2, \"name\": \"OK\"}]"));

        Dataset dataset = plates.read();

        assertThat(dataset.sets()).extracting(DefectSet::defect).containsExactly("crack");
        assertThat(good(dataset)).containsExactly("1.jpg", "2.jpg", "3.jpg");
    }
}
