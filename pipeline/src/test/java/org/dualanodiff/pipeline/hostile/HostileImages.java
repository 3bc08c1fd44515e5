package org.dualanodiff.pipeline.hostile;

import static org.dualanodiff.pipeline.dataset.RawImages.chunk;
import static org.dualanodiff.pipeline.dataset.RawImages.joined;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.Deflater;
import javax.imageio.ImageIO;
import org.dualanodiff.pipeline.dataset.ImageDecoder;
import org.dualanodiff.pipeline.dataset.ImageDecoder.UnreadableImageException;

/** Pictures that want memory or time without end, and damaged ones: each is decoded or refused with a reason. */
final class HostileImages {
    private static final List<String> FORMATS = List.of("png", "jpeg", "gif", "bmp", "tiff");

    private HostileImages() {}

    /** Made when its turn comes. */
    private interface Make {
        byte[] bytes() throws IOException;
    }

    static List<HostileInput> all() {
        List<HostileInput> inputs = new ArrayList<>();
        add(inputs, "a GIF comment of one-byte blocks", HostileImages::longComment);
        add(inputs, "a JPEG of 300 scans", () -> scans(300, 3_000));
        add(
                inputs,
                "a PNG whose text unpacks to a quarter of a gigabyte",
                () -> png(8, chunk("zTXt", packed("k\0\0", 1L << 28))));
        add(
                inputs,
                "a PNG whose color profile unpacks to a quarter of a gigabyte",
                () -> png(8, chunk("iCCP", packed("k\0\0", 1L << 28))));
        add(inputs, "a PNG of 200000 empty pieces", () -> png(8, repeated(chunk("IDAT", new byte[0]), 200_000)));
        add(inputs, "a PNG of 2 billion pixels", () -> png(46_000, new byte[0]));
        add(inputs, "a PNG whose piece says it has 2 GB", () -> png(8, claimed("IDAT", Integer.MAX_VALUE)));
        add(inputs, "a PNG whose piece says it has a negative length", () -> png(8, claimed("IDAT", -1)));
        add(inputs, "a JPEG of 65500 x 65500", () -> scans(1, 65_500));
        add(inputs, "a JPEG of markers alone", () -> repeated(new byte[] {(byte) 0xff, (byte) 0xd8}, 500_000));
        add(inputs, "a JPEG whose Exif directory is its own next", () -> exif(8));
        add(inputs, "a JPEG whose Exif directory lies before the file", () -> exif(-4));
        add(inputs, "a TIFF whose directory is its own next", () -> tiff(8));
        add(inputs, "a TIFF whose directory has 65535 entries", HostileImages::manyEntries);
        add(inputs, "a BMP of run lengths that skip for ever", HostileImages::skippingBmp);
        add(inputs, "a GIF of 100000 empty pictures", HostileImages::manyPictures);
        for (String format : FORMATS) {
            for (int part = 1; part <= 5; part++) {
                int share = part;
                add(inputs, "a %s cut off after %d sixths".formatted(format, part), () -> cut(format, share));
                add(inputs, "a %s with bits turned by %d".formatted(format, part), () -> turned(format, share));
            }
        }
        return inputs;
    }

    private static void add(List<HostileInput> inputs, String name, Make make) {
        inputs.add(new HostileInput(name, (folder, bait) -> {
            byte[] file = make.bytes();
            try {
                ImageDecoder.image(file);
                ImageDecoder.mask(file);
            } catch (UnreadableImageException e) {
                if (e.getMessage().isBlank()) {
                    throw new AssertionError("no reason is given");
                }
            }
        }));
    }

    private static byte[] cut(String format, int sixths) throws IOException {
        byte[] whole = noise(format);
        return Arrays.copyOf(whole, whole.length * sixths / 6);
    }

