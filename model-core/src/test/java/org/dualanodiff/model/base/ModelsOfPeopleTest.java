package org.dualanodiff.model.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dualanodiff.model.base.ModelVariants.LFS;
import static org.dualanodiff.model.base.ModelVariants.SCHEDULER;
import static org.dualanodiff.model.base.ModelVariants.TEXT;
import static org.dualanodiff.model.base.ModelVariants.TOKENIZER;
import static org.dualanodiff.model.base.ModelVariants.UNET;
import static org.dualanodiff.model.base.ModelVariants.UNET_CONFIG;
import static org.dualanodiff.model.base.ModelVariants.VAE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.dualanodiff.model.base.ModelVariants.Change;
import org.dualanodiff.model.checkpoint.DType;
import org.dualanodiff.model.checkpoint.TensorData;
import org.dualanodiff.model.checkpoint.TorchZipWriter;
import org.dualanodiff.model.torch.Compute;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Models as people have them: each loads. */
class ModelsOfPeopleTest {

    @TempDir
    private static Path shared;

    @TempDir
    private Path folder;

    @BeforeAll
    static void writeModels() throws IOException {
        for (DType type : List.of(DType.F32, DType.F16, DType.BF16)) {
            RandomModel.write(shared.resolve(type.name()), RandomModel.Preset.TINY, 1, type);
        }
    }

    private record Case(String name, DType type, Change change) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Case good(String name, Change change) {
        return new Case(name, DType.F32, change);
    }

    @ParameterizedTest
    @MethodSource({"types", "weightFiles", "configs", "tokenizers", "singleFiles", "hubCaches"})
    void model_thatPeopleHave_loads(Case model) throws IOException {
        ModelVariants variants = ModelVariants.linked(shared.resolve(model.type.name()), folder.resolve("model"));
        ModelFiles files = ModelFiles.open(variants.after(model.change));
        files.requireComplete();

        try (BaseModel base = BaseModel.load(files, Compute.CPU)) {
            assertThat(base.unet().attentions()).isNotEmpty();
            assertThat(base.tokenCount("a crack")).isPositive();
        }
    }

    @Test
    void fingerprint_ofALargeCheckpointNamedSafetensors_isMadeOfItsContent() throws IOException {
        ModelVariants model = ModelVariants.linked(shared.resolve("F32"), folder.resolve("model"));
        Map<String, TensorData> tensors = model.singleFile();
        tensors.put("model_ema", new TensorData(DType.F32, new long[] {17 << 20}, () -> ByteBuffer.allocate(68 << 20)));
        Path file = model.root().resolve("model.safetensors");
        TorchZipWriter.write(file, tensors);

        assertThat(ModelFiles.open(file).fingerprint()).hasSize(64);
    }

    static Stream<Case> types() {
        return Stream.of(DType.values())
                .filter(type -> type == DType.F32 || type == DType.F16 || type == DType.BF16)
                .map(type -> new Case("weights of " + type, type, model -> model));
    }

    static Stream<Case> weightFiles() {
        return Stream.of(
                good(
                        "fp16 variant",
                        m -> m.move(UNET, variant(UNET, ".fp16"))
                                .move(VAE, variant(VAE, ".fp16"))
                                .move(TEXT, variant(TEXT, ".fp16"))),
                good("bf16 variant of the U-Net", m -> m.move(UNET, variant(UNET, ".bf16"))),
                good("non-EMA weights alone", m -> m.move(UNET, variant(UNET, ".non_ema"))),
                good("shards", m -> m.sharded(UNET, "diffusion_pytorch_model.safetensors.index.json", ".safetensors")),
                good(
                        "shards of fp16",
                        m -> m.sharded(UNET, "diffusion_pytorch_model.fp16.safetensors.index.json", ".safetensors")),
                good(
                        "shards of today's variant name",
                        m -> m.sharded(UNET, "diffusion_pytorch_model.safetensors.index.fp16.json", ".safetensors")),
                good(
                        "shards of the text encoder",
                        m -> m.sharded(TEXT, "model.safetensors.index.json", ".safetensors")),
                good("pickled shards", m -> m.sharded(TEXT, "pytorch_model.bin.index.json", ".bin")),
                good("bin of the U-Net", m -> m.pickled(UNET, "unet/diffusion_pytorch_model.bin")),
                good(
                        "bin files only",
                        m -> m.pickled(UNET, "unet/diffusion_pytorch_model.bin")
                                .pickled(VAE, "vae/diffusion_pytorch_model.bin")
                                .pickled(TEXT, "text_encoder/pytorch_model.bin")),
                good("bin of fp16", m -> m.pickled(VAE, "vae/diffusion_pytorch_model.fp16.bin")),
                good("broken bin beside safetensors", m -> m.write("unet/diffusion_pytorch_model.bin", LFS)),
                good("safetensors named bin", m -> m.move(VAE, "vae/diffusion_pytorch_model.bin")),
                good(
                        "zip named safetensors",
                        m -> m.pickled(VAE, "vae/other.bin").move("vae/other.bin", VAE)),
                good("links into a cache", m -> m.linked(UNET)),
                good("text encoder without its prefix", m -> m.renamed(TEXT, name -> name.replace("text_model.", ""))),
                good("position ids", m -> m.tensor(TEXT, "text_model.embeddings.position_ids", DType.I64, 1, 77)),
                good(
                        "the autoencoder's names of 2022",
                        m -> m.renamed(
                                VAE,
                                name -> name.replace("to_q", "query")
                                        .replace("to_k", "key")
                                        .replace("to_v", "value")
                                        .replace("to_out.0", "proj_attn"))),
                good("a tensor too many", m -> m.tensor(UNET, "extra.weight", DType.F32, 3)));
    }

