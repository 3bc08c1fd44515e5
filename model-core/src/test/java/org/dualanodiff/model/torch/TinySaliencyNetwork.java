package org.dualanodiff.model.torch;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A TorchScript file without weights: how far the channels' mean is from that of mid-grey. Gives a tuple, as U2-Net does. */
public final class TinySaliencyNetwork {

    private static final String SOURCE = """
            class Saliency(Module):
              __parameters__ = []
              __buffers__ = []
              training : bool
              def forward(self: __torch__.Saliency, x: Tensor) -> Tuple[Tensor, Tensor]:
                y = torch.abs(torch.sub(torch.mean(x, [1], True, dtype=None), 0.227, alpha=1))
                return (y, y)
            """;

    private TinySaliencyNetwork() {}

    public static Path write(Path folder) throws IOException {
        return Files.write(folder.resolve("saliency.pt"), ScriptArchive.of("Saliency", SOURCE.getBytes(US_ASCII)));
    }
}
