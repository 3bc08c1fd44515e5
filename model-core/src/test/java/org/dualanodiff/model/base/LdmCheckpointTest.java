package org.dualanodiff.model.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.dualanodiff.model.checkpoint.CheckpointException;
import org.dualanodiff.model.checkpoint.SafetensorsWriter;
import org.dualanodiff.model.checkpoint.TensorData;
import org.dualanodiff.model.checkpoint.TensorFile;
import org.dualanodiff.model.checkpoint.WeightSource;
import org.dualanodiff.model.torch.Compute;
import org.dualanodiff.model.vae.KlAutoencoderConfig;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LdmCheckpointTest {

    /** Stable Diffusion 1.5: two layers a block, no attention in the first up block, four levels in the autoencoder. */
    private static final LdmCheckpoint.Names SD15 = new LdmCheckpoint.Names(2, up -> up > 0, 4);

    @TempDir
    private Path folder;

    private ModelDirectory directory;

    @BeforeEach
    void writeModel() throws IOException {
        RandomModel.write(folder.resolve("model"), RandomModel.Preset.TINY, 5);
        directory = ModelDirectory.open(folder.resolve("model"));
    }

    @ParameterizedTest
    @CsvSource({
        "time_embedding.linear_2.bias, time_embed.2.bias",
        "conv_in.weight, input_blocks.0.0.weight",
        "down_blocks.0.resnets.0.norm1.weight, input_blocks.1.0.in_layers.0.weight",
        "down_blocks.0.attentions.1.proj_in.weight, input_blocks.2.1.proj_in.weight",
        "down_blocks.0.downsamplers.0.conv.weight, input_blocks.3.0.op.weight",
        "down_blocks.1.resnets.0.conv_shortcut.bias, input_blocks.4.0.skip_connection.bias",
        "down_blocks.3.resnets.1.time_emb_proj.weight, input_blocks.11.0.emb_layers.1.weight",
        "mid_block.resnets.0.conv1.weight, middle_block.0.in_layers.2.weight",
        "mid_block.attentions.0.transformer_blocks.0.ff.net.0.proj.bias, middle_block.1.transformer_blocks.0.ff.net.0.proj.bias",
        "mid_block.resnets.1.conv2.weight, middle_block.2.out_layers.3.weight",
        "up_blocks.0.resnets.2.norm2.bias, output_blocks.2.0.out_layers.0.bias",
        "up_blocks.0.upsamplers.0.conv.weight, output_blocks.2.1.conv.weight",
        "up_blocks.1.upsamplers.0.conv.weight, output_blocks.5.2.conv.weight",
        "up_blocks.3.attentions.2.transformer_blocks.0.attn2.to_k.weight, output_blocks.11.1.transformer_blocks.0.attn2.to_k.weight",
        "conv_norm_out.weight, out.0.weight",
        "conv_out.bias, out.2.bias"
    })
    void unetName_inDiffusers_isThePublishedFilesName(String diffusers, String published) {
        assertThat(SD15.unet(diffusers)).isEqualTo("model.diffusion_model." + published);
    }

    @ParameterizedTest
    @CsvSource({
        "encoder.conv_in.weight, encoder.conv_in.weight",
        "encoder.down_blocks.1.resnets.0.conv_shortcut.weight, encoder.down.1.block.0.nin_shortcut.weight",
        "encoder.down_blocks.0.downsamplers.0.conv.bias, encoder.down.0.downsample.conv.bias",
        "encoder.mid_block.attentions.0.to_q.weight, encoder.mid.attn_1.q.weight",
        "encoder.mid_block.attentions.0.to_out.0.bias, encoder.mid.attn_1.proj_out.bias",
        "encoder.mid_block.attentions.0.group_norm.weight, encoder.mid.attn_1.norm.weight",
        "encoder.mid_block.resnets.1.conv1.weight, encoder.mid.block_2.conv1.weight",
        "decoder.up_blocks.0.resnets.0.norm1.weight, decoder.up.3.block.0.norm1.weight",
        "decoder.up_blocks.2.resnets.0.conv_shortcut.weight, decoder.up.1.block.0.nin_shortcut.weight",
        "decoder.up_blocks.2.upsamplers.0.conv.weight, decoder.up.1.upsample.conv.weight",
        "decoder.conv_norm_out.bias, decoder.norm_out.bias",
        "post_quant_conv.weight, post_quant_conv.weight"
    })
    void vaeName_inDiffusers_isThePublishedFilesName(String diffusers, String published) {
        assertThat(SD15.vae(diffusers)).isEqualTo("first_stage_model." + published);
    }

    @Test
    void checkpoint_inOneFile_holdsTheTensorsAndSizesOfTheDirectory() throws IOException {
        ModelFiles ldm = ModelFiles.open(singleFile());
        assertThat(ldm).isInstanceOf(LdmCheckpoint.class);
        assertThat(ldm.unetConfig().blockOutChannels())
                .isEqualTo(directory.unetConfig().blockOutChannels());
        assertThat(ldm.unetConfig().downAttention())
                .isEqualTo(directory.unetConfig().downAttention());
        assertThat(ldm.unetConfig().crossAttentionDim())
                .isEqualTo(directory.unetConfig().crossAttentionDim());
        assertThat(((KlAutoencoderConfig) ldm.vaeConfig()).blockOutChannels())
                .isEqualTo(((KlAutoencoderConfig) directory.vaeConfig()).blockOutChannels());
        assertSameTensors(directory.unetWeights(), ldm.unetWeights());
        assertSameTensors(directory.vaeWeights(), ldm.vaeWeights());
        assertSameTensors(directory.textWeights(), ldm.textWeights());
        assertThat(ldm.fingerprint()).hasSize(64).isNotEqualTo(directory.fingerprint());
    }

    @Test
    void checkpoint_inOneFile_loadsAsABaseModel() throws IOException {
        try (BaseModel base = BaseModel.load(ModelFiles.open(singleFile()), Compute.CPU)) {
            assertThat(base.unet().attentions()).isNotEmpty();
        }
    }

    @Test
    void checkpoint_withoutTokenizerBesideIt_saysWhatToPutWhere() throws IOException {
        Path file = Files.createDirectory(folder.resolve("alone")).resolve("model.safetensors");
        Files.copy(singleFile(), file);
        assertThatThrownBy(() -> ModelFiles.open(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("vocab.json and merges.txt")
                .hasMessageContaining(file.resolveSibling("tokenizer").toString());
    }

    @Test
    void file_thatIsNoCheckpoint_isRefusedWithWhatIsMissing() {
        Path unet = directory.root().resolve("unet/diffusion_pytorch_model.safetensors");
        assertThatThrownBy(() -> ModelFiles.open(unet))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("model.diffusion_model.input_blocks.0.0.weight");
    }

    private static void assertSameTensors(WeightSource expected, WeightSource actual) {
        for (String name : expected.names()) {
            if (!name.endsWith("position_ids")) {
                actual.require(name, expected.find(name).orElseThrow().shape());
                assertThat(actual.map(name)).as(name).isEqualTo(expected.map(name));
            }
        }
    }

    /** The model of the directory under the names, and with the shapes, of the LDM code. */
    private Path singleFile() throws IOException {
        Path folderOfFile = Files.createDirectories(folder.resolve("single"));
        Path file = folderOfFile.resolve("model.safetensors");
        if (Files.exists(file)) {
            return file;
        }
        LdmCheckpoint.Names names = new LdmCheckpoint.Names(
                directory.unetConfig().layersPerBlock().get(0),
                directory.unetConfig().upAttention()::get,
                ((KlAutoencoderConfig) directory.vaeConfig()).blockOutChannels().size());
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        add(tensors, directory.unetWeights(), names::unet);
        add(tensors, directory.vaeWeights(), names::vae);
        add(tensors, directory.textWeights(), names::text);
        SafetensorsWriter.write(file, tensors, Map.of());
        Path tokenizer = Files.createDirectory(folderOfFile.resolve("tokenizer"));
        for (String part :
                new String[] {"vocab.json", "merges.txt", "tokenizer_config.json", "special_tokens_map.json"}) {
            if (Files.exists(directory.tokenizer().resolve(part))) {
                Files.copy(directory.tokenizer().resolve(part), tokenizer.resolve(part));
            }
        }
        return file;
    }

    private static void add(Map<String, TensorData> tensors, WeightSource source, UnaryOperator<String> toLdm) {
        for (String name : source.names()) {
            TensorFile.Info info = source.find(name).orElseThrow();
            long[] shape = info.shape();
            if (name.contains("mid_block.attentions.") && shape.length == 2 && !name.contains("transformer_blocks")) {
                shape = new long[] {shape[0], shape[1], 1, 1};
            }
            tensors.put(toLdm.apply(name), new TensorData(info.dtype(), shape, source.map(name)));
        }
    }
}
