package org.dualanodiff.model.image;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * PNG bytes of 8-bit grey or RGB images.
 *
 * <p>Equal pixels give equal bytes whatever kind of {@link BufferedImage} holds them: the image is laid out anew, no
 * time stamp or other metadata is written, and the compression is fixed. (Two Java runtimes built against different
 * zlib versions may still compress differently; the decoded pixels are the same.)
 */
public final class PngCodec {
    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    private static final float COMPRESSION_QUALITY = 0.4f;

    private PngCodec() {}

    /** Encodes grey images with one channel and all others as RGB; transparency is dropped. */
    public static byte[] encode(BufferedImage image) {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream output = new MemoryCacheImageOutputStream(bytes)) {
            writer.setOutput(output);
            writer.write(null, new IIOImage(Image.of(image).buffered(), null, null), compression(writer));
        } catch (IOException e) {
            throw new UncheckedIOException("Writing a PNG to memory failed", e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    /**
     * @param png a whole PNG file
     * @throws IOException if the bytes are no PNG or are damaged
     */
    public static BufferedImage decode(byte[] png) throws IOException {
        if (png.length < SIGNATURE.length || !Arrays.equals(SIGNATURE, Arrays.copyOf(png, SIGNATURE.length))) {
            throw new IOException("Not a PNG: its %d bytes do not begin with the PNG signature".formatted(png.length));
        }
        try {
            // Held in memory, whatever ImageIO's cache setting is; ImageIO.read closes it.
            BufferedImage image = ImageIO.read(new MemoryCacheImageInputStream(new ByteArrayInputStream(png)));
            if (image == null) {
                throw new IOException("No image in the PNG of %d bytes".formatted(png.length));
            }
            return image;
        } catch (RuntimeException e) {
            // The JDK's reader lets index errors of a damaged file out.
            throw new IOException("Damaged PNG of %d bytes: %s".formatted(png.length, e.getMessage()), e);
        }
    }

    private static ImageWriteParam compression(ImageWriter writer) {
        ImageWriteParam parameters = writer.getDefaultWriteParam();
        parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        parameters.setCompressionQuality(COMPRESSION_QUALITY);
        return parameters;
    }
}
