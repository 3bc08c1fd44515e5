package org.dualanodiff.pipeline.export;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.hadoop.conf.Configuration;
import org.dualanodiff.model.image.PngCodec;
import org.dualanodiff.model.mask.Mask;
import org.dualanodiff.pipeline.UserError;
import org.dualanodiff.pipeline.dataset.Dataset;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.dataset.DatasetReader;
import org.dualanodiff.pipeline.dataset.DatasetRequest;
import org.dualanodiff.pipeline.dataset.DefectSet;
import org.dualanodiff.pipeline.dataset.DefectSet.DefectImage;
import org.dualanodiff.pipeline.dataset.SplitRule;
import org.dualanodiff.pipeline.export.FinishExport.PartLists;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.StoreException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ExportPairsTest {

    private static final String HOLE = "0123456789ab-000000";
    private static final String STAIN = "0123456789ab-000001";

    @TempDir
    private Path folder;

    private ExportFixture fixture;
    private ObjectStore target;

    @BeforeEach
    void fill() throws IOException {
        fixture = new ExportFixture(folder);
        target = fixture.target("out");
    }

    @Test
    void mvtec_withOriginals_isATrainingSetWithoutWhatIsHeldOut() throws IOException {
        List<ExportPairs.Result> results =
                fixture.export(fixture.plan(ExportFormat.MVTEC).with(fixture.originals()), target);

        assertThat(results.stream().mapToInt(ExportPairs.Result::pairs).sum()).isEqualTo(6);
        assertThat(ExportFixture.keys(target))
                .containsExactly(
                        "README.md",
                        "cloth/ground_truth/hole/" + HOLE + "_mask.png",
                        "cloth/ground_truth/hole/real-000_mask.png",
                        "cloth/ground_truth/hole/real-001_mask.png",
                        "cloth/ground_truth/stain/" + STAIN + "_mask.png",
                        "cloth/ground_truth/stain/real-000_mask.png",
                        "cloth/ground_truth/stain/real-001_mask.png",
                        "cloth/test/good/000000.png",
                        "cloth/test/hole/" + HOLE + ".png",
                        "cloth/test/hole/real-000.png",
                        "cloth/test/hole/real-001.png",
                        "cloth/test/stain/" + STAIN + ".png",
                        "cloth/test/stain/real-000.png",
                        "cloth/test/stain/real-001.png",
                        "cloth/train/good/000000.png",
                        "cloth/train/good/000001.png",
                        "cloth/train/good/000002.png",
                        "export.json");
        assertThat(PngCodec.decode(target.read("cloth/test/hole/real-000.png")).getWidth())
                .isEqualTo(128);
    }

    @Test
    void png_listsItsPairsInAManifest() throws IOException {
        fixture.export(fixture.plan(ExportFormat.PNG), target);

        assertThat(text("manifest.jsonl").lines())
                .containsExactly(
                        "{\"image\":\"cloth/hole/image/%1$s.png\",\"mask\":\"cloth/hole/mask/%1$s.png\",\"category\":\"cloth\",\"defect\":\"hole\",\"split\":\"train\",\"origin\":\"generated\"}"
                                .formatted(HOLE),
                        "{\"image\":\"cloth/stain/image/%1$s.png\",\"mask\":\"cloth/stain/mask/%1$s.png\",\"category\":\"cloth\",\"defect\":\"stain\",\"split\":\"train\",\"origin\":\"generated\"}"
                                .formatted(STAIN));
        assertThat(ExportFixture.keys(target)).contains("cloth/hole/anomaly/" + HOLE + ".png");
    }

    @Test
    void yolo_writesALineForEachPartOfTheDefect() throws IOException {
        fixture.export(fixture.plan(ExportFormat.YOLO), target);

        assertThat(text("labels/train/cloth/stain/" + STAIN + ".txt")).isEqualTo("""
                        1 0.375000 0.166667 0.500000 0.166667 0.500000 0.333333 0.375000 0.333333
                        1 0.500000 0.333333 0.625000 0.333333 0.625000 0.500000 0.500000 0.500000
                        """);
        assertThat(text("data.yaml")).contains("names:\n  0: \"cloth/hole\"\n  1: \"cloth/stain\"\n");
    }

    /** Ultralytics makes a label's path of its image's: the last {@code /images/} becomes {@code /labels/}. */
    @Test
    void yolo_ofNamesLikeItsOwnFolders_hasLabelsWhereUltralyticsLooksForThem() throws IOException {
        ExportPlan plan = fixture.with(fixture.plan(ExportFormat.YOLO), "images", "labels");
        fixture.export(fixture.with(plan, "cloth", "images"), target);

        List<String> keys = ExportFixture.keys(target);
        List<String> images = keys.stream().filter(key -> key.endsWith(".png")).toList();
        assertThat(images).hasSize(4);
        assertThat(keys)
                .containsAll(images.stream()
                        .map(key -> ("/" + key).replaceFirst("(.*)/images/(.*)[.]png", "$1/labels/$2.txt"))
                        .map(key -> key.substring(1))
                        .toList());
    }

    @Test
    void coco_countsClassesFromOneAndGivesAreasAndBoxes() throws IOException {
        fixture.export(fixture.plan(ExportFormat.COCO), target);

        assertThat(text("annotations/polygons.json"))
                .contains("{\"id\":2,\"name\":\"stain\",\"supercategory\":\"cloth\"}")
                .contains("{\"id\":2,\"image_id\":2,\"category_id\":2,\"iscrowd\":0,\"area\":2,\"bbox\":[3,1,2,2],"
                        + "\"segmentation\":[[3,1,4,1,4,2,3,2],[4,2,5,2,5,3,4,3]]}");
        assertThat(text("annotations/instances.json")).contains("\"segmentation\":{\"size\":[6,8],\"counts\":\"");
    }

    @Test
    void webDataset_putsPictureMaskAndDescriptionOfEachPairSideBySide() throws IOException {
        fixture.export(fixture.plan(ExportFormat.WEBDATASET), target);

        List<String> shards = text("shards.txt").lines().toList();
        assertThat(shards)
                .containsExactlyElementsOf(ExportFixture.keys(target).stream()
                        .filter(key -> key.endsWith(".tar"))
                        .toList())
                .hasSize(2);
        Map<String, byte[]> files = untar(target.read(shards.get(0)));
        files.putAll(untar(target.read(shards.get(1))));
        assertThat(files.keySet())
                .containsExactlyInAnyOrder(
                        "cloth/hole/" + HOLE + ".json",
                        "cloth/hole/" + HOLE + ".mask.png",
                        "cloth/hole/" + HOLE + ".png",
                        "cloth/stain/" + STAIN + ".json",
                        "cloth/stain/" + STAIN + ".mask.png",
                        "cloth/stain/" + STAIN + ".png");
        assertThat(new String(files.get("cloth/stain/" + STAIN + ".json"), UTF_8))
                .isEqualTo(
                        "{\"id\":\"%s\",\"category\":\"cloth\",\"defect\":\"stain\",\"label\":1,\"origin\":\"generated\","
                                        .formatted(STAIN)
                                + "\"width\":8,\"height\":6,\"mask_area\":2,\"bbox\":[3,1,2,2]}");
        assertThat(Mask.of(PngCodec.decode(files.get("cloth/hole/" + HOLE + ".mask.png")))
                        .area())
                .isEqualTo(16);
    }

    @Test
    void webDataset_ofTheSamePairs_hasTheSameBytes() throws IOException {
        fixture.export(fixture.plan(ExportFormat.WEBDATASET), target);
        ObjectStore other = fixture.target("other");
        fixture.export(fixture.plan(ExportFormat.WEBDATASET), other);

        for (String key : ExportFixture.keys(target)) {
            assertThat(other.read(key)).as(key).isEqualTo(target.read(key));
        }
    }

    @Test
    void webDataset_ofFullShards_beginsOthers() throws IOException {
        ExportPlan plan = fixture.plan(ExportFormat.WEBDATASET).with(fixture.originals());
        fixture.export(new ExportPlan(plan.format(), plan.source(), plan.parts(), 1), target);

        assertThat(text("shards.txt").lines()).hasSize(6);
        assertThat(text("shards.txt").lines().filter(shard -> shard.endsWith("-000001.tar")))
                .hasSize(2)
                .allSatisfy(shard -> assertThat(untar(target.read(shard)))
                        .containsKey("cloth/"
                                + (untar(target.read(shard)).containsKey("cloth/hole/real-001.png") ? "hole" : "stain")
                                + "/real-001.mask.png"));
    }

    @ParameterizedTest
    @EnumSource(names = {"HUGGINGFACE", "WEBDATASET"})
    void export_ofRunWhoseFilesWereMerged_holdsNoPairTwice(ExportFormat format) throws IOException {
        fixture.export(fixture.plan(format), target);
        List<String> before = ExportFixture.keys(target);

        fixture.export(fixture.merged(format), target);

        assertThat(text("export.json")).contains("\"pairs\": 2");
        assertThat(ExportFixture.keys(target)).hasSameSizeAs(before).doesNotContainSequence(before);
    }

    @ParameterizedTest
    @EnumSource
    void export_afterAnotherVersionOfTheDataset_holdsTheFilesOfItsOwnPairs(ExportFormat format) throws IOException {
        fixture.export(fixture.plan(format), target);
        List<String> before = ExportFixture.keys(target);

        fixture.export(fixture.larger(format), target);
        List<String> between = ExportFixture.keys(target);
        fixture.export(fixture.plan(format), target);
        List<String> after = ExportFixture.keys(target);
        fixture.export(fixture.larger(format), target);

        assertThat(between).containsAll(before).hasSizeGreaterThan(before.size());
        assertThat(after).isEqualTo(before);
        assertThat(ExportFixture.keys(target)).isEqualTo(between);
    }

    @ParameterizedTest
    @EnumSource(names = {"MVTEC", "YOLO"})
    void export_afterAGoodImageWasTakenOut_holdsOneLess(ExportFormat format) throws IOException {
        fixture.export(fixture.plan(format).with(fixture.originals()), target);
        List<String> before = ExportFixture.keys(target);
        Files.delete(folder.resolve("data/cloth/train/good/000.png"));

        fixture.export(fixture.plan(format).with(fixture.originals()), target);

        assertThat(before).filteredOn(key -> key.endsWith("good/000002.png")).hasSize(1);
        assertThat(ExportFixture.keys(target))
                .hasSize(before.size() - 1)
                .noneMatch(key -> key.endsWith("good/000002.png"));
    }

    @ParameterizedTest
    @EnumSource(names = {"MVTEC", "YOLO"})
    void export_withoutOriginals_leavesGoodImagesOfOnesOwn(ExportFormat format) throws IOException {
        String own = format == ExportFormat.MVTEC ? "cloth/train/good/mine.png" : "images/train/cloth/good/mine.png";
        fixture.export(fixture.plan(format), target);
        target.write(own, new byte[1]);

        fixture.export(fixture.plan(format), target);

        assertThat(ExportFixture.keys(target)).contains(own);
    }

    /** As PIL, anomalib and Ultralytics open them: without the bits in use, and without a camera's orientation. */
    @ParameterizedTest
    @EnumSource(names = {"MVTEC", "YOLO"})
    void goodImages_deeperOrTurned_lookLikeThePairs(ExportFormat format) throws IOException {
        fixture.originals();
        Path good = folder.resolve("data/cloth/train/good");
        Files.write(good.resolve("000.png"), ofTenBits());
        Files.delete(good.resolve("001.png"));
        Files.write(good.resolve("001.jpg"), turned());

        fixture.export(fixture.plan(format).with(fixture.originals()), target);

        String folder = format == ExportFormat.MVTEC ? "cloth/train/good/" : "images/train/cloth/good/";
        BufferedImage deep = PngCodec.decode(target.read(folder + "000000.png"));
        assertThat(deep.getSampleModel().getSampleSize(0)).isEqualTo(8);
        assertThat(deep.getRaster().getSample(0, 0, 0)).isEqualTo(255);
        BufferedImage turned = PngCodec.decode(target.read(folder + "000001.png"));
        assertThat(turned.getWidth()).isLessThan(turned.getHeight());
    }

    @Test
    void goodImage_correctedInPlace_isExportedAnewAndTheOthersAreNot() throws IOException {
        ExportPlan plan = fixture.plan(ExportFormat.MVTEC).with(fixture.originals());
        fixture.export(plan, target);
        assertThat(fixture.export(plan, target)).allMatch(ExportPairs.Result::resumed);
        target.write("cloth/train/good/000001.png", new byte[1]);
        Path good = folder.resolve("data/cloth/train/good");
        Files.copy(good.resolve("002.png"), good.resolve("000.png"), StandardCopyOption.REPLACE_EXISTING);

        List<ExportPairs.Result> again =
                fixture.export(fixture.plan(ExportFormat.MVTEC).with(fixture.originals()), target);

        assertThat(again).filteredOn(result -> !result.resumed()).hasSize(1);
        assertThat(target.read("cloth/train/good/000000.png")).isEqualTo(target.read("cloth/train/good/000002.png"));
        assertThat(target.read("cloth/train/good/000001.png")).hasSize(1);
    }

    @Test
    void goodImages_ofAnAttemptThatBrokeOff_areWrittenAgain() throws IOException {
        ExportPlan plan = fixture.plan(ExportFormat.MVTEC).with(fixture.originals());
        fixture.export(plan, target);
        byte[] before = target.read("cloth/train/good/000000.png");
        Path good = folder.resolve("data/cloth/train/good");
        byte[] first = Files.readAllBytes(good.resolve("000.png"));
        byte[] last = Files.readAllBytes(good.resolve("002.png"));
        Files.copy(good.resolve("001.png"), good.resolve("000.png"), StandardCopyOption.REPLACE_EXISTING);
        Files.writeString(good.resolve("002.png"), "damaged");
        assertThatThrownBy(() -> fixture.export(plan, target)).hasMessageContaining("the good image");
        assertThat(target.read("cloth/train/good/000000.png")).isNotEqualTo(before);

        Files.write(good.resolve("000.png"), first);
        Files.write(good.resolve("002.png"), last);
        fixture.export(plan, target);

        assertThat(target.read("cloth/train/good/000000.png")).isEqualTo(before);
    }

    private static byte[] ofTenBits() throws IOException {
        BufferedImage white = new BufferedImage(8, 6, BufferedImage.TYPE_USHORT_GRAY);
        for (int i = 0; i < 8 * 6; i++) {
            white.getRaster().setSample(i % 8, i / 8, 0, 1023);
        }
        return encoded(white, "png");
    }

    /** A JPEG with an Exif segment that says that it is to be turned by a quarter. */
    private static byte[] turned() throws IOException {
        byte[] jpeg = encoded(new BufferedImage(8, 6, BufferedImage.TYPE_3BYTE_BGR), "jpg");
        byte[] exif = HexFormat.of()
                .parseHex("ffe10022" + "457869660000" + "4d4d002a00000008" + "0001" + "0112000300000001" + "00060000"
                        + "00000000");
        return ByteBuffer.allocate(jpeg.length + exif.length)
                .put(jpeg, 0, 2)
                .put(exif)
                .put(jpeg, 2, jpeg.length - 2)
                .array();
    }

    private static byte[] encoded(BufferedImage image, String format) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(image, format, bytes);
        return bytes.toByteArray();
    }

    @Test
    void coco_withOriginals_countsNoGoodImagesForWhichItHasNoPlace() throws IOException {
        List<ExportPairs.Result> results =
                fixture.export(fixture.plan(ExportFormat.COCO).with(fixture.originals()), target);
        assertThat(results).extracting(ExportPairs.Result::goodImages).containsOnly(0);
        assertThat(results).extracting(ExportPairs.Result::pairs).doesNotContain(0);
    }

    @Test
    void shards_ofAFormatWithout_areRefused() {
        assertThatThrownBy(() -> fixture.plan(ExportFormat.PNG).withShards(64))
                .isInstanceOf(UserError.class)
                .hasMessage("--shard-megabytes is for --format webdataset and at least 1, was 64 for png");
        assertThat(fixture.plan(ExportFormat.WEBDATASET).withShards(64).shardBytes())
                .isEqualTo(64 << 20);
    }

    @ParameterizedTest
    @EnumSource(ExportFormat.class)
    void export_runAgain_writesNoPartTwice(ExportFormat format) throws IOException {
        fixture.export(fixture.plan(format), target);
        List<String> before = ExportFixture.keys(target);

        List<ExportPairs.Result> again = fixture.export(fixture.plan(format), target);

        assertThat(again).allMatch(ExportPairs.Result::resumed);
        assertThat(again.stream().mapToInt(ExportPairs.Result::pairs).sum()).isEqualTo(2);
        assertThat(ExportFixture.keys(target)).isEqualTo(before);
        assertThat(text("export.json")).contains("\"complete\": true", "\"pairs\": 2");
    }

    @ParameterizedTest
    @EnumSource(names = {"MVTEC", "COCO", "PNG"})
    void export_readAsADataSet_givesTheSameMasks(ExportFormat format) throws IOException {
        fixture.export(fixture.plan(format), target);

        Dataset read = new DatasetReader(new Configuration())
                .read(new DatasetRequest(target.root(), List.of(), List.of(), new SplitRule.FirstThird()));

        assertThat(read.quarantine()).isEmpty();
        assertThat(area(read, "hole")).isEqualTo(16);
        assertThat(area(read, "stain")).isEqualTo(2);
    }

    private static int area(Dataset read, String defect) throws IOException {
        DefectSet set = read.set("cloth", defect).orElseThrow();
        DefectImage only = Stream.concat(set.training().stream(), set.test().stream())
                .findFirst()
                .orElseThrow();
        return Mask.of(only.openMask(new DatasetFiles(new Configuration()))).area();
    }

    @Test
    void export_brokenOffAfterOnePart_goesOnWithTheOther() throws IOException {
        ExportPlan plan = fixture.plan(ExportFormat.COCO);
        fixture.export(plan, target);
        target.delete(PartLists.key(plan.partNames().get(1)));

        List<ExportPairs.Result> results = fixture.export(plan, target);

        assertThat(results).extracting(ExportPairs.Result::resumed).containsExactly(true, false);
    }

    @Test
    void export_intoAnotherExportsFolder_isRefused() throws IOException {
        fixture.export(fixture.plan(ExportFormat.PNG), target);

        assertThatThrownBy(() -> fixture.export(fixture.plan(ExportFormat.YOLO), target))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("holds an export of run night as PNG")
                .hasMessageContaining("give another folder");
    }

    @Test
    void export_intoAFolderOfOtherThings_isRefusedAndLeavesThem() throws IOException {
        target.write("photo.png", new byte[] {1});

        assertThatThrownBy(() -> fixture.export(fixture.plan(ExportFormat.YOLO), target))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("is not empty and holds no export: there is photo.png");
        assertThat(ExportFixture.keys(target)).containsExactly("photo.png");
    }

    @Test
    void export_ofDamagedFile_namesItInTheStore() throws IOException {
        ExportPlan plan = fixture.plan(ExportFormat.PNG);
        String damaged = fixture.damage("cloth", "hole");

        assertThatThrownBy(() -> fixture.export(plan, target))
                .hasMessageContaining(damaged)
                .hasMessageContaining("cut off or damaged");
        assertThat(target.exists(PartLists.key(plan.partNames().get(0)))).isFalse();
    }

    @Test
    void huggingFace_withOriginals_isRefused() {
        assertThatThrownBy(() -> fixture.plan(ExportFormat.HUGGINGFACE).with(fixture.originals()))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("leave --originals out");
    }

    private static Map<String, byte[]> untar(byte[] shard) {
        Map<String, byte[]> files = new LinkedHashMap<>();
        try (TarArchiveInputStream tar = new TarArchiveInputStream(new ByteArrayInputStream(shard))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                files.put(entry.getName(), tar.readAllBytes());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return files;
    }

    private String text(String key) {
        return new String(target.read(key), UTF_8);
    }
}
