package org.dualanodiff.jobs.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** A TorchScript file without weights: the mean color of each quarter of an image, 12 numbers. */
final class TinyFeatureNetwork {

    private static final String SOURCE = """
            class Features(Module):
              __parameters__ = []
              __buffers__ = []
              training : bool
              def forward(self: __torch__.Features, x: Tensor) -> Tensor:
                return torch.adaptive_avg_pool2d(x, [2, 2])
            """;

    /** Pickle, protocol 2: a Features object with state {@code {"training": False}}. */
    private static final String OBJECT =
            "\u0080\u0002c__torch__\nFeatures\n)\u0081}(X\u0008\u0000\u0000\u0000training\u0089ub.";

    private TinyFeatureNetwork() {}

    static Path write(Path file) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            store(zip, "archive/code/__torch__.py", SOURCE);
            store(zip, "archive/data.pkl", OBJECT);
            store(zip, "archive/constants.pkl", "\u0080\u0002).");
            store(zip, "archive/version", "10\n");
        }
        return file;
    }

    private static void store(ZipOutputStream zip, String name, String content) throws IOException {
        byte[] bytes = content.getBytes(ISO_8859_1);
        CRC32 crc = new CRC32();
        crc.update(bytes);
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(bytes.length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(bytes);
        zip.closeEntry();
    }
}
