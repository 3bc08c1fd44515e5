package org.dualanodiff.pipeline.report;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.image.PngCodec;

/** Pictures inside a page, as addresses that hold the file. */
final class DataUri {

    private static final float JPEG_QUALITY = 0.85f;

    private DataUri() {}

    /** A grey picture, such as a mask, as PNG; a photograph as JPEG, a quarter of PNG's bytes. */
    static String of(Image pixels) {
        return pixels.channels() == 1
                ? uri("image/png", PngCodec.encode(pixels.buffered()))
                : uri("image/jpeg", jpeg(pixels.buffered()));
    }

    private static String uri(String type, byte[] file) {
        return "data:" + type + ";base64," + Base64.getEncoder().encodeToString(file);
    }

    private static byte[] jpeg(BufferedImage image) {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream output = new MemoryCacheImageOutputStream(bytes)) {
            ImageWriteParam parameters = writer.getDefaultWriteParam();
            parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            parameters.setCompressionQuality(JPEG_QUALITY);
            writer.setOutput(output);
            writer.write(null, new IIOImage(image, null, null), parameters);
        } catch (IOException e) {
            throw new UncheckedIOException("Writing a JPEG to memory failed", e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }
}
