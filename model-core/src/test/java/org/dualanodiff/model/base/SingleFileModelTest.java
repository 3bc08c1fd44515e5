package org.dualanodiff.model.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.dualanodiff.model.checkpoint.CheckpointException;
import org.dualanodiff.model.checkpoint.DType;
import org.dualanodiff.model.checkpoint.SafetensorsWriter;
import org.dualanodiff.model.checkpoint.TensorData;
import org.dualanodiff.model.checkpoint.TensorFile;
import org.dualanodiff.model.checkpoint.TorchZipWriter;
import org.dualanodiff.model.checkpoint.WeightSource;
import org.dualanodiff.model.golden.Golden;
import org.dualanodiff.model.unet.UNetConfig;
import org.dualanodiff.model.vae.KlAutoencoderConfig;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The golden model, and models of other depths, as one file with the names of the LDM code. */
class SingleFileModelTest {
    private static final Path TOKENIZER = Golden.path("tiny-sd/tokenizer");

    @TempDir
    private Path folder;

    private ModelFiles directory = Golden.model();

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

        assertSameSizes(model);
        assertThat(model.schedulerConfig()).isEqualTo(directory.schedulerConfig());
    }

    @Test
    void memoryNeed_ofTheFile_countsEachNetworkOnce() throws IOException {
        Path file = folder.resolve("model.safetensors");
        SafetensorsWriter.write(file, ldmTensors(), Map.of());
        MemoryNeed need = MemoryNeed.of(LdmCheckpoint.open(file, TOKENIZER));

        assertThat(need.unetNumbers()).isEqualTo(MemoryNeed.of(directory).unetNumbers());
        assertThat(need.otherNumbers()).isEqualTo(MemoryNeed.of(directory).otherNumbers());
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void file_ofAnyDepth_holdsEveryTensorOfTheDirectory(int levels, int layers, boolean linear) throws IOException {
        directory = ModelDirectory.open(randomModel(levels, layers, linear));
        Path file = folder.resolve("model.safetensors");
        SafetensorsWriter.write(file, ldmTensors(), Map.of());
        LdmCheckpoint model = LdmCheckpoint.open(file, directory.tokenizer());

        assertSameSizes(model);
        assertSameModel(model);
        assertSameModel(writtenAsDirectory(model));
    }

    /** Levels, layers a block, linear projection. */
    static Stream<Arguments> shapes() {
        return Stream.of(1, 2, 3, 4)
                .flatMap(levels -> Stream.of(1, 2)
                        .flatMap(layers -> Stream.of(false, true).map(linear -> Arguments.of(levels, layers, linear))));
    }

    @Test
    void file_withAGapInItsBlocks_namesTheFirstOneMissing() throws IOException {
        Map<String, TensorData> tensors = ldmTensors();
        tensors.keySet().removeIf(name -> name.startsWith("model.diffusion_model.input_blocks.2."));
        Path file = folder.resolve("model.safetensors");
        SafetensorsWriter.write(file, tensors, Map.of());

        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> LdmCheckpoint.open(file, TOKENIZER).unetConfig())
                .withMessageContainingAll(file.toString(), "input_blocks.2.", "is missing", "but there is");
    }

    @Test
    void fingerprint_withTheTokenizerElsewhere_isTheSame() throws IOException {
        Path file = folder.resolve("model.safetensors");
        SafetensorsWriter.write(file, ldmTensors(), Map.of());
        copyTokenizerBeside();

        assertThat(LdmCheckpoint.open(file).fingerprint())
                .isEqualTo(LdmCheckpoint.open(file, TOKENIZER).fingerprint());
    }

    @ParameterizedTest
    @ValueSource(strings = {"special_tokens_map.json", "tokenizer_config.json"})
    void fingerprint_afterAChangeOfTheTokenizersSettings_isAnother(String settings) throws IOException {
        Path file = folder.resolve("model.safetensors");
        SafetensorsWriter.write(file, ldmTensors(), Map.of());
        Path tokenizer = copyTokenizerBeside();
        String before = LdmCheckpoint.open(file).fingerprint();

        Files.writeString(tokenizer.resolve(settings), "{}");

        assertThat(LdmCheckpoint.open(file).fingerprint()).isNotEqualTo(before);
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
            tensors.put(name, new TensorData(DType.F32, new long[] {0}, () -> ByteBuffer.allocate(0)));
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
        List<Integer> widths = ((KlAutoencoderConfig) directory.vaeConfig()).blockOutChannels();
        int width = widths.get(widths.size() - 1);
        Map<String, TensorData> tensors = ldmTensors();
        tensors.put(name, new TensorData(DType.F32, new long[] {2, 1, 1, 1}, () -> ByteBuffer.allocate(8)));
        Path file = folder.resolve("model.safetensors");
        SafetensorsWriter.write(file, tensors, Map.of());

        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> LdmCheckpoint.open(file, TOKENIZER).requireComplete())
                .withMessageContainingAll(file.toString(), name, "expected shape [%1$d, %1$d]".formatted(width));
    }

    private Path copyTokenizerBeside() throws IOException {
        Path beside = Files.createDirectory(folder.resolve("tokenizer"));
        try (Stream<Path> files = Files.list(TOKENIZER)) {
            for (Path file : files.toList()) {
                Files.copy(file, beside.resolve(file.getFileName()));
            }
        }
        return beside;
    }

    private void assertSameSizes(ModelFiles model) {
        UNetConfig found = model.unetConfig();
        UNetConfig expected = directory.unetConfig();
        assertThat(found.blockOutChannels()).isEqualTo(expected.blockOutChannels());
        assertThat(found.downAttention()).isEqualTo(expected.downAttention());
        assertThat(found.upAttention()).isEqualTo(expected.upAttention());
        assertThat(found.layersPerBlock()).isEqualTo(expected.layersPerBlock());
        assertThat(found.crossAttentionDim()).isEqualTo(expected.crossAttentionDim());
        assertThat(found.useLinearProjection()).isEqualTo(expected.useLinearProjection());
        assertThat(((KlAutoencoderConfig) model.vaeConfig()).blockOutChannels())
                .isEqualTo(((KlAutoencoderConfig) directory.vaeConfig()).blockOutChannels());
        assertThat(model.textConfig().parameters().keySet())
                .isEqualTo(directory.textConfig().parameters().keySet());
    }

    /** A model of the tiny one's parts with another U-Net, whose lowest level has no attention where projections are linear. */
    private Path randomModel(int levels, int layers, boolean linear) throws IOException {
        Path written = folder.resolve("directory");
        JsonObject configs = RandomModel.Preset.TINY.configs();
        JsonObject unet = configs.getAsJsonObject("unet");
        JsonArray channels = new JsonArray();
        JsonArray down = new JsonArray();
        JsonArray up = new JsonArray();
        for (int level = 0; level < levels; level++) {
            channels.add(8 + 16 * (level + 1));
            boolean last = level == levels - 1;
            down.add(last && linear ? "DownBlock2D" : "CrossAttnDownBlock2D");
            up.add(level == 0 && linear ? "UpBlock2D" : "CrossAttnUpBlock2D");
        }
        unet.add("block_out_channels", channels);
        unet.add("down_block_types", down);
        unet.add("up_block_types", up);
        unet.addProperty("layers_per_block", layers);
        unet.addProperty("use_linear_projection", linear);
        unet.addProperty("attention_head_dim", 8);
        unet.addProperty("norm_num_groups", 8);
        RandomModel.write(written, configs, 3, DType.BF16);
        return written;
    }

    /** The file's networks as folders again, under the names that diffusers knows. */
    private ModelDirectory writtenAsDirectory(ModelFiles model) throws IOException {
        Path back = folder.resolve("back");
        try (Stream<Path> parts = Files.walk(directory.root())) {
            for (Path part :
                    parts.filter(p -> !p.toString().endsWith(".safetensors")).toList()) {
                Files.copy(part, back.resolve(directory.root().relativize(part)));
            }
        }
        rewrite(back.resolve("unet/diffusion_pytorch_model.safetensors"), directory.unetWeights(), model.unetWeights());
        rewrite(back.resolve("vae/diffusion_pytorch_model.safetensors"), directory.vaeWeights(), model.vaeWeights());
        rewrite(back.resolve("text_encoder/model.safetensors"), directory.textWeights(), model.textWeights());
        return ModelDirectory.open(back);
    }

    private static void rewrite(Path file, WeightSource named, WeightSource source) throws IOException {
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        for (String name : named.names()) {
            TensorFile.Info info = source.find(name).orElseThrow();
            tensors.put(name, new TensorData(info.dtype(), info.shape(), () -> source.map(name)));
        }
        SafetensorsWriter.write(file, tensors, Map.of());
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
            TensorFile.Info info = expected.find(name).orElseThrow();
            assertThat(actual.require(name, info.shape()).dtype()).as(name).isEqualTo(info.dtype());
            assertThat(actual.map(name)).as(name).isEqualTo(expected.map(name));
        }
    }

    private Map<String, TensorData> ldmTensors() {
        LdmModuleTree tree = new LdmModuleTree(directory.unetConfig(), (KlAutoencoderConfig) directory.vaeConfig());
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        add(tensors, directory.unetWeights(), tree::unet);
        add(tensors, directory.vaeWeights(), tree::vae);
        add(tensors, directory.textWeights(), LdmModuleTree::text);
        return tensors;
    }

    private static void add(Map<String, TensorData> tensors, WeightSource source, UnaryOperator<String> ldmName) {
        for (String name : source.names()) {
            TensorFile.Info info = source.find(name).orElseThrow();
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
