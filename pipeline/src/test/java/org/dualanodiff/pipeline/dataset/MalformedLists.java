package org.dualanodiff.pipeline.dataset;

import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.dualanodiff.pipeline.dataset.MalformedDatasets.PICTURE;
import static org.dualanodiff.pipeline.dataset.MalformedDatasets.aside;
import static org.dualanodiff.pipeline.dataset.MalformedDatasets.plainPair;
import static org.dualanodiff.pipeline.dataset.MalformedDatasets.refused;
import static org.dualanodiff.pipeline.dataset.MalformedDatasets.sound;
import static org.dualanodiff.pipeline.dataset.MalformedDatasets.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.dataset.MalformedDatasets.Kind;
import org.dualanodiff.pipeline.dataset.MalformedDatasets.Make;
import org.dualanodiff.pipeline.dataset.Quarantined.Reason;

/** Tables, manifests and annotation files that are not as they should be, beside sound images. */
final class MalformedLists {
    private static final String COCO_HEAD =
            "{\"images\": [{\"id\": 1, \"file_name\": \"a.png\", \"width\": 24, \"height\": 16},"
                    + " {\"id\": 2, \"file_name\": \"b.png\", \"width\": 24, \"height\": 16}],"
                    + " \"categories\": [{\"id\": 7, \"name\": \"crack\", \"supercategory\": \"tile\"}],"
                    + " \"annotations\": [";
    private static final String COCO_SOUND =
            "{\"id\": 50, \"image_id\": 2, \"category_id\": 7, \"segmentation\": [[2, 2, 9, 2, 9, 9, 2, 9]]}";

    private MalformedLists() {}

    static List<Kind> all() {
        return Stream.of(tables(), manifests(), annotations(), segmentations())
                .flatMap(List::stream)
                .toList();
    }

    // The table of VisA.

    private static List<Kind> tables() {
        String head = "object,split,label,image,mask\n";
        String sound = "tile,test,anomaly,b.png,b_mask.png\n";
        return List.of(
                refused("EmptyTable", table(""), "lacks the columns object, split, label, image, mask"),
                refused("TableWithoutRows", table(head), "it lists no image"),
                refused("TableWithoutColumn", table("object,split,label,image\n" + sound), "lacks the column mask"),
                refused("TableOfOtherSeparator", table("object;split;label;image;mask\n"), "lacks the columns"),
                refused("TableWithOpenQuote", table(head + sound + "\"tile,test\n"), "no readable csv file"),
                refused("TableInUtf16", folder -> table(folder, head.getBytes(UTF_16LE)), "UTF-8"),
                refused("TableThatIsBinary", folder -> table(folder, PICTURE), "no readable csv file in UTF-8"),
                refused("TableOfBadRows", table(head + "tile,test\n"), "none of its 1 entries can be used"),
                aside(
                        "ShortTableRow",
                        table(head + sound + "tile,test\n"),
                        Reason.INVALID_ENTRY,
                        "row 2: its field \"label\" is empty"),
                aside(
                        "ShortTableRowOfOtherOrder",
                        table("image,mask,object,label,split\nb.png,b_mask.png,tile,crack,test\na.png,,tile,crack\n"),
                        Reason.MASK_MISSING,
                        "row 2 names no mask"),
                aside(
                        "TableRowWithoutObject",
                        table(head + sound + ",test,anomaly,a.png,a_mask.png\n"),
                        Reason.INVALID_ENTRY,
                        "\"object\" is empty"),
                aside(
                        "TableRowOfUnknownSplit",
                        table(head + sound + "tile,tset,anomaly,a.png,a_mask.png\n"),
                        Reason.INVALID_ENTRY,
                        "its split is \"tset\""),
                aside(
                        "TableRowWithoutMask",
                        table(head + sound + "tile,test,anomaly,a.png,\n"),
                        Reason.MASK_MISSING,
                        "names no mask"),
                aside(
                        "TableRowOfMissingImage",
                        table(head + sound + "tile,test,anomaly,z.png,a_mask.png\n"),
                        Reason.STORAGE_ERROR,
                        "z.png"),
                aside(
                        "TableRowOfMissingMask",
                        table(head + sound + "tile,test,anomaly,a.png,z.png\n"),
                        Reason.STORAGE_ERROR,
                        "z.png"),
                aside(
                        "TableRowOfMissingGoodImage",
                        table(head + sound + "tile,train,normal,z.png,\n"),
                        Reason.STORAGE_ERROR,
                        "there is no file"),
                aside("TableRowTwice", table(head + sound + sound), Reason.DUPLICATE_ENTRY, "listed twice"),
                aside(
                        "TableRowOfFolder",
                        table(head + sound + "tile,test,anomaly,split_csv,a_mask.png\n"),
                        Reason.STORAGE_ERROR,
                        "split_csv"));
    }