    private static String variant(String file, String variant) {
        return file.replace(".safetensors", variant + ".safetensors");
    }

    static Stream<Case> configs() {
        return Stream.of(
                good(
                        "diffusers 0.6: half the size",
                        m -> m.json(UNET_CONFIG, "_diffusers_version", "\"0.6.0\"", "sample_size", "32")),
                good("clip_sample", m -> m.json(SCHEDULER, "clip_sample", "true")),
                good("steps_offset 0", m -> m.json(SCHEDULER, "steps_offset", "0")),
                good("no steps_offset", m -> m.json(SCHEDULER, "steps_offset", null)),
                good("DDIM", m -> m.json(SCHEDULER, "_class_name", "\"DDIMScheduler\"")),
                good(
                        "DPM-Solver of 2024",
                        m -> m.json(
                                SCHEDULER,
                                "_class_name",
                                "\"DPMSolverMultistepScheduler\"",
                                "algorithm_type",
                                "\"dpmsolver++\"",
                                "final_sigmas_type",
                                "\"zero\"")),
                good("v-prediction", m -> m.json(SCHEDULER, "prediction_type", "\"v_prediction\"")),
                good(
                        "keys of 2026",
                        m -> m.json(UNET_CONFIG, "_diffusers_version", "\"0.40.0.dev0\"", "unknown", "null")
                                .json(
                                        "vae/config.json",
                                        "force_upcast",
                                        "true",
                                        "latents_mean",
                                        "null",
                                        "shift_factor",
                                        "null")
                                .json("text_encoder/config.json", "dtype", "\"float16\"", "attention_dropout", "0.0")),
                good("heads as a list", m -> m.json(UNET_CONFIG, "attention_head_dim", "[4, 4, 4]")),
                good("no model_type, as in 2022", m -> m.json("text_encoder/config.json", "model_type", null)),
                good("no scaling_factor, as in 2022", m -> m.json("vae/config.json", "scaling_factor", null)),
                good(
                        "a safety checker",
                        m -> m.json("model_index.json", "safety_checker", "[\"x\", \"y\"]")
                                .write("safety_checker/config.json", LFS)));
    }

    static Stream<Case> tokenizers() {
        return Stream.of(
                good(
                        "absurd model_max_length",
                        m -> m.json(TOKENIZER, "model_max_length", "1000000000000000019884624838656")),
                good("no model_max_length", m -> m.json(TOKENIZER, "model_max_length", null)),
                good(
                        "tokens as objects",
                        m -> m.json(
                                TOKENIZER,
                                "pad_token",
                                "{\"__type\": \"AddedToken\", \"content\": \"<|endoftext|>\"}")),
                good("no special_tokens_map", m -> m.delete("tokenizer/special_tokens_map.json")),
                good("merges without a version", m -> m.write("tokenizer/merges.txt", "\n")));
    }

    static Stream<Case> singleFiles() {
        return Stream.of(
                good("single file", m -> m.single("v1-5.safetensors", m.singleFile())),
                good("safetensors named ckpt", m -> m.single("model.ckpt", m.singleFile())),
                good("ckpt of torch.save", m -> {
                    TorchZipWriter.write(m.root().resolve("model.ckpt"), m.singleFile());
                    return m.root().resolve("model.ckpt");
                }),
                good("ckpt named safetensors", m -> {
                    TorchZipWriter.write(m.root().resolve("model.safetensors"), m.singleFile());
                    return m.root().resolve("model.safetensors");
                }),
                good("ckpt of Lightning", m -> {
                    ModelVariants.lightning(m.root().resolve("sd-v1-4.ckpt"), m.singleFile());
                    return m.root().resolve("sd-v1-4.ckpt");
                }),
                good(
                        "single file without text_model",
                        m -> m.single(
                                "model.safetensors",
                                ModelVariants.renamed(m.singleFile(), "transformer.text_model.", "transformer."))),
                good("single file with EMA weights beside", m -> {
                    Map<String, TensorData> tensors = m.singleFile();
                    tensors.put("model_ema.decay", tensors.values().iterator().next());
                    return m.single("model.safetensors", tensors);
                }));
    }

    static Stream<Case> hubCaches() {
        return Stream.of(
                good("hub cache", m -> m.hub("main")),
                good("hub cache of one version, of another branch", m -> m.hub("fp16")),
                good("version in a hub cache", m -> m.hub("main").resolve("snapshots/abc123")),
                good("hub cache of several versions, with its main", m -> {
                    Path root = m.hub("main");
                    Files.createDirectories(root.resolve("snapshots/aaa000"));
                    return root;
                }));
    }
}
