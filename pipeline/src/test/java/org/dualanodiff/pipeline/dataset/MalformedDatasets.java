package org.dualanodiff.pipeline.dataset;

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
        return Stream.of(images(), masks(), folders(), MalformedLists.all())
                .flatMap(List::stream)
                .toList();
    }

    static Kind aside(String name, Make make, Reason reason, String message) {
        return new Kind(name, make, reason, message);
    }

    static Kind refused(String name, Make make, String message) {
        return new Kind(name, make, null, message);
    }

    static Kind sound(String name, Make make) {
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

    static void plainPair(Path folder, String image, String mask) throws IOException {
        TestImages.write(folder.resolve(image + ".png"), PICTURE);
        TestImages.write(folder.resolve(mask + ".png"), MASK);
    }

    private static Path linkLoop(Path folder) throws IOException {
        plainPair(folder, "tile/crack/a", "tile/crack/a_mask");
        Files.createSymbolicLink(folder.resolve("tile/crack/again"), folder);
        return folder;
    }

    static Path text(Path folder, String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
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