    private static Make table(String text) {
        return folder -> table(folder, text.getBytes(UTF_8));
    }

    private static Path table(Path folder, byte[] table) throws IOException {
        flatPairs(folder);
        TestImages.write(folder.resolve("split_csv/1cls.csv"), table);
        return folder;
    }

    private static void flatPairs(Path folder) throws IOException {
        plainPair(folder, "a", "a_mask");
        plainPair(folder, "b", "b_mask");
    }

    // JSONL manifests.

    private static List<Kind> manifests() {
        return List.of(
                refused("EmptyManifest", manifestOnly(""), "it lists no image"),
                refused("ManifestOfBlankLines", manifestOnly("\n \n"), "it lists no image"),
                refused("ManifestInLatin1", folder -> manifest(folder, new byte[] {'{', (byte) 0xE4, '}'}), "UTF-8"),
                refused("TwoManifests", MalformedLists::twoManifests, "holds 2 .jsonl files"),
                line("ManifestLineCutOff", "{\"image\": \"a.png\", \"mask", "it is no JSON"),
                line("ManifestLineOfArray", "[1, 2]", "it is no JSON object"),
                line("ManifestLineOfNull", "null", "it is no JSON object"),
                line("ManifestLineWithoutImage", "{\"file\": \"a.png\"}", "it has no \"image\"; its fields are file"),
                line("ManifestLineOfObjectAsImage", "{\"image\": {}}", "its \"image\" is no text"),
                line("ManifestLineOfUnknownSplit", entry("a.png", "a_mask.png", "later"), "its split is \"later\""),
                line("ManifestLineOfBadUri", entry("s3a://[/a.png", "a_mask.png", ""), "a path in it is none"),
                line("ManifestLineOfDeepJson", "[".repeat(100_000), "it is no JSON"),
                entryAside("ManifestLineOfNulCharacter", entry("\\u0000.png", "a_mask.png", ""), Reason.STORAGE_ERROR),
                entryAside(
                        "ManifestLineOfUnknownFileSystem",
                        entry("nosuch://x/a.png", "a_mask.png", ""),
                        Reason.OUTSIDE_ROOT),
                entryAside(
                        "ManifestLineOfMissingFileSystem",
                        entry("s3a://x/a.png", "a_mask.png", ""),
                        Reason.OUTSIDE_ROOT),
                entryAside("ManifestLineOfMissingImage", entry("z.png", "a_mask.png", ""), Reason.STORAGE_ERROR),
                entryAside("ManifestLineOfMissingFolder", entry("x/z.png", "a_mask.png", ""), Reason.STORAGE_ERROR),
                entryAside("ManifestLineOfMissingMask", entry("a.png", "z.png", ""), Reason.STORAGE_ERROR),
                entryAside("ManifestLineWithoutMask", entry("a.png", "", ""), Reason.MASK_MISSING),
                entryAside("ManifestLineTwice", entry("b.png", "b_mask.png", ""), Reason.DUPLICATE_ENTRY),
                sound("ManifestWithByteOrderMark", folder -> manifest(folder, "\uFEFF" + soundLine() + "\r\n")));
    }

