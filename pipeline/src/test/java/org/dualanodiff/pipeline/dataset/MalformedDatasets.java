package org.dualanodiff.pipeline.dataset;

import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.dualanodiff.pipeline.dataset.Quarantined.Reason;

/** Data sets that are wrong in one way each, and what a reader is to make of them. */
final class MalformedDatasets {
    static final byte[] PICTURE = TestImages.encode(TestImages.quarters(24, 16), "png");
    static final byte[] MASK = TestImages.encode(TestImages.mask(24, 16, 255), "png");

    private static final String COCO_HEAD =
            "{\"images\": [{\"id\": 1, \"file_name\": \"a.png\", \"width\": 24, \"height\": 16},"
                    + " {\"id\": 2, \"file_name\": \"b.png\", \"width\": 24, \"height\": 16}],"
                    + " \"categories\": [{\"id\": 7, \"name\": \"crack\", \"supercategory\": \"tile\"}],"
                    + " \"annotations\": [";
    private static final String COCO_SOUND =
            "{\"id\": 50, \"image_id\": 2, \"category_id\": 7, \"segmentation\": [[2, 2, 9, 2, 9, 9, 2, 9]]}";

    /**
     * One way of being wrong.
     *
     * @param name in the test's words
     * @param reason why the file is set aside; null where the whole data set is refused, or read as it is
     * @param message part of the quarantined entry's file and detail, or of the error; null where it is read as it is
     */
    record Kind(String name, Make make, Reason reason, String message) {
        @Override
        public String toString() {
            return name;
        }

        boolean isSound() {
            return message == null;
        }
    }

    /** Writes the data set below a folder and returns the root to be read. */
    interface Make {
        Path below(Path folder) throws IOException;
    }

    private MalformedDatasets() {}

    static List<Kind> all() {
        return Stream.of(images(), masks(), folders(), tables(), manifests(), annotations(), segmentations())
                .flatMap(List::stream)
                .toList();
    }

    private static Kind aside(String name, Make make, Reason reason, String message) {
        return new Kind(name, make, reason, message);
    }

    private static Kind refused(String name, Make make, String message) {
        return new Kind(name, make, null, message);
    }

    private static Kind sound(String name, Make make) {
        return new Kind(name, make, null, null);
    }

    // Images, in the layout of MVTec AD. Beside the image "a" there is a sound one "b".

    private static List<Kind> images() {
        byte[] noise = TestImages.encode(TestImages.noise(24, 16, BufferedImage.TYPE_3BYTE_BGR), "png");
        return List.of(
                image("EmptyFile", "a.png", new byte[0], "the file is empty"),
                image("TruncatedPng", "a.png", half(noise), "a.png"),
                image("TruncatedJpeg", "a.jpg", half(encoded("jpeg")), "a.jpg"),
                image("TruncatedBmp", "a.bmp", half(encoded("bmp")), "a.bmp"),
                image("TruncatedTiff", "a.tif", half(encoded("tiff")), "a.tif"),
                image("HeaderOnlyPng", "a.png", Arrays.copyOf(noise, 33), "a.png"),
                image("SignatureOnlyPng", "a.png", Arrays.copyOf(noise, 8), "a.png"),
                image("Text", "a.png", "not a picture".getBytes(UTF_8), "the content is not PNG"),
                image("Html", "a.jpg", "<html><body>404</body></html>".getBytes(UTF_8), "the content is not PNG"),
                image("Webp", "a.png", "RIFF\0\0\0\0WEBPVP8 ".getBytes(UTF_8), "cannot be decoded"),
                image(
                        "GitLfsPointer",
                        "a.png",
                        "version https://git-lfs.github.com/spec/v1".getBytes(UTF_8),
                        "content"),
                image("HugePngHeader", "a.png", RawImages.png(100_000, 100_000, 8, 2, new byte[9]), "more than"),
                image("OverflowingPngHeader", "a.png", RawImages.png(1 << 17, 1 << 15, 8, 0, new byte[9]), "more than"),
                image("ZeroWidthPng", "a.png", RawImages.png(0, 16, 8, 2, new byte[9]), "a.png"),
                image("UnknownPngColorType", "a.png", RawImages.png(24, 16, 8, 5, new byte[9]), "a.png"),
                image("DamagedPngData", "a.png", RawImages.png(24, 16, 8, 2, new byte[99]), "a.png"),
                image("ShortPngData", "a.png", RawImages.png(24, 16, 8, 2, RawImages.deflated(99)), "a.png"),
                image("HugeBmpHeader", "a.bmp", RawImages.bmpHeader(60_000, 60_000), "width/height"),
                image("NegativeBmpWidth", "a.bmp", RawImages.bmpHeader(-24, 16), "a.bmp"),
                image("HugeTiffTiles", "a.tif", tiledTiff(50_000), "more than"),
                image("HugeTiffStrip", "a.tif", stripTiff(Integer.MAX_VALUE), "a.tif"),
                image("HugeTiffText", "a.tif", textTiff(Integer.MAX_VALUE - 8), "a.tif"),
                image("TiffOfFloats", "a.tif", floatTiff(), "a.tif"),
                image("EmptyTiff", "a.tif", RawImages.tiff(), "a.tif"),
                sound("CmykJpeg", folder -> cmyk(folder)),
                image("ExtremeShape", "a.png", Reason.EXTREME_SHAPE, black(20_000, 20), maskOf(20_000, 20), "32 times"),
                image(
                        "OnePixel",
                        "a.png",
                        Reason.MASK_EMPTY,
                        black(1, 1),
                        RawImages.blackPng(1, 1, 1, 0, 1),
                        "no pixel is marked"),
                image("OnePixelMarked", "a.png", Reason.MASK_FULL, black(1, 1), white(), "every pixel is marked"),
                sound("WrongExtension", folder -> pairs(folder, "a.png", encoded("jpeg"), MASK)),
                sound("TextBomb", folder -> pairs(folder, "a.png", bomb(), MASK)),
                sound("DamagedExif", folder -> pairs(folder, "a.jpg", damagedExif(), MASK)),
                aside("FolderNamedLikeImage", MalformedDatasets::folderNamedLikeImage, Reason.NOT_AN_IMAGE, "a.png"),
                aside("DanglingLink", folder -> link(folder, "nowhere.png"), Reason.STORAGE_ERROR, "a.png"),
                aside("LinkToItself", folder -> link(folder, "a.png"), Reason.STORAGE_ERROR, "a.png"),
                aside("NoImage", folder -> pairs(folder, "notes.txt", PICTURE, MASK), Reason.NOT_AN_IMAGE, "notes"));
    }

