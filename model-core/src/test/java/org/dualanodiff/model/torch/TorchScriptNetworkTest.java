package org.dualanodiff.model.torch;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.dualanodiff.model.files.Digest;
import org.dualanodiff.model.files.StoredZip;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TorchScriptNetworkTest {

    private static final float[] INPUT = {1, 2, 3, 4};
    private static final long[] SQUARE = {1, 1, 2, 2};

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Tensor | torch.mul(x, 2)",
                "Tuple[Tensor, Tensor] | (torch.mul(x, 2), x)",
                "Tuple[Tensor, int] | (torch.mul(x, 2), 7)",
                "Tensor | torch.squeeze(torch.mul(x, 2))"
            })
    void run_ofTensorOrTuple_givesTheFirstTensor(String type, String result) throws IOException {
        assertThat(network(type, result).run(INPUT, SQUARE, SQUARE)).containsExactly(2, 4, 6, 8);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Tensor | torch.reshape(x, [4]) | gave a tensor of shape [4] for an input of [1, 1, 2, 2], expected [1, 1, 2, 2]",
                "Tensor | torch.reshape(x, [2, 1, 2, 1]) | gave a tensor of shape [2, 1, 2, 1]",
                "Tensor | torch.reshape(x, [3, 3]) | fails on an fp32 input of shape [1, 1, 2, 2]",
                "int | 7 | neither a tensor nor a tuple that begins with one",
                "Tuple[int, Tensor] | (7, x) | neither a tensor nor a tuple that begins with one"
            })
    void run_ofAnythingElse_namesFileAndWhatIsWrong(String type, String result, String complaint) throws IOException {
        TorchScriptNetwork network = network(type, result);
        assertThatThrownBy(() -> network.run(INPUT, SQUARE, SQUARE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("network.pt", complaint);
    }

    @Test
    void network_savedWhileTraining_runsForInference() throws IOException {
        byte[] saved = TinySaliencyNetwork.archive("Tensor", "torch.dropout(x, 1., self.training)");
        Path file = folder.resolve("training.pt");
        // The attribute "training" is True instead of False.
        rewrite(saved, file, content -> content.replace("training\u0089", "training\u0088"));
        assertThat(TorchScriptNetwork.at(file.toString()).run(INPUT, SQUARE, SQUARE))
                .containsExactly(INPUT);
    }

    @Test
    void at_ofTheSameFile_loadsItOnce() throws IOException {
        String file = TinySaliencyNetwork.writeWithOneResult(folder).toString();
        assertThat(TorchScriptNetwork.at(file)).isSameAs(TorchScriptNetwork.at(file));
    }

    @Test
    void at_ofAFileThatWasReplaced_givesWhatWasPlannedOrRefuses() throws IOException {
        Path file = TinySaliencyNetwork.write(folder, "replaced.pt", "Tensor", "torch.mul(x, 2)");
        String first = Digest.hex(Files.readAllBytes(file));
        assertThat(planned(file, first).run(INPUT, SQUARE, SQUARE)).containsExactly(2, 4, 6, 8);

        TinySaliencyNetwork.write(folder, "replaced.pt", "Tensor", "torch.mul(x, 3)");
        String second = Digest.hex(Files.readAllBytes(file));
        String third = "0".repeat(64);
        assertThat(planned(file, second).run(INPUT, SQUARE, SQUARE)).containsExactly(3, 6, 9, 12);
        assertThatThrownBy(() -> planned(file, third))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(
                        file + " on this machine is not the network that the run was planned with", third, second);
    }

    @Test
    void at_withoutMemoryForIt_saysThatInsteadOfBlamingTheFile() throws IOException {
        String methods = """
                def __getstate__(self: __torch__.Saliency) -> bool:
                  return self.training
                def __setstate__(self: __torch__.Saliency, training: bool) -> None:
                  weight = torch.zeros([281474976710656], dtype=6, layout=None, device=None, pin_memory=None)
                  self.training = torch.eq(torch.size(weight, 0), 0)
                """.indent(2);
        Path file = folder.resolve("large.pt");
        rewrite(
                TinySaliencyNetwork.archive("Tensor", "x"),
                file,
                content -> content.replace("  def forward", methods + "  def forward")
                        .replace("}(X\b\0\0\0training\u0089ub", "\u0089b"));

        assertThatThrownBy(() -> TorchScriptNetwork.at(file.toString()))
                .isInstanceOf(OutOfDeviceMemoryException.class)
                .hasMessageContaining("you tried to allocate");
    }

    @Test
    void run_withoutMemoryForIt_saysThat() throws IOException {
        TorchScriptNetwork network = network("Tensor", "torch.upsample_nearest2d(x, [16777216, 16777216], None, None)");

        assertThatThrownBy(() -> network.run(INPUT, SQUARE))
                .isInstanceOf(OutOfDeviceMemoryException.class)
                .hasMessageContaining("you tried to allocate");
    }

    @Test
    void at_onADeviceThatIsNotThere_saysThatInsteadOfBlamingTheFile() throws IOException {
        String weight = "X\1\0\0\0wctorch._utils\n_rebuild_tensor_v2\n"
                + "((X\7\0\0\0storagectorch\nFloatStorage\nX\1\0\0\0000X\3\0\0\0cpuK\1tQK\0K\1\u0085K\1\u0085\u0089"
                + "ccollections\nOrderedDict\n)RtR";
        Path file = folder.resolve("weight.pt");
        rewrite(
                TinySaliencyNetwork.archive("Tensor", "torch.mul(x, self.w)"),
                file,
                content -> content.replace("training : bool", "training : bool\n  w : Tensor")
                        .replace("training\u0089u", "training\u0089" + weight + "u"));
        String sha256 = Digest.hex(Files.readAllBytes(file));
        assertThat(planned(file, sha256).run(INPUT, SQUARE, SQUARE)).containsExactly(0, 0, 0, 0);

        assertThatThrownBy(() -> TorchScriptNetwork.at(file.toString(), sha256, Device.gpu(63)))
                .isInstanceOf(EngineException.class);
    }

    private static TorchScriptNetwork planned(Path file, String sha256) {
        return TorchScriptNetwork.at(file.toString(), sha256, Device.cpu());
    }

    private TorchScriptNetwork network(String type, String result) throws IOException {
        return TorchScriptNetwork.at(
                TinySaliencyNetwork.write(folder, "network.pt", type, result).toString());
    }

    private static void rewrite(byte[] archive, Path file, UnaryOperator<String> change) throws IOException {
        try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(archive));
                ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(file))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                String content = change.apply(new String(in.readAllBytes(), ISO_8859_1));
                StoredZip.put(out, entry.getName(), content.getBytes(ISO_8859_1));
            }
            // For those that have a weight.
            StoredZip.put(out, "archive/data/0", new byte[Float.BYTES]);
        }
    }
}