    private static Kind line(String name, String line, String message) {
        return aside(name, manifest(line), Reason.INVALID_ENTRY, message);
    }

    private static Kind entryAside(String name, String line, Reason reason) {
        return aside(name, manifest(line), reason, "png");
    }

    private static String soundLine() {
        return entry("b.png", "b_mask.png", "");
    }

    private static String entry(String image, String mask, String split) {
        return "{\"image\": \"%s\", \"mask\": \"%s\", \"category\": \"tile\", \"defect\": \"crack\", \"split\": \"%s\"}"
                .formatted(image, mask, split);
    }

    private static Make manifest(String line) {
        return folder -> manifest(folder, soundLine() + "\n" + line + "\n");
    }

    private static Make manifestOnly(String text) {
        return folder -> manifest(folder, text);
    }

    private static Path manifest(Path folder, String text) throws IOException {
        return manifest(folder, text.getBytes(UTF_8));
    }

    private static Path manifest(Path folder, byte[] text) throws IOException {
        flatPairs(folder);
        Files.write(folder.resolve("manifest.jsonl"), text);
        return folder;
    }

    private static Path twoManifests(Path folder) throws IOException {
        text(folder, "one.jsonl", soundLine());
        text(folder, "two.jsonl", soundLine());
        return folder;
    }

    // COCO annotation files.

    private static List<Kind> annotations() {
        String whole = COCO_HEAD + COCO_SOUND + "]}";
        return List.of(
                refused("CocoFileCutOff", coco(whole.substring(0, whole.length() - 20)), "is no whole JSON file"),
                refused("EmptyCocoFile", coco(""), "is no whole JSON file"),
                refused("CocoFileOfArray", coco("[]"), "is no COCO annotation file: expected an object"),
                refused("CocoFileOfHtml", coco("<html></html>"), "is no whole JSON file: malformed at line 1"),
                refused("CocoFileWithoutImages", coco("{\"annotations\": [], \"categories\": []}"), "it has no"),
                refused(
                        "CocoFileWithoutCategories",
                        coco("{\"images\": [{\"id\": 1, \"file_name\": \"a.png\"}]}"),
                        "it has no \"categories\""),
                refused("CocoFileOfOtherTypes", coco("{\"images\": {}}"), "\"images\" must be an array"),
                refused("CocoFileOfDeepJson", coco("{\"info\": " + "[".repeat(100_000)), "is no whole JSON file"),
                refused("CocoFileInUtf16", folder -> coco(folder, whole.getBytes(UTF_16LE)), "UTF-16"),
                annotation("UnknownImage", "\"image_id\": 9, \"category_id\": 7", "no image with its image_id 9"),
                annotation(
                        "UnknownCategory", "\"image_id\": 1, \"category_id\": 9", "no category with its category_id 9"),
                annotation("WithoutImage", "\"category_id\": 7", "needs image_id and category_id"),
                annotation("WithObjectAsId", "\"image_id\": {}, \"category_id\": 7", "annotations[1]"),
                aside(
                        "CocoImageTwice",
                        coco(whole.replace("\"id\": 2", "\"id\": 1")),
                        Reason.INVALID_ENTRY,
                        "has the id 1 of another image"),
                aside(
                        "CocoImageOfOtherSize",
                        annotated("[[2, 2, 9, 2, 9, 9]]", "\"width\": 24", "\"width\": 25"),
                        Reason.SIZE_MISMATCH,
                        "it is annotated as 25 x 16"),
                sound("CocoImageWithoutSize", annotated("[[2, 2, 9, 2, 9, 9]]", "\"width\": 24, ", "")),
                aside(
                        "CocoImageOfHugeSize",
                        annotated("[[2, 2, 9, 2, 9, 9]]", "\"width\": 24", "\"width\": 2000000000"),
                        Reason.INVALID_ENTRY,
                        "listed with 2000000000 x 16"),
                aside(
                        "CocoImageOfMissingFile",
                        annotated("[[2, 2, 9, 2, 9, 9]]", "a.png", "z.png"),
                        Reason.STORAGE_ERROR,
                        "z.png"));
    }