    private static Kind image(String name, String file, byte[] bytes, String message) {
        return image(name, file, Reason.IMAGE_UNREADABLE, bytes, MASK, message);
    }

    private static Kind image(String name, String file, Reason reason, byte[] bytes, byte[] mask, String message) {
        return aside(name, folder -> pairs(folder, file, bytes, mask), reason, message);
    }

    private static Path pairs(Path folder, String file, byte[] image, byte[] mask) throws IOException {
        mvtec(folder, "b", PICTURE, MASK);
        TestImages.write(folder.resolve("tile/test/crack").resolve(file), image);
        TestImages.write(folder.resolve("tile/ground_truth/crack/a_mask.png"), mask);
        return folder;
    }

    private static void mvtec(Path folder, String stem, byte[] image, byte[] mask) throws IOException {
        TestImages.write(folder.resolve("tile/test/crack/" + stem + ".png"), image);
        TestImages.write(folder.resolve("tile/ground_truth/crack/" + stem + "_mask.png"), mask);
    }

    private static byte[] encoded(String format) {
        return TestImages.encode(TestImages.noise(24, 16, BufferedImage.TYPE_3BYTE_BGR), format);
    }

    private static byte[] half(byte[] file) {
        return Arrays.copyOf(file, file.length / 2);
    }

    private static byte[] black(int width, int height) {
        return RawImages.blackPng(width, height, 8, 0, 1);
    }

    private static byte[] white() {
        BufferedImage one = new BufferedImage(1, 1, BufferedImage.TYPE_BYTE_GRAY);
        one.getRaster().setSample(0, 0, 0, 255);
        return TestImages.encode(one, "png");
    }

    private static byte[] maskOf(int width, int height) {
        return TestImages.encode(TestImages.mask(width, height, 255), "png");
    }

    private static Path cmyk(Path folder) throws IOException {
        mvtec(folder, "b", PICTURE, MASK);
        TestImages.write(folder.resolve("tile/test/crack/a.jpg"), TestImages.cmykJpeg());
        TestImages.write(folder.resolve("tile/ground_truth/crack/a_mask.png"), maskOf(16, 16));
        return folder;
    }

    private static byte[] darkAndBright() {
        BufferedImage mask = TestImages.mask(64, 48, 255);
        mask.getRaster()
                .setSamples(
                        40,
                        30,
                        16,
                        12,
                        0,
                        IntStream.generate(() -> 76).limit(16 * 12).toArray());
        return TestImages.encode(mask, "jpeg");
    }

    private static byte[] bomb() {
        return RawImages.withChunk(PICTURE, "zTXt", RawImages.textBomb(1L << 28));
    }

    private static byte[] damagedExif() {
        byte[] jpeg = TestImages.withOrientation(encoded("jpeg"), 1);
        // The offset of the first directory points behind the file.
        jpeg[4 + 6 + 2 + 4] = 0x7F;
        return jpeg;
    }

