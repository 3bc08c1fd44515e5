package org.dualanodiff.pipeline.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.dualanodiff.pipeline.dataset.CocoFormsTest.CRACK;
import static org.dualanodiff.pipeline.dataset.CocoFormsTest.coco;
import static org.dualanodiff.pipeline.dataset.CocoFormsTest.four;
import static org.dualanodiff.pipeline.dataset.CocoFormsTest.good;
import static org.dualanodiff.pipeline.dataset.CocoFormsTest.names;
import static org.dualanodiff.pipeline.dataset.CocoFormsTest.square;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.dualanodiff.pipeline.dataset.DefectSet.DefectImage;
import org.dualanodiff.pipeline.dataset.Quarantined.Reason;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Annotation files, tables and manifests as tools and people write them: no annotated image is ever a good one. */
class AnnotationFormsTest {
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

    @ParameterizedTest
    @ValueSource(strings = {"good", "Good", "OK", "Normal", " normal ", "defect-free"})
    void manifestWord_forGood_isKnownInAnyCase(String word) throws IOException {
        plates.text("manifest.jsonl", """
                {"image": "images/0.jpg", "defect": "%s", "split": "Train"}
                {"image": "images/1.jpg", "mask": "m.png", "defect": "crack", "split": "TRAIN"}
                """.formatted(word));
        plates.mask("m.png");

        Dataset dataset = plates.read();

        assertThat(dataset.quarantine()).isEmpty();
        assertThat(good(dataset)).containsExactly("0.jpg");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "images/0.jpg",
                "./images/0.jpg",
                "images\\\\0.jpg",
                "ROOT/images/0.jpg",
                "file://ROOT/images/0.jpg"
            })
    void manifestImage_goodAndDefective_isNoGoodOne(String again) throws IOException {
        plates.mask("m.png");
        plates.text("manifest.jsonl", """
                {"image": "%s"}
                {"image": "images/0.jpg", "mask": "m.png", "defect": "crack", "category": "other"}
                {"image": "images/1.jpg"}
                """.formatted(
                        again.replace("ROOT", plates.root().toString())));

        Dataset dataset = plates.read();

        assertThat(good(dataset)).containsExactly("1.jpg");
        assertThat(dataset.quarantine()).extracting(Quarantined::reason).containsExactly(Reason.DUPLICATE_ENTRY);
    }

    @Test
    void manifestImage_withSeveralMasks_hasAllOfThem() throws IOException {
        plates.mask("m1.png");
        java.awt.image.BufferedImage other = Plates.mask(0);
        Plates.rectangle(other, 30, 20, 255);
        plates.mask("m2.png", other);
        plates.text("manifest.jsonl", """
                {"image": "images/0.jpg", "mask": "m1.png", "defect": "crack"}
                {"image": "images/0.jpg", "mask": "m2.png", "defect": "crack"}
                """);

        Dataset dataset = plates.read();

        assertThat(dataset.quarantine()).isEmpty();
        assertThat(Plates.area(dataset.sets().get(0))).isEqualTo(2 * Plates.SPOT);
    }

    @Test
    void manifestLine_withAMaskAndNoDefect_isWhatItsMaskSays() throws IOException {
        plates.mask("m.png");
        plates.mask("black.png", Plates.mask(0));
        plates.text("manifest.jsonl", """
                {"image": "images/0.jpg", "mask": "m.png"}
                {"image": "images/1.jpg", "mask": "m.png", "defect": null}
                {"image": "images/2.jpg", "mask": "black.png"}
                {"image": "images/3.jpg", "mask": "m.png", "label": "crack"}
                """);

        Dataset dataset = plates.read();

        assertThat(names(dataset, "defect")).containsExactly("images/0.jpg", "images/1.jpg");
        assertThat(names(dataset, "crack")).containsExactly("images/3.jpg");
        assertThat(good(dataset)).containsExactly("2.jpg");
        assertThat(dataset.quarantine()).isEmpty();
    }

    @Test
    void manifestLines_ofGoodImagesWithBlackMasks_makeNoDefectAndStayGoodWhateverDefectsAreAsked() throws IOException {
        plates.mask("m.png");
        plates.mask("black.png", Plates.mask(0));
        plates.text("manifest.jsonl", """
                {"image": "images/0.jpg", "mask": "black.png"}
                {"image": "images/1.jpg", "mask": "m.png", "defect": "crack"}
                """);

        assertThat(plates.read().sets()).extracting(DefectSet::defect).containsExactly("crack");
        Dataset asked = new DatasetReader(new Configuration())
                .read(new DatasetRequest(
                        plates.root().toString(), List.of(), List.of("crack"), new SplitRule.FirstThird()));
        assertThat(good(asked)).containsExactly("0.jpg");
    }

    @Test
    void manifestImages_forTrainingWithBlackMasks_areNoDefectsForTraining() throws IOException {
        plates.mask("m.png");
        plates.mask("black.png", Plates.mask(0));
        plates.text("manifest.jsonl", """
                {"image": "images/0.jpg", "mask": "black.png", "split": "train"}
                {"image": "images/1.jpg", "mask": "m.png", "split": "test"}
                {"image": "images/2.jpg", "mask": "black.png", "split": "test"}
                """);

        Dataset dataset = plates.read();

        assertThat(names(dataset, "defect")).containsExactly("images/1.jpg");
        assertThat(good(dataset)).containsExactly("0.jpg");
        assertThat(dataset.good().get(0).test()).hasSize(1);
    }

    @Test
    void manifestImage_withABlackMaskAndADefectInAnotherLine_isNoGoodOne() throws IOException {
        plates.mask("m.png");
        plates.mask("black.png", Plates.mask(0));
        plates.text("manifest.jsonl", """
                {"image": "images/0.jpg", "mask": "black.png"}
                {"image": "images/0.jpg", "mask": "m.png", "defect": "crack"}
                {"image": "images/1.jpg", "mask": "black.png"}
                """);

        assertThat(good(plates.read())).containsExactly("1.jpg");
    }

    @ParameterizedTest
    @CsvSource({"0, true", "false, true", "1, false", "true, false", "'[]', true", "'\"ok\"', true"})
    void manifestLabel_thatIsNoName_tellsGoodFromDefective(String label, boolean good) throws IOException {
        plates.mask("m.png");
        plates.text("manifest.jsonl", """
                {"image": "images/0.jpg", "label": %s}
                {"image": "images/1.jpg", "mask": "m.png", "defect": "crack"}
                """.formatted(label));

        Dataset dataset = plates.read();

        assertThat(good(dataset)).hasSize(good ? 1 : 0);
        assertThat(dataset.quarantine()).hasSize(good ? 0 : 1);
    }

    @ParameterizedTest
    @CsvSource({
        "'[\"crack\"]', crack",
        "'[\"crack\", \"dent\"]', ''",
        "'{\"name\": \"crack\"}', ''",
        "'[{\"name\": \"crack\"}]', ''",
        "'[null]', ''",
        "2, 2",
        "'[2]', 2",
        "3.0, 3",
        "'\"2\"', 2",
        "1, defect",
        "true, defect",
        "'\"1\"', defect"
    })
    void manifestLabel_ofAnyKind_isAnExactNameOrSetAside(String label, String defect) throws IOException {
        plates.mask("m.png");
        for (String field : List.of("label", "defect")) {
            for (String mask : List.of("", ", \"mask\": \"m.png\"")) {
                plates.text("manifest.jsonl", """
                        {"image": "images/0.jpg", "%s": %s%s}
                        {"image": "images/1.jpg", "mask": "m.png", "defect": "other"}
                        """.formatted(field, label, mask));

                Dataset dataset = plates.read();

                assertThat(good(dataset)).isEmpty();
                boolean told = !mask.isEmpty() && !defect.isEmpty();
                assertThat(dataset.sets())
                        .filteredOn(DefectSet::usable)
                        .extracting(DefectSet::defect)
                        .containsExactlyInAnyOrderElementsOf(told ? List.of(defect, "other") : List.of("other"));
                assertThat(dataset.quarantine()).hasSize(told ? 0 : 1);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "0.0, 0", "False, 0", "1, defect", "1.0, defect", "True, defect", "2, 2", "3.0, 3", "K07, K07"})
    void tableLabel_ofANumber_meansWhatItMeansInAManifest(String label, String defect) throws IOException {
        plates.mask("m.png");
        plates.mask("black.png", Plates.mask(0));
        String head = "object,split,label,image,mask\n";
        boolean zero = defect.equals("0");

        plates.text("t.csv", head + "tile,,%s,images/0.jpg,m.png\ntile,,x,images/1.jpg,m.png\n".formatted(label));
        assertThat(names(plates.read("t.csv"), defect)).containsExactly("images/0.jpg");
        assertThat(good(plates.read("t.csv"))).isEmpty();

        plates.text("t.csv", head + "tile,,%s,images/0.jpg,\ntile,,x,images/1.jpg,m.png\n".formatted(label));
        assertThat(good(plates.read("t.csv"))).hasSize(zero ? 1 : 0);
        assertThat(plates.read("t.csv").quarantine()).hasSize(zero ? 0 : 1);

        plates.text("t.csv", head + "tile,,%s,images/0.jpg,black.png\ntile,,x,images/1.jpg,m.png\n".formatted(label));
        assertThat(good(plates.read("t.csv"))).hasSize(zero ? 1 : 0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"mask_path\": \"m.png\"",
                "\"Mask\": \"m.png\"",
                "\"maskFile\": \"m.png\", \"defect\": \"good\"",
                "\"masks\": [\"m.png\"]",
                "\"gt_mask\": \"m.png\", \"mask\": \"\"",
                "\"segmentation\": [[1, 1, 5, 5, 9, 1]]",
                "\"ground_truth\": \"m.png\", \"label\": 0"
            })
    void manifestLine_withAMaskUnderAnotherName_isSetAsideAndSaysSo(String fields) throws IOException {
        plates.mask("m.png");
        plates.text("manifest.jsonl", """
                {"image": "images/0.jpg", %s}
                {"image": "images/1.jpg", "mask_path": null, "masks": [], "mask_file": "", "segmentation": {}}
                {"image": "images/2.jpg", "mask": "m.png", "mask_path": "n.png", "defect": "crack"}
                """.formatted(fields));

        Dataset dataset = plates.read();

        assertThat(good(dataset)).containsExactly("1.jpg");
        assertThat(names(dataset, "crack")).containsExactly("images/2.jpg");
        String field = fields.substring(0, fields.indexOf(':'));
        assertThat(dataset.quarantine()).singleElement().satisfies(aside -> {
            assertThat(aside.reason()).isEqualTo(Reason.INVALID_ENTRY);
            assertThat(aside.detail()).contains("no \"mask\"").contains(field);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"mask_type\": \"none\"", "\"gt\": \"good\"", "\"annotations\": [\"checked\"]"})
    void manifestLine_calledGood_isGoodWhateverElseItSaysOfMasks(String field) throws IOException {
        plates.mask("m.png");
        plates.text("manifest.jsonl", """
                {"image": "images/0.jpg", "defect": "good", %s}
                {"image": "images/2.jpg", "mask": "m.png", "defect": "crack"}
                """.formatted(field));

        Dataset dataset = plates.read();

        assertThat(good(dataset)).containsExactly("0.jpg");
        assertThat(dataset.quarantine()).isEmpty();
    }

    @Test
    void tableOfVisa_withGoodInAnyWord_trainsOnItsDefects() throws IOException {
        plates.mask("m.png");
        plates.text(
                "t.csv",
                "object,split,label,image,mask\r\ntile,Train,Good,D:\\set\\images\\0.jpg,\r\ntile,test,Crack,images/1.jpg,m.png\r\n");

        Dataset dataset = plates.read("t.csv");

        assertThat(good(dataset)).containsExactly("0.jpg");
        assertThat(names(dataset, "Crack")).containsExactly("images/1.jpg");
    }

    @Test
    void yolo_ofOutlines_isReadWithItsNames() throws IOException {
        Plates yolo = new Plates(root.resolve("yolo"));
        for (String part : List.of("train", "val")) {
            yolo.picture("images/%s/0.jpg".formatted(part));
            yolo.picture("images/%s/good.jpg".formatted(part));
            yolo.text(
                    "labels/%s/0.txt".formatted(part),
                    "1 0.25 0.25 0.5 0.25 0.5 0.5 0.25 0.5\n0 0.75 0.75 1 0.75 1 1 0.75 1\n");
        }
        yolo.picture("images/train/box.jpg");
        yolo.text("labels/train/box.txt", "0 0.5 0.5 0.2 0.2\n");
        yolo.text("data.yaml", "train: images/train\nval: images/val\nnames:\n  0: dent\n  1: 'crack'\nnc: 2\n");

        Dataset dataset = yolo.read();

        DefectSet crack = dataset.set("yolo", "crack").orElseThrow();
        assertThat(crack.training()).extracting(DefectImage::name).containsExactly("images/train/0.jpg");
        assertThat(crack.test()).hasSize(1);
        assertThat(Plates.area(crack)).isEqualTo(12 * 10);
        assertThat(dataset.set("yolo", "dent").orElseThrow().training()).hasSize(1);
        assertThat(good(dataset)).containsExactly("good.jpg");
        assertThat(dataset.quarantine())
                .singleElement()
                .satisfies(aside -> assertThat(aside.detail()).contains("a box alone makes no mask"));
    }

    @ParameterizedTest
    @CsvSource({
        "images/train/A.JPG, labels/train/a.txt",
        "images/train/u\u0308.jpg, labels/train/\u00fc.txt",
        "images/train/1.jpg, labels/1.txt",
        "images/val/1.jpg, labels/valid/1.txt"
    })
    void yoloLabels_inOtherLettersOrFolders_belongToTheirImage(String image, String label) throws IOException {
        Plates yolo = new Plates(root.resolve("yolo"));
        yolo.picture(image);
        yolo.picture("images/train/good.jpg");
        yolo.text(label, "0 0.25 0.25 0.5 0.25 0.5 0.5 0.25 0.5\n");
        yolo.text("data.yaml", "names: [crack]");

        Dataset dataset = yolo.read();

        assertThat(dataset.sets()).extracting(DefectSet::defect).containsExactly("crack");
        assertThat(good(dataset)).containsExactly("good.jpg");
        assertThat(dataset.quarantine()).isEmpty();
    }

    @Test
    void yoloFolder_withLabelsOfNoImageAndPicturesOfOtherKinds_namesThem() throws IOException {
        Plates yolo = new Plates(root.resolve("yolo"));
        yolo.picture("images/000.jpg");
        yolo.text("labels/000_1.txt", "0 0.25 0.25 0.5 0.25 0.5 0.5 0.25 0.5\n");
        yolo.text("labels/notes.txt", "drawn in May\n");
        yolo.text("images/002.heic", "x");
        yolo.text("data.yaml", "names: [crack]");

        assertThat(yolo.read().quarantine())
                .extracting(aside -> aside.file() + " " + aside.reason())
                .containsExactlyInAnyOrder(
                        "labels/000_1.txt ORPHAN_MASK", "images/000.jpg INVALID_ENTRY", "images/002.heic NOT_AN_IMAGE");
    }

    @ParameterizedTest
    @CsvSource({
        "labels/0.jpg.txt, '0 0.25 0.25 0.5 0.25 0.5 0.5', 1",
        "labels/zero.txt, '\n0 0.5 0.5 0.2 0.2', 1",
        "labels/zero.txt, '', 2",
        "labels/readme.txt, 'drawn in May', 2"
    })
    void yoloLabels_ofNoImage_leaveOpenWhichImagesAreGood(String file, String text, int good) throws IOException {
        Plates yolo = new Plates(root.resolve("yolo"));
        for (String name : List.of("0", "1", "2")) {
            yolo.picture("images/%s.jpg".formatted(name));
        }
        yolo.text("labels/1.txt", "");
        yolo.text("labels/2.txt", "0 0.25 0.25 0.5 0.25 0.5 0.5 0.25 0.5\n");
        yolo.text(file, text);
        yolo.text("data.yaml", "names: [crack]");

        Dataset dataset = yolo.read();

        assertThat(good(dataset)).hasSize(good).contains("1.jpg").doesNotContain("2.jpg");
        assertThat(dataset.quarantine())
                .extracting(aside -> aside.file() + " " + aside.reason())
                .containsExactlyInAnyOrderElementsOf(
                        good == 2 ? List.of() : List.of(file + " ORPHAN_MASK", "images/0.jpg INVALID_ENTRY"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"GBK", "UTF-16LE"})
    void yoloLabel_notInUtf8_setsItsImageAsideAlone(String charset) throws IOException {
        Plates yolo = new Plates(root.resolve("yolo"));
        String outline = "0 0.25 0.25 0.5 0.25 0.5 0.5 0.25 0.5\n";
        for (String name : List.of("0", "1", "2")) {
            yolo.picture("images/%s.jpg".formatted(name));
        }
        yolo.write(
                "labels/0.txt", (outline.repeat(1000) + "# 裂纹\n").getBytes(java.nio.charset.Charset.forName(charset)));
        yolo.text("labels/1.txt", outline);
        yolo.text("data.yaml", "names: [crack]");

        Dataset dataset = yolo.read();

        assertThat(dataset.set("yolo", "crack").orElseThrow().training())
                .extracting(DefectImage::name)
                .containsExactly("images/1.jpg");
        assertThat(good(dataset)).containsExactly("2.jpg");
        assertThat(dataset.quarantine()).singleElement().satisfies(aside -> {
            assertThat(aside.file()).isEqualTo("labels/0.txt");
            assertThat(aside.reason()).isEqualTo(Reason.INVALID_ENTRY);
            assertThat(aside.detail()).contains("UTF-8");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"data.yaml", "classes.txt"})
    void yoloNames_notInUtf8_areNamed(String file) throws IOException {
        Plates yolo = new Plates(root.resolve("yolo"));
        yolo.picture("images/0.jpg");
        yolo.text("labels/0.txt", "0 0.25 0.25 0.5 0.25 0.5 0.5 0.25 0.5\n");
        yolo.write(
                file,
                (file.equals("data.yaml") ? "names: [裂纹, 划痕]" : "裂纹\n划痕\n")
                        .getBytes(java.nio.charset.Charset.forName("GBK")));

        assertThatThrownBy(yolo::read)
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining(file + " is not in UTF-8");
    }

    @Test
    void yoloOutline_ofThousandsOfPoints_isRead() throws IOException {
        Plates yolo = new Plates(root.resolve("yolo"));
        yolo.picture("images/0.jpg");
        yolo.text("labels/0.txt", "0" + " 0.25 0.25 0.5 0.25 0.5 0.5 0.25 0.5".repeat(20_000) + "\n");
        yolo.text("data.yaml", "names: [crack]");

        assertThat(Plates.area(yolo.read().sets().get(0))).isEqualTo(12 * 10);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "names: [dent, 'crack tip']",
                "names: {0: dent, 1: \"crack tip\"}",
                "nc: 2\nnames:\n- dent\n- crack tip\n",
                "names:\n  - dent\n  # second\n  - 'crack tip'\npath: x",
                "names: [\n  dent,\n  crack tip\n]"
            })
    void namesOfYaml_inAnyForm_areRead(String yaml) {
        assertThat(YoloLayout.names(yaml)).containsExactly("dent", "crack tip");
    }

    @Test
    void labelMe_besideItsImages_isRead() throws IOException {
        Plates folder = new Plates(root.resolve("labelme"));
        for (String name : List.of("a", "b", "c", "d")) {
            folder.picture(name + ".jpg");
        }
        String head =
                "{\"version\": \"5.0\", \"imagePath\": \"%s.jpg\", \"imageHeight\": 40, \"imageWidth\": 48, \"shapes\": [";
        String square =
                "{\"label\": \"crack\", \"points\": [[2, 5], [12, 5], [12, 15], [2, 15]], \"shape_type\": \"polygon\"}";
        folder.text("a.json", head.formatted("a") + square + "]}");
        folder.text("b.json", head.formatted("b") + "]}");
        folder.text("c.json", head.formatted("c") + square + ", " + square.replace("polygon", "rectangle") + "]}");

        Dataset dataset = folder.read();

        assertThat(dataset.set("labelme", "crack").orElseThrow().training())
                .extracting(DefectImage::name)
                .containsExactly("a.jpg");
        assertThat(Plates.area(dataset.sets().get(0))).isEqualTo(100);
        assertThat(good(dataset)).containsExactly("b.jpg");
        assertThat(dataset.quarantine())
                .extracting(Quarantined::reason)
                .containsExactlyInAnyOrder(Reason.INVALID_ENTRY, Reason.MASK_MISSING);
    }

    @ParameterizedTest
    @CsvSource({"NG, true, 0", "crack, true, 0", "checked, true, 1", "good, true, 1", "NG, false, 1", "NG, 1, 1"})
    void labelMeFlag_ofAnImageWithoutShapes_decidesWhetherItIsAGoodOne(String flag, String set, int good)
            throws IOException {
        Plates folder = new Plates(root.resolve("flagged"));
        folder.picture("a.jpg");
        folder.picture("b.jpg");
        folder.picture("c.jpg");
        folder.text(
                "c.json",
                "{\"shapes\": [{\"label\": \"crack\", \"points\": [[2, 5], [12, 5], [12, 15]]}], \"imagePath\": \"c.jpg\"}");
        folder.text(
                "a.json", "{\"flags\": {\"%s\": %s}, \"shapes\": [], \"imagePath\": \"a.jpg\"}".formatted(flag, set));
        folder.text("b.json", "{\"flags\": {}, \"shapes\": [], \"imagePath\": \"b.jpg\"}");

        Dataset dataset = folder.read();

        assertThat(good(dataset)).hasSize(1 + good).contains("b.jpg");
        assertThat(dataset.quarantine())
                .hasSize(1 - good)
                .allSatisfy(aside ->
                        assertThat(aside.detail()).contains("called \"%s\", but nothing is drawn".formatted(flag)));
    }

    @Test
    void labelMe_withTheImageInIt_isRead() throws IOException {
        Plates folder = new Plates(root.resolve("embedded"));
        folder.picture("a.jpg");
        String longer = "A".repeat((int) RecordReader.MOST + 10);
        folder.text(
                "a.json",
                "{\"shapes\": [{\"label\": \"crack\", \"points\": [[2, 5], [12, 5], [12, 15]]}], \"imagePath\": \"a.jpg\", \"imageData\": \"%s\", \"imageHeight\": 40, \"imageWidth\": 48}"
                        .formatted(longer));
        assertThat(folder.read().set("embedded", "crack").orElseThrow().training())
                .extracting(DefectImage::name)
                .containsExactly("a.jpg");
    }

    @Test
    void labelMe_ofImagesThatAreNotThere_isSetAside() throws IOException {
        Plates folder = new Plates(root.resolve("lone"));
        folder.picture("there.jpg");
        folder.text("there.json", "{\"shapes\": []}");
        folder.text("nameless.json", "{\"shapes\": []}");
        folder.text("gone.json", "{\"shapes\": [], \"imagePath\": \"gone.png\"}");
        folder.text("list.json", "[]");
        folder.text("cut.json", "{\"shapes\": [");

        Dataset dataset = folder.read();

        assertThat(good(dataset)).containsExactly("there.jpg");
        assertThat(dataset.quarantine())
                .extracting(aside -> aside.file() + " " + aside.reason())
                .containsExactlyInAnyOrder(
                        "nameless STORAGE_ERROR",
                        "gone.png STORAGE_ERROR",
                        "list.json INVALID_ENTRY",
                        "cut.json INVALID_ENTRY");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"value\": {\"points\": [[10]], \"polygonlabels\": [\"crack\"]}}",
                "{\"original_width\": \"wide\", \"value\": {\"rle\": [1], \"brushlabels\": [\"crack\"]}}",
                "{\"value\": {\"rle\": [\"one\"], \"brushlabels\": [\"crack\"]}}"
            })
    void labelStudio_withAMalformedRegion_setsThatTaskAside(String region) throws IOException {
        Plates folder = new Plates(root.resolve("odd"));
        folder.picture("a.jpg");
        folder.picture("b.jpg");
        String task = "{\"data\": {\"image\": \"%s.jpg\"}, \"annotations\": [{\"result\": [%s]}]}";
        folder.text("project.json", "[%s, %s]".formatted(task.formatted("a", region), task.formatted("b", "")));

        Dataset dataset = folder.read();

        assertThat(good(dataset)).containsExactly("b.jpg");
        assertThat(dataset.quarantine()).singleElement().satisfies(aside -> {
            assertThat(aside.file()).isEqualTo("project.json, task 0");
            assertThat(aside.reason()).isEqualTo(Reason.INVALID_ENTRY);
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'data': {'image': 'a.jpg'}, 'annotations': [{'result': [{'type': 'choices', 'value': {'choices': ['NG']}}]}]} | 0",
                "{'data': {'image': 'a.jpg'}, 'annotations': [{'result': [{'type': 'choices', 'value': {'choices': ['OK']}}]}]} | 1",
                "{'image': 'a.jpg', 'id': 1, 'quality': 'NG'} | 0",
                "{'image': 'a.jpg', 'id': 1, 'quality': {'choices': ['left', 'crack']}} | 0",
                "{'image': 'a.jpg', 'id': 1, 'quality': 'crack'} | 0",
                "{'image': 'a.jpg', 'id': 1, 'side': 'left', 'quality': 'good'} | 1",
                "{'data': {'image': 'a.jpg'}, 'annotations': [{'result': [{'type': 'choices', 'value': {'choices': ['left']}}]}]} | 1",
                "{'image': 'a.jpg', 'id': 1, 'quality': 'good'} | 1",
                "{'data': {'image': 'a.jpg'}, 'annotations': [{'result': [{'value': {'vertices': [], 'vectorlabels': ['crack']}}]}]} | 0"
            })
    void labelStudioChoice_withoutARegion_decidesWhetherTheImageIsAGoodOne(String task, int good) throws IOException {
        Plates folder = new Plates(root.resolve("chosen"));
        folder.picture("a.jpg");
        folder.picture("b.jpg");
        String empty = "{'data': {'image': 'b.jpg'}, 'annotations': [{'result': [], 'original_width': 1}]}";
        folder.picture("c.jpg");
        String drawn =
                "{'data': {'image': 'c.jpg'}, 'annotations': [{'result': [{'value': {'points': [[25, 25], [50, 25], [50, 50]], 'polygonlabels': ['crack']}}]}]}";
        folder.text("project.json", "[%s, %s, %s]".formatted(empty, task, drawn).replace('\'', '"'));

        Dataset dataset = folder.read();

        assertThat(good(dataset)).hasSize(1 + good).contains("b.jpg");
        assertThat(dataset.quarantine()).hasSize(1 - good);
    }

    @Test
    void labelStudio_ofPolygonsAndBrush_isRead() throws IOException {
        Plates folder = new Plates(root.resolve("studio"));
        for (String name : List.of("a", "b", "c", "d")) {
            folder.picture("images/%s.jpg".formatted(name));
        }
        String task = "{\"id\": %d, \"data\": {\"image\": \"/data/upload/1/0a1b2c3d-%s.jpg\"}, \"annotations\": [%s]}";
        String polygon =
                "{\"type\": \"polygonlabels\", \"original_width\": 48, \"original_height\": 40, \"value\": {\"points\": [[25, 25], [50, 25], [50, 50], [25, 50]], \"polygonlabels\": [\"crack\"]}}";
        String brush =
                "{\"type\": \"brushlabels\", \"original_width\": 48, \"original_height\": 40, \"value\": {\"format\": \"rle\", \"rle\": %s, \"brushlabels\": [\"stain\"]}}"
                        .formatted(Files.readString(resource("brush.json")));
        folder.text(
                "project-1.json",
                "["
                        + String.join(
                                ",",
                                task.formatted(1, "a", "{\"result\": [" + polygon + "]}"),
                                task.formatted(2, "b", "{\"result\": [" + brush + "]}"),
                                task.formatted(3, "c", "{\"result\": []}"),
                                task.formatted(4, "d", ""))
                        + "]");

        Dataset dataset = folder.read();

        assertThat(Plates.area(dataset.set("studio", "crack").orElseThrow())).isEqualTo(12 * 10);
        assertThat(Plates.area(dataset.set("studio", "stain").orElseThrow())).isEqualTo(Plates.SPOT);
        assertThat(good(dataset)).containsExactly("c.jpg");
        assertThat(dataset.quarantine())
                .singleElement()
                .satisfies(aside -> assertThat(aside.detail()).contains("is not annotated"));
    }

    @ParameterizedTest
    @CsvSource({
        "archive, archive/plain",
        "'', plain/train",
        "'', plain/test/crack",
        "'', plain/ground_truth",
        "'', coco/images"
    })
    void rootTooHighOrTooDeep_isToldWithTheRightOne(String high, String deep) throws IOException {
        Plates folder = new Plates(root.resolve("far").resolve(high));
        folder.picture("plain/tile/test/crack/0.png");
        folder.mask("plain/tile/ground_truth/crack/0_mask.png");
        folder.picture("plain/tile/train/good/0.png");
        if (high.isEmpty()) {
            folder.picture("coco/images/0.jpg");
            folder.text("coco/annotations/a.json", coco(four(), List.of(square(0, 1, 2)), CRACK));
        }
        Path asked =
                high.isEmpty() ? folder.root().resolve(deep.replace("plain/", "plain/tile/")) : root.resolve("far");
        Path right = folder.root().resolve(deep.startsWith("coco") ? "coco" : "plain");

        assertThat(told(asked)).contains("give file:" + (high.isEmpty() ? right : right.getParent()));
    }

    /** What is said of a data set of which nothing can be learned. */
    private static String told(Path root) {
        try {
            return String.join("\n", new Plates(root).read().warnings());
        } catch (DatasetException e) {
            return e.getMessage();
        }
    }

    private static Path resource(String name) {
        return Path.of(AnnotationFormsTest.class.getResource("pictures/" + name).getPath());
    }
}