    private static byte[] turned(String format, int seed) throws IOException {
        byte[] file = noise(format);
        Random random = new Random(seed);
        for (int i = 0; i < 12; i++) {
            file[random.nextInt(file.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return file;
    }

    private static byte[] noise(String format) throws IOException {
        BufferedImage image = new BufferedImage(
                40, 30, format.equals("gif") ? BufferedImage.TYPE_BYTE_INDEXED : BufferedImage.TYPE_3BYTE_BGR);
        Random random = new Random(3);
        for (int i = 0; i < 1200; i++) {
            image.setRGB(i % 40, i / 40, 0xff000000 | random.nextInt(1 << 24));
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, format, out);
        return out.toByteArray();
    }

    // GIF.

    private static byte[] longComment() {
        byte[] blocks = repeated(new byte[] {1, 'x'}, 600_000);
        return joined(gifHeader(), new byte[] {0x21, (byte) 0xfe}, blocks, new byte[] {0, 0x3b});
    }

    private static byte[] manyPictures() {
        byte[] picture = {0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0};
        return joined(gifHeader(), repeated(picture, 100_000), new byte[] {0x3b});
    }

    private static byte[] gifHeader() {
        return joined(
                "GIF89a".getBytes(StandardCharsets.US_ASCII),
                new byte[] {8, 0, 8, 0, (byte) 0x80, 0, 0, 0, 0, 0, 1, 1, 1});
    }

    // JPEG.

    /** Grey and progressive; each scan says of all blocks that they hold nothing, in a few bytes. */
    private static byte[] scans(int count, int side) {
        byte[] quantization = joined(hex("ffdb004300"), repeated(new byte[] {1}, 64));
        byte[] frame = joined(hex("ffc2000b08"), sides(side), hex("01011100"));
        byte[] tables = joined(huffman(0x00, 0x00), huffman(0x10, 0xe0));
        byte[] first =
                joined(hex("ffda0008010100000000"), repeated(new byte[1], (side / 8 + 1) * (side / 8 + 1) / 8 + 1));
        int runs = (side / 8 + 1) * (side / 8 + 1) / 32767 + 1;
        byte[] scan = joined(hex("ffda0008010100013f00"), endsOfBlocks(runs));
        return joined(hex("ffd8"), quantization, frame, tables, first, repeated(scan, count - 1), hex("ffd9"));
    }

    /** One symbol with the code 0. */
    private static byte[] huffman(int table, int symbol) {
        byte[] lengths = new byte[16];
        lengths[0] = 1;
        return joined(hex("ffc40014"), new byte[] {(byte) table}, lengths, new byte[] {(byte) symbol});
    }

    /** Each: the code 0, then 14 bits that are 1; a byte of ones is followed by a zero. */
    private static byte[] endsOfBlocks(int runs) {
        StringBuilder bits = new StringBuilder();
        bits.append("011111111111111".repeat(runs));
        while (bits.length() % 8 != 0) {
            bits.append('1');
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < bits.length(); i += 8) {
            int value = Integer.parseInt(bits.substring(i, i + 8), 2);
            out.write(value);
            if (value == 0xff) {
                out.write(0);
            }
        }
        return out.toByteArray();
    }

    private static byte[] exif(int next) throws IOException {
        byte[] directory = ByteBuffer.allocate(6 + 8 + 2 + 4)
                .put("Exif\0\0MM\0*".getBytes(StandardCharsets.US_ASCII))
                .putInt(next)
                .putShort((short) 0)
                .putInt(8)
                .array();
        byte[] jpeg = noise("jpeg");
        return joined(
                Arrays.copyOf(jpeg, 2),
                hex("ffe1"),
                ByteBuffer.allocate(2).putShort((short) (directory.length + 2)).array(),
                directory,
                Arrays.copyOfRange(jpeg, 2, jpeg.length));
    }

    private static byte[] sides(int side) {
        return ByteBuffer.allocate(4)
                .putShort((short) side)
                .putShort((short) side)
                .array();
    }

    // PNG.

    private static byte[] png(int side, byte[] behindHeader) {
        byte[] header = ByteBuffer.allocate(13)
                .putInt(side)
                .putInt(side)
                .put((byte) 8)
                .put((byte) 0)
                .array();
        return joined(
                hex("89504e470d0a1a0a"),
                chunk("IHDR", header),
                behindHeader,
                chunk("IDAT", packed("", Math.min(1 << 20, (side + 1L) * side))),
                chunk("IEND", new byte[0]));
    }

    private static byte[] claimed(String type, int length) {
        return ByteBuffer.allocate(12)
                .putInt(length)
                .put(type.getBytes(StandardCharsets.US_ASCII))
                .putInt(0)
                .array();
    }

    private static byte[] packed(String before, long zeros) {
        Deflater deflater = new Deflater();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(before.getBytes(StandardCharsets.US_ASCII));
        byte[] buffer = new byte[1 << 20];
        for (long left = zeros; left > 0; left -= 1 << 20) {
            deflater.setInput(new byte[(int) Math.min(left, 1 << 20)]);
            while (!deflater.needsInput()) {
                out.write(buffer, 0, deflater.deflate(buffer));
            }
        }
        deflater.finish();
        while (!deflater.finished()) {
            out.write(buffer, 0, deflater.deflate(buffer));
        }
        deflater.end();
        return out.toByteArray();
    }

    // TIFF and BMP.

    private static byte[] tiff(int next) {
        return ByteBuffer.allocate(64)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put((byte) 'I')
                .put((byte) 'I')
                .putShort((short) 42)
                .putInt(8)
                .putShort((short) 0)
                .putInt(next)
                .array();
    }

    private static byte[] manyEntries() {
        ByteBuffer file = ByteBuffer.allocate(14 + 65_535 * 12).order(ByteOrder.LITTLE_ENDIAN);
        file.put((byte) 'I').put((byte) 'I').putShort((short) 42).putInt(8).putShort((short) 65_535);
        for (int i = 0; i < 65_535; i++) {
            file.putShort((short) i)
                    .putShort((short) 7)
                    .putInt(Integer.MAX_VALUE)
                    .putInt(8);
        }
        return file.array();
    }

    private static byte[] skippingBmp() {
        ByteBuffer file = ByteBuffer.allocate(54 + 1024 + 4_000_000).order(ByteOrder.LITTLE_ENDIAN);
        file.put((byte) 'B').put((byte) 'M').putInt(file.capacity()).putInt(0).putInt(54 + 1024);
        file.putInt(40)
                .putInt(9000)
                .putInt(9000)
                .putShort((short) 1)
                .putShort((short) 8)
                .putInt(1);
        file.position(54 + 1024);
        while (file.remaining() >= 4) {
            file.put((byte) 0).put((byte) 2).put((byte) 0).put((byte) 0);
        }
        return file.array();
    }

    private static byte[] hex(String digits) {
        return java.util.HexFormat.of().parseHex(digits);
    }

    private static byte[] repeated(byte[] part, int times) {
        byte[] all = new byte[part.length * times];
        for (int i = 0; i < times; i++) {
            System.arraycopy(part, 0, all, i * part.length, part.length);
        }
        return all;
    }
}
