package org.dualanodiff.model.torch;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.dualanodiff.model.torch.Operators.ScriptArchive;

/** TorchScript files without weights, written from source text. */
public final class TinySaliencyNetwork {

    private static final String DISTANCE = "torch.abs(torch.sub(torch.mean(x, [1], True, dtype=None), 0.227, alpha=1))";

    private TinySaliencyNetwork() {}

    /** How far the channels' mean is from that of mid-grey. Gives a tuple, as U2-Net does. */
    public static Path write(Path folder) throws IOException {
        return write(folder, "saliency.pt", "Tuple[Tensor, Tensor]", "(" + DISTANCE + ", x)");
    }

    /** The same map alone. */
    public static Path writeWithOneResult(Path folder) throws IOException {
        return write(folder, "saliency-alone.pt", "Tensor", DISTANCE);
    }

    /** @param result an expression of x, the input (1, 3, size, size) */
    public static Path write(Path folder, String name, String type, String result) throws IOException {
        return Files.write(folder.resolve(name), archive(type, result));
    }

    static byte[] archive(String type, String result) {
        String source = """
                class Saliency(Module):
                  __parameters__ = []
                  __buffers__ = []
                  training : bool
                  def forward(self: __torch__.Saliency, x: Tensor) -> %s:
                    return %s
                """.formatted(type, result);
        return ScriptArchive.of("Saliency", source.getBytes(US_ASCII));
    }
}