    private static byte[] tiledTiff(int side) {
        return RawImages.tiff(
                new int[] {256, 4, 24},
                new int[] {257, 4, 16},
                new int[] {258, 3, 8},
                new int[] {259, 3, 1},
                new int[] {262, 3, 1},
                new int[] {277, 3, 1},
                new int[] {322, 4, side},
                new int[] {323, 4, side},
                new int[] {324, 4, 8},
                new int[] {325, 4, 384});
    }

    private static byte[] stripTiff(int stripBytes) {
        return RawImages.tiff(
                new int[] {256, 4, 24},
                new int[] {257, 4, 16},
                new int[] {258, 3, 8},
                new int[] {259, 3, 32773},
                new int[] {262, 3, 1},
                new int[] {273, 4, 8},
                new int[] {277, 3, 1},
                new int[] {278, 4, 16},
                new int[] {279, 4, stripBytes});
    }

    private static byte[] textTiff(int length) {
        return RawImages.tiff(
                new int[] {256, 4, 24},
                new int[] {257, 4, 16},
                new int[] {258, 3, 8},
                new int[] {259, 3, 1},
                new int[] {262, 3, 1},
                new int[] {270, 2, 8, length},
                new int[] {273, 4, 8},
                new int[] {277, 3, 1},
                new int[] {278, 4, 16},
                new int[] {279, 4, 384});
    }

    private static byte[] floatTiff() {
        return RawImages.tiff(
                new int[] {256, 4, 4},
                new int[] {257, 4, 4},
                new int[] {258, 3, 32},
                new int[] {259, 3, 1},
                new int[] {262, 3, 1},
                new int[] {273, 4, 8},
                new int[] {277, 3, 1},
                new int[] {278, 4, 4},
                new int[] {279, 4, 64},
                new int[] {339, 3, 3});
    }

    private static Path folderNamedLikeImage(Path folder) throws IOException {
        mvtec(folder, "b", PICTURE, MASK);
        Files.createDirectories(folder.resolve("tile/test/crack/a.png"));
        return folder;
    }

    private static Path link(Path folder, String target) throws IOException {
        mvtec(folder, "b", PICTURE, MASK);
        TestImages.write(folder.resolve("tile/ground_truth/crack/a_mask.png"), MASK);
        Files.createSymbolicLink(folder.resolve("tile/test/crack/a.png"), Path.of(target));
        return folder;
    }

    // Masks.

    private static List<Kind> masks() {
        byte[] wide = TestImages.encode(TestImages.mask(25, 16, 255), "png");
        BufferedImage colored = new BufferedImage(24, 16, BufferedImage.TYPE_INT_ARGB);
        colored.createGraphics().drawImage(TestImages.mask(24, 16, 255), 0, 0, null);
        return List.of(
                mask("EmptyMaskFile", Reason.MASK_UNREADABLE, new byte[0], "the file is empty"),
                mask("TruncatedMask", Reason.MASK_UNREADABLE, half(encoded("png")), "a_mask.png"),
                mask("TruncatedGifMask", Reason.MASK_UNREADABLE, half(encoded("gif")), "a_mask.png"),
                mask("MaskOfOtherSize", Reason.SIZE_MISMATCH, wide, "its mask a_mask.png is 25 x 16"),
                mask("BlackMask", Reason.MASK_EMPTY, black(24, 16), "the brightest here is 0"),
                sound("MaskOfLowLevels", folder -> pairs(folder, "a.png", PICTURE, maskOfLevel(3))),
                mask("MaskOfAPhotograph", Reason.MASK_UNCLEAR, encoded("png"), "as in a photograph"),
                mask("MaskOfDarkRegionsInJpeg", Reason.MASK_UNCLEAR, darkAndBright(), "set dataset.mask-level"),
                mask("WhiteMask", Reason.MASK_FULL, whiteMask(), "every pixel is marked"),
                mask("MaskThatIsImage", Reason.MASK_IS_IMAGE, PICTURE, "the same file's bytes"),
                sound(
                        "MaskOfFourChannels",
                        folder -> pairs(folder, "a.png", PICTURE, TestImages.encode(colored, "png"))),
                aside("NoMask", MalformedDatasets::withoutMask, Reason.MASK_MISSING, "a.png"),
                aside("OrphanMask", folder -> pairs(folder, "c.png", PICTURE, MASK), Reason.ORPHAN_MASK, "a_mask.png"));
    }

    private static Kind mask(String name, Reason reason, byte[] mask, String message) {
        return aside(name, folder -> pairs(folder, "a.png", PICTURE, mask), reason, message);
    }

    private static byte[] maskOfLevel(int level) {
        return TestImages.encode(TestImages.mask(24, 16, level), "png");
    }

