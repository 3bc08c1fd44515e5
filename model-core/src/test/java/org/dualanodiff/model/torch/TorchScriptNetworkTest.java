package org.dualanodiff.model.torch;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
        writeInTrainingMode(saved, file);
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

    private static TorchScriptNetwork planned(Path file, String sha256) {
        return TorchScriptNetwork.at(file.toString(), sha256, Device.cpu());
    }

    private TorchScriptNetwork network(String type, String result) throws IOException {
        return TorchScriptNetwork.at(
                TinySaliencyNetwork.write(folder, "network.pt", type, result).toString());
    }

    /** The same archive with the attribute {@code training} True instead of False. */
    private static void writeInTrainingMode(byte[] archive, Path file) throws IOException {
        try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(archive));
                ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(file))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                String content = new String(in.readAllBytes(), ISO_8859_1).replace("training\u0089", "training\u0088");
                StoredZip.put(out, entry.getName(), content.getBytes(ISO_8859_1));
            }
        }
    }
}
