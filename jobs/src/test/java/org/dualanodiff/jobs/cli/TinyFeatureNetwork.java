package org.dualanodiff.jobs.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipOutputStream;
import org.dualanodiff.model.files.StoredZip;

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
            StoredZip.put(zip, "archive/code/__torch__.py", SOURCE.getBytes(ISO_8859_1));
            StoredZip.put(zip, "archive/data.pkl", OBJECT.getBytes(ISO_8859_1));
            StoredZip.put(zip, "archive/constants.pkl", "\u0080\u0002).".getBytes(ISO_8859_1));
            StoredZip.put(zip, "archive/version", "10\n".getBytes(ISO_8859_1));
        }
        return file;
    }
}