    private static Kind annotation(String name, String ids, String message) {
        String text = COCO_HEAD + COCO_SOUND + ", {\"id\": 1, " + ids + ", \"segmentation\": [[2, 2, 9, 2, 9, 9]]}]}";
        return aside("Annotation" + name, coco(text), Reason.INVALID_ENTRY, message);
    }

    private static List<Kind> segmentations() {
        return List.of(
                segmentation("OutsideOfImage", "[[100, 100, 120, 100, 120, 120]]", "lies outside of the image"),
                segmentation("OfTwoPoints", "[[1, 1, 5, 5]]", "at least 3 points"),
                segmentation("OfOddNumbers", "[[1, 1, 5, 5, 9, 9, 3]]", "a polygon of 7 numbers"),
                segmentation("OfNan", "[[1, 1, NaN, 5, 9, 9]]", "the coordinate NaN"),
                segmentation("OfHugeNumbers", "[[1, 1, 1e300, 5, 9, 9]]", "the coordinate 1.0E300"),
                segmentation("OfText", "[[\"a\", 1, 5, 5, 9, 9]]", "cannot be read"),
                segmentation("OfBoxOnly", "[]", "a box alone makes no mask"),
                segmentation("OfNull", "null", "a box alone makes no mask"),
                segmentation("RunsWithoutSize", "{\"counts\": [384]}", "need \"size\""),
                segmentation("RunsTooShort", "{\"size\": [16, 24], \"counts\": [10, 20]}", "cover 30 pixels"),
                segmentation("RunsTooLong", "{\"size\": [16, 24], \"counts\": [10, 20, 900]}", "cover 930 pixels"),
                segmentation("RunsNegative", "{\"size\": [16, 24], \"counts\": [400, -16]}", "run 1 is -16"),
                segmentation("RunsOfOtherSize", "{\"size\": [24, 16], \"counts\": [10, 374]}", "are of 16 x 24"),
                segmentation("RunsOfHugeSize", "{\"size\": [100000, 100000], \"counts\": [10]}", "are of 100000"),
                segmentation("RunsOfBadCharacters", "{\"size\": [16, 24], \"counts\": \"ab\\u007f\"}", "U+007F"),
                segmentation("RunsCutOff", "{\"size\": [16, 24], \"counts\": \"o\"}", "in the middle of a number"),
                aside("PolygonOfNoArea", annotated("[[3, 3, 9, 3, 3, 3]]", "x", "x"), Reason.MASK_EMPTY, "no pixel"),
                aside(
                        "PolygonOfWholeImage",
                        annotated("[[-5, -5, 40, -5, 40, 40, -5, 40]]", "x", "x"),
                        Reason.MASK_FULL,
                        "every pixel"));
    }

    private static Kind segmentation(String name, String segmentation, String message) {
        return aside("Segmentation" + name, annotated(segmentation, "x", "x"), Reason.INVALID_ENTRY, message);
    }

    /** An annotation of the first image; the first occurrence of {@code old} in the head gives way. */
    private static Make annotated(String segmentation, String old, String replacement) {
        String head = COCO_HEAD.contains(old) ? COCO_HEAD.replaceFirst(old, replacement) : COCO_HEAD;
        return coco(head + "{\"id\": 1, \"image_id\": 1, \"category_id\": 7, \"segmentation\": " + segmentation + "}, "
                + COCO_SOUND + "]}");
    }

    private static Make coco(String text) {
        return folder -> coco(folder, text.getBytes(UTF_8));
    }

    private static Path coco(Path folder, byte[] text) throws IOException {
        flatPairs(folder);
        return Files.write(folder.resolve("instances.json"), text);
    }
}
