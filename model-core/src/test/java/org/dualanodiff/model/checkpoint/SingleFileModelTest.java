package org.dualanodiff.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The golden model as one file with the names of the LDM code. */
class SingleFileModelTest {
    private static final Path TOKENIZER = Golden.MODEL.resolve("tokenizer");

    @TempDir
    private Path folder;

    private final ModelDirectory directory = ModelDirectory.open(Golden.MODEL);

    @Test
    @Tag("parity")
    void safetensorsFile_withLdmNames_holdsEveryTensorOfTheDirectory() throws IOException {
        Path file = folder.resolve("model.safetensors");
        SafetensorsWriter.write(file, ldmTensors(), Map.of());

        assertSameModel(LdmCheckpoint.open(file, TOKENIZER));
    }

    @Test
    @Tag("parity")
    void ckptFile_withLdmNames_holdsEveryTensorOfTheDirectory() throws IOException {
        Path file = folder.resolve("model.ckpt");
        TorchZipWriter.write(file, ldmTensors());

        assertSameModel(LdmCheckpoint.open(file, TOKENIZER));
    }

    @Test
    void sizes_ofTheFile_followFromItsShapes() throws IOException {
        Path file = folder.resolve("model.safetensors");
        SafetensorsWriter.write(file, ldmTensors(), Map.of());
        LdmCheckpoint model = LdmCheckpoint.open(file, TOKENIZER);

        assertThat(model.unetConfig().blockOutChannels()).containsExactly(16, 32, 48, 64);
        assertThat(model.unetConfig().downAttention()).containsExactly(true, true, true, false);
        assertThat(model.unetConfig().upAttention()).containsExactly(false, true, true, true);
        assertThat(model.unetConfig().layersPerBlock()).containsOnly(2);
        assertThat(model.unetConfig().crossAttentionDim()).isEqualTo(48);
        assertThat(model.vaeConfig().blockOutChannels()).containsExactly(16, 32, 32, 48);
        assertThat(ParameterLayout.of(model.textConfig()).keySet())
                .isEqualTo(ParameterLayout.of(directory.textConfig()).keySet());
        assertThat(model.schedulerConfig()).isEqualTo(directory.schedulerConfig());
    }

    @Test
    void fingerprint_withTheTokenizerElsewhere_isTheSame() throws IOException {
        Path file = folder.resolve("model.safetensors");
        SafetensorsWriter.write(file, ldmTensors(), Map.of());
        Path beside = Files.createDirectory(folder.resolve("tokenizer"));
        for (String name : new String[] {"vocab.json", "merges.txt"}) {
            Files.copy(TOKENIZER.resolve(name), beside.resolve(name));
        }

        assertThat(LdmCheckpoint.open(file).fingerprint())
                .isEqualTo(LdmCheckpoint.open(file, TOKENIZER).fingerprint());
    }

    @Test
    void file_withAnEmptyTokenizerFolder_saysWhatToPutThere() throws IOException {
        Path file = folder.resolve("model.safetensors");
        SafetensorsWriter.write(file, ldmTensors(), Map.of());
        Path empty = Files.createDirectory(folder.resolve("tokenizer"));

        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> ModelFiles.open(file))
                .withMessageContainingAll(file.toString(), "vocab.json and merges.txt", empty.toString());
    }

    @Test
    void file_ofStableDiffusionXl_namesWhatIsSupported() throws IOException {
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        for (String name : new String[] {
            "model.diffusion_model.input_blocks.0.0.weight",
            "model.diffusion_model.label_emb.0.0.weight",
            "first_stage_model.encoder.conv_in.weight",
            "conditioner.embedders.0.transformer.text_model.embeddings.token_embedding.weight"
        }) {
            tensors.put(name, new TensorData(DType.F32, new long[] {0}, ByteBuffer.allocate(0)));
        }
        Path file = folder.resolve("xl.safetensors");
        SafetensorsWriter.write(file, tensors, Map.of());

        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> ModelFiles.open(file))
                .withMessageContainingAll(
                        file.toString(), "Stable Diffusion 1.x", "cond_stage_model.transformer.text_model");
    }

    @Test
    void tensor_ofAnotherShape_isNamedAsInTheFile() throws IOException {
        String name = "first_stage_model.encoder.mid.attn_1.q.weight";
        Map<String, TensorData> tensors = ldmTensors();
        tensors.put(name, new TensorData(DType.F32, new long[] {2, 1, 1, 1}, ByteBuffer.allocate(8)));
        Path file = folder.resolve("model.safetensors");
        SafetensorsWriter.write(file, tensors, Map.of());

        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> LdmCheckpoint.open(file, TOKENIZER).requireComplete())
                .withMessageContainingAll(file.toString(), name, "expected shape [48, 48]");
    }

    private void assertSameModel(ModelFiles model) {
        model.requireComplete();
        assertSameTensors(directory.unetWeights(), model.unetWeights());
        assertSameTensors(directory.vaeWeights(), model.vaeWeights());
        assertSameTensors(directory.textWeights(), model.textWeights());
    }

    private static void assertSameTensors(WeightSource expected, WeightSource actual) {
        assertThat(expected.names()).isNotEmpty();
        for (String name : expected.names()) {
            TensorInfo info = expected.find(name).orElseThrow();
            assertThat(actual.require(name, info.shape()).dtype()).as(name).isEqualTo(info.dtype());
            assertThat(actual.map(name)).as(name).isEqualTo(expected.map(name));
        }
    }

    private Map<String, TensorData> ldmTensors() {
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        add(tensors, directory.unetWeights(), LdmTinyNames::unet);
        add(tensors, directory.vaeWeights(), LdmTinyNames::vae);
        add(tensors, directory.textWeights(), LdmTinyNames::text);
        return tensors;
    }

    private static void add(Map<String, TensorData> tensors, WeightSource source, UnaryOperator<String> ldmName) {
        for (String name : source.names()) {
            TensorInfo info = source.find(name).orElseThrow();
            String ldm = ldmName.apply(name);
            long[] shape = info.shape();
            // The autoencoder's attention is made of 1x1 convolutions there.
            boolean convolution = ldm.matches("first_stage_model\\..*attn_1\\.(q|k|v|proj_out)\\.weight");
            tensors.put(
                    ldm,
                    new TensorData(
                            info.dtype(),
                            convolution ? new long[] {shape[0], shape[1], 1, 1} : shape,
                            () -> source.map(name)));
        }
    }
}