    private static byte[] whiteMask() {
        BufferedImage white = new BufferedImage(24, 16, BufferedImage.TYPE_BYTE_GRAY);
        for (int i = 0; i < 24 * 16; i++) {
            white.getRaster().setSample(i % 24, i / 24, 0, 255);
        }
        return TestImages.encode(white, "png");
    }

    private static Path withoutMask(Path folder) throws IOException {
        mvtec(folder, "b", PICTURE, MASK);
        TestImages.write(folder.resolve("tile/test/crack/a.png"), PICTURE);
        return folder;
    }

    // Folders.

    private static List<Kind> folders() {
        return List.of(
                refused("NoRoot", folder -> folder.resolve("none"), "is not an existing folder"),
                refused("EmptyRoot", folder -> folder, "holds no category"),
                refused("RootOfUnknownKind", folder -> text(folder, "data.zip", "PK"), "is a file that is none of"),
                sound("NameWithNewline", folder -> plain(folder, "tile/crack/a\nb", "tile/crack/a\nb_mask")),
                sound("NameOfOtherScripts", folder -> plain(folder, "плитка/裂纹/ä 🙂", "плитка/裂纹/ä 🙂_mask")),
                aside("LinkLoop", MalformedDatasets::linkLoop, Reason.INVALID_ENTRY, "read already"),
                aside(
                        "PlainImageWithoutMask",
                        folder -> plain(folder, "tile/crack/a", "tile/crack/z_mask"),
                        Reason.MASK_MISSING,
                        "no a_mask.png beside it"),
                aside(
                        "PlainMaskWithoutImage",
                        folder -> plain(folder, "tile/crack/a", "tile/crack/z_mask"),
                        Reason.ORPHAN_MASK,
                        "z_mask.png"),
                aside(
                        "DeepFolders",
                        folder -> plain(folder, "tile/crack/deep/a", "tile/crack/deep/a_mask"),
                        Reason.INVALID_ENTRY,
                        "deeper than <category>/<defect>"),
                aside(
                        "VeryDeepFolders",
                        folder -> plain(folder, "1/2/3/4/5/6/7/8/9/a", "tile/crack/z_mask"),
                        Reason.INVALID_ENTRY,
                        "more than 8 folders deep"));
    }

    private static Path plain(Path folder, String image, String mask) throws IOException {
        plainPair(folder, "tile/crack/ok", "tile/crack/ok_mask");
        plainPair(folder, image, mask);
        return folder;
    }

    private static void plainPair(Path folder, String image, String mask) throws IOException {
        TestImages.write(folder.resolve(image + ".png"), PICTURE);
        TestImages.write(folder.resolve(mask + ".png"), MASK);
    }

    private static Path linkLoop(Path folder) throws IOException {
        plainPair(folder, "tile/crack/a", "tile/crack/a_mask");
        Files.createSymbolicLink(folder.resolve("tile/crack/again"), folder);
        return folder;
    }

    private static Path text(Path folder, String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
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
                refused("TwoManifests", MalformedDatasets::twoManifests, "holds 2 .jsonl files"),
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
                sound("ManifestWithByteOrderMark", folder -> manifest(folder, "\uFEFF" + sound() + "\r\n")));
    }

    private static Kind line(String name, String line, String message) {
        return aside(name, manifest(line), Reason.INVALID_ENTRY, message);
    }

    private static Kind entryAside(String name, String line, Reason reason) {
        return aside(name, manifest(line), reason, "png");
    }

    private static String sound() {
        return entry("b.png", "b_mask.png", "");
    }

    private static String entry(String image, String mask, String split) {
        return "{\"image\": \"%s\", \"mask\": \"%s\", \"category\": \"tile\", \"defect\": \"crack\", \"split\": \"%s\"}"
                .formatted(image, mask, split);
    }

    private static Make manifest(String line) {
        return folder -> manifest(folder, sound() + "\n" + line + "\n");
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
        text(folder, "one.jsonl", sound());
        text(folder, "two.jsonl", sound());
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

    /** Reads every kind, one folder each, and prints those that end in anything but quarantine or a clear refusal. */
    public static void main(String[] arguments) throws IOException {
        DatasetReader reader = new DatasetReader(new Configuration());
        for (Kind kind : all()) {
            Path root = kind.make().below(Files.createDirectories(Path.of(arguments[0], kind.name())));
            try {
                reader.read(new DatasetRequest(root.toString(), List.of(), List.of(), new SplitRule.FirstThird()));
            } catch (DatasetException e) {
                // Whether this is the right answer, another test tells.
            } catch (Exception | OutOfMemoryError e) {
                System.out.println(kind + ": " + e);
            }
        }
        System.out.println(all().size() + " kinds read");
    }
}
