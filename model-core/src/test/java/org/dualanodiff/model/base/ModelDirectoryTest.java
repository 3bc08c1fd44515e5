package org.dualanodiff.model.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.dualanodiff.model.checkpoint.CheckpointException;
import org.dualanodiff.model.checkpoint.DType;
import org.dualanodiff.model.checkpoint.SafetensorsFile;
import org.dualanodiff.model.checkpoint.SafetensorsWriter;
import org.dualanodiff.model.checkpoint.TensorData;
import org.dualanodiff.model.checkpoint.WeightSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelDirectoryTest {
    @TempDir
    Path root;

    @BeforeEach
    void writeModel() throws IOException {
        RandomModel.write(root, RandomModel.Preset.TINY, 1);
    }

    @Test
    void open_ofMissingDirectory_saysSo() {
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> ModelDirectory.open(root.resolve("none")))
                .withMessageContainingAll("none", "does not exist");
    }

    @Test
    void open_withPartsMissing_listsThemAll() throws IOException {
        Files.delete(root.resolve("model_index.json"));
        Files.delete(root.resolve("tokenizer/merges.txt"));
        Files.move(root.resolve("text_encoder/model.safetensors"), root.resolve("text_encoder/tf_model.h5"));

        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> ModelDirectory.open(root))
                .withMessageContainingAll(
                        root.toString(),
                        "model_index.json",
                        "tokenizer/merges.txt",
                        "text_encoder/model.safetensors (missing; found only tf_model.h5");
    }

    @Test
    void open_ofStableDiffusionXl_namesWhatIsSupported() throws IOException {
        Files.writeString(
                root.resolve("model_index.json"),
                "{\"_class_name\": \"StableDiffusionXLPipeline\", \"text_encoder_2\": [\"transformers\", \"x\"]}");

        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> ModelDirectory.open(root))
                .withMessageContainingAll("Stable Diffusion 1.x", "StableDiffusionXLPipeline", "text_encoder_2");
    }

    @Test
    void config_thatIsNotJson_namesItsFile() throws IOException {
        Files.writeString(root.resolve("unet/config.json"), "{\"act_fn\": ");

        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> ModelDirectory.open(root).unetConfig())
                .withMessageContainingAll("unet", "config.json", "is not JSON");
    }

    @Test
    void open_withoutTheAutoencodersFolder_namesItsFiles() throws IOException {
        Files.move(root.resolve("vae"), root.resolve("elsewhere"));

        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> ModelDirectory.open(root))
                .withMessage(
                        "model directory %s cannot be used: vae/config.json (missing),"
                                + " vae/diffusion_pytorch_model.safetensors (missing)",
                        root);
    }

    @ParameterizedTest
    @ValueSource(strings = {".fp16.safetensors", ".bf16.safetensors"})
    void weights_inHalfPrecisionVariantOnly_areFound(String ending) throws IOException {
        Path variant = Files.move(weights("vae"), root.resolve("vae/diffusion_pytorch_model" + ending));

        assertThat(ModelDirectory.open(root).vaeWeights().files()).containsExactly(variant);
        ModelDirectory.open(root).requireComplete();
    }

    @Test
    void weights_inFullAndHalfPrecision_areReadInFull() throws IOException {
        Files.copy(weights("vae"), root.resolve("vae/diffusion_pytorch_model.fp16.safetensors"));

        assertThat(ModelDirectory.open(root).vaeWeights().files()).containsExactly(weights("vae"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "diffusion_pytorch_model.safetensors.index.json",
                "diffusion_pytorch_model.fp16.safetensors.index.json",
                "diffusion_pytorch_model.safetensors.index.fp16.json"
            })
    void weights_inShards_areReadThroughTheirIndex(String index) throws IOException {
        int tensors = ModelDirectory.open(root).unetWeights().names().size();
        split(weights("unet"), index);

        WeightSource shards = ModelDirectory.open(root).unetWeights();

        assertThat(shards.files()).hasSize(2);
        assertThat(shards.names()).hasSize(tensors);
        assertThat(shards.floats("conv_norm_out.weight")).containsOnly(1f);
    }

    @Test
    void shard_thatIsMissing_isNamed() throws IOException {
        split(weights("unet"), "diffusion_pytorch_model.safetensors.index.json");
        Files.delete(root.resolve("unet/2.safetensors"));

        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> ModelDirectory.open(root).unetWeights())
                .withMessageContainingAll("2.safetensors", "does not exist");
    }

    @Test
    void weights_cutOff_areRefusedWithSizes() throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(weights("unet").toFile(), "rw")) {
            file.setLength(file.length() - 1000);
        }

        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> ModelDirectory.open(root).requireComplete())
                .withMessageContainingAll(weights("unet").toString(), "bytes");
    }

    @Test
    void weights_ofAnotherShape_areNamedWithBothShapes() throws IOException {
        SafetensorsFile whole = SafetensorsFile.open(weights("vae"));
        Map<String, TensorData> tensors = new TreeMap<>();
        whole.tensors()
                .forEach((name, info) ->
                        tensors.put(name, new TensorData(info.dtype(), info.shape(), () -> whole.map(name))));
        tensors.put("quant_conv.bias", new TensorData(DType.F32, new long[] {3}, () -> ByteBuffer.allocate(12)));
        SafetensorsWriter.write(weights("vae"), tensors, Map.of());

        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> ModelDirectory.open(root).requireComplete())
                .withMessage("file %s: tensor quant_conv.bias: expected shape [8], found [3]", weights("vae"));
    }

    @Test
    void index_thatNamesAFileElsewhere_isRefused() throws IOException {
        Files.delete(weights("unet"));
        Files.writeString(
                root.resolve("unet/diffusion_pytorch_model.safetensors.index.json"),
                "{\"weight_map\": {\"conv_in.weight\": \"../vae/diffusion_pytorch_model.safetensors\"}}");

        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> ModelDirectory.open(root).unetWeights())
                .withMessageContainingAll("index.json", "beside it", "../vae");
    }

    @Test
    void vaeWeights_withAttentionNamesOfOlderFiles_areFoundUnderTodays() {
        String block = "encoder.mid_block.attentions.0";

        assertThat(ModelDirectory.currentAttentionName(block + ".query.weight")).isEqualTo(block + ".to_q.weight");
        assertThat(ModelDirectory.currentAttentionName(block + ".key.bias")).isEqualTo(block + ".to_k.bias");
        assertThat(ModelDirectory.currentAttentionName(block + ".value.bias")).isEqualTo(block + ".to_v.bias");
        assertThat(ModelDirectory.currentAttentionName(block + ".proj_attn.bias"))
                .isEqualTo(block + ".to_out.0.bias");
        assertThat(ModelDirectory.currentAttentionName(block + ".to_q.bias")).isEqualTo(block + ".to_q.bias");
    }

    @Test
    void fingerprint_afterAChangeOfOneByte_isAnother() throws IOException {
        String before = ModelDirectory.open(root).fingerprint();
        flipLastByte(weights("unet"));

        assertThat(before)
                .matches("[0-9a-f]{64}")
                .isNotEqualTo(ModelDirectory.open(root).fingerprint());
    }

    @Test
    void fingerprint_withAnUnrelatedFileBeside_isTheSame() throws IOException {
        String before = ModelDirectory.open(root).fingerprint();
        Files.writeString(root.resolve("README.md"), "notes");

        assertThat(ModelDirectory.open(root).fingerprint()).isEqualTo(before);
    }

    @Test
    void fingerprint_ofLargeFile_seesItsLastByte() throws IOException {
        // A vocabulary file is only hashed here, so it may hold anything.
        Path large = root.resolve("tokenizer/vocab.json");
        try (RandomAccessFile file = new RandomAccessFile(large.toFile(), "rw")) {
            file.setLength(65L << 20);
        }
        String before = ModelDirectory.open(root).fingerprint();
        flipLastByte(large);

        assertThat(ModelDirectory.open(root).fingerprint()).isNotEqualTo(before);
    }

    private Path weights(String part) {
        return root.resolve(part).resolve("diffusion_pytorch_model.safetensors");
    }

    private static void split(Path file, String index) throws IOException {
        SafetensorsFile whole = SafetensorsFile.open(file);
        Map<String, TensorData> early = new TreeMap<>();
        Map<String, TensorData> late = new TreeMap<>();
        StringBuilder map = new StringBuilder();
        whole.tensors().forEach((name, info) -> {
            boolean first = name.compareTo("mid") < 0;
            (first ? early : late).put(name, new TensorData(info.dtype(), info.shape(), () -> whole.map(name)));
            map.append(map.isEmpty() ? "" : ",")
                    .append("\"%s\":\"%s\"".formatted(name, first ? "1.safetensors" : "2.safetensors"));
        });
        SafetensorsWriter.write(file.resolveSibling("1.safetensors"), early, Map.of());
        SafetensorsWriter.write(file.resolveSibling("2.safetensors"), late, Map.of());
        Files.writeString(file.resolveSibling(index), "{\"weight_map\":{" + map + "}}");
        Files.delete(file);
    }

    private static void flipLastByte(Path path) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.seek(file.length() - 1);
            int value = file.read();
            file.seek(file.length() - 1);
            file.write(value ^ 1);
        }
    }
}
