package org.dualanodiff.pipeline.dataset;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Image files written byte by byte, so that they can be wrong in ways that no image library writes. */
public final class RawImages {
    private static final byte[] PNG_SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};

    private RawImages() {}

    /** A PNG of black pixels. */
    static byte[] blackPng(int width, int height, int bitDepth, int colorType, int channels) {
        int rowBytes = 1 + (int) (((long) width * bitDepth * channels + 7) / 8);
        return png(width, height, bitDepth, colorType, deflated((long) rowBytes * height));
    }

    /** A PNG with any header and image data. */
    static byte[] png(int width, int height, int bitDepth, int colorType, byte[] data) {
        byte[] header = ByteBuffer.allocate(13)
                .putInt(width)
                .putInt(height)
                .put((byte) bitDepth)
                .put((byte) colorType)
                .array();
        return joined(PNG_SIGNATURE, chunk("IHDR", header), chunk("IDAT", data), chunk("IEND", new byte[0]));
    }

    /** The PNG with a further chunk behind its header. */
    static byte[] withChunk(byte[] png, String type, byte[] data) {
        int header = PNG_SIGNATURE.length + 25;
        byte[] extra = chunk(type, data);
        return ByteBuffer.allocate(png.length + extra.length)
                .put(png, 0, header)
                .put(extra)
                .put(png, header, png.length - header)
                .array();
    }

    /** A compressed text of very many bytes. */
    static byte[] textBomb(long bytes) {
        return joined("Comment\0\0".getBytes(StandardCharsets.US_ASCII), deflated(bytes));
    }

    static byte[] deflated(long zeros) {
        Deflater deflater = new Deflater();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] input = new byte[1 << 16];
        byte[] buffer = new byte[1 << 16];
        for (long left = zeros; left > 0; left -= input.length) {
            deflater.setInput(input, 0, (int) Math.min(left, input.length));
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

    /** A piece of a PNG with its length and its sum. */
    public static byte[] chunk(String type, byte[] data) {
        byte[] name = type.getBytes(StandardCharsets.US_ASCII);
        CRC32 crc = new CRC32();
        crc.update(name);
        crc.update(data);
        return ByteBuffer.allocate(data.length + 12)
                .putInt(data.length)
                .put(name)
                .put(data)
                .putInt((int) crc.getValue())
                .array();
    }

    public static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    /**
     * A TIFF of one directory, little endian.
     *
     * @param entries tag, type (2: text, 3: 16 bits, 4: 32 bits), value, maybe a count; in ascending order of tags
     */
    static byte[] tiff(int[]... entries) {
        ByteBuffer file =
                ByteBuffer.allocate(8 + 2 + 12 * entries.length + 4 + 64).order(ByteOrder.LITTLE_ENDIAN);
        file.put((byte) 'I').put((byte) 'I').putShort((short) 42).putInt(8).putShort((short) entries.length);
        for (int[] entry : entries) {
            file.putShort((short) entry[0]).putShort((short) entry[1]);
            file.putInt(entry.length > 3 ? entry[3] : 1).putInt(entry[2]);
        }
        return file.putInt(0).array();
    }

    /** A BMP that claims a size and ends behind its header. */
    static byte[] bmpHeader(int width, int height) {
        return ByteBuffer.allocate(54 + 16)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put((byte) 'B')
                .put((byte) 'M')
                .putInt(70)
                .putInt(0)
                .putInt(54)
                .putInt(40)
                .putInt(width)
                .putInt(height)
                .putShort((short) 1)
                .putShort((short) 24)
                .array();
    }
}
