package org.dualanodiff.model.base;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
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
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dualanodiff.model.base.ModelVariants.Change;
import org.dualanodiff.model.checkpoint.CheckpointException;
import org.dualanodiff.model.checkpoint.DType;
import org.dualanodiff.model.checkpoint.TensorData;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Models that cannot work: each is refused before a weight is read, with file, fault and what to do. */
class RefusedModelsTest {
    private static final String HTML =
            "<!DOCTYPE html>\n<html class=\"\"><head><title>Hugging Face</title></head></html>";
    private static final String ERROR = "{\"error\":\"Access to model a/b is restricted\"}";
    private static final String NOTHING = "Entry not found";

    @TempDir
    private static Path shared;

    @TempDir
    private Path folder;

    @BeforeAll
    static void writeModel() throws IOException {
        RandomModel.write(shared, RandomModel.Preset.TINY, 1);
    }

    private record Case(String name, Change change, List<String> words) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Case bad(String name, Change change, String... words) {
        return new Case(name, change, List.of(words));
    }

    @ParameterizedTest
    @MethodSource({"downloads", "otherModels", "places", "misfits", "brokenSingleFiles"})
    void model_thatCannotWork_isRefusedWithFileFaultAndRemedy(Case model) throws IOException {
        Path path = ModelVariants.linked(shared, folder.resolve("model")).after(model.change);

        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> ModelFiles.open(path).requireComplete())
                .withMessageContaining(folder.toString())
                .withMessageContainingAll(model.words.toArray(String[]::new));
    }

    static Stream<Case> downloads() {
        return Stream.of(
                bad("LFS pointer as weights", m -> m.write(UNET, LFS), UNET, "492265168 bytes", "git lfs pull"),
                bad(
                        "LFS pointers everywhere",
                        m -> m.write(UNET, LFS).write(VAE, LFS).write(TEXT, LFS),
                        UNET,
                        VAE,
                        TEXT),
                bad(
                        "LFS pointer as bin",
                        m -> m.delete(UNET).write("unet/diffusion_pytorch_model.bin", LFS),
                        "git lfs pull"),
                bad("LFS pointer as config", m -> m.write(UNET_CONFIG, LFS), UNET_CONFIG, "git lfs pull"),
                bad("LFS pointer as index", m -> m.write("model_index.json", LFS), "model_index.json", "git lfs pull"),
                bad(
                        "LFS pointer as vocabulary",
                        m -> m.write("tokenizer/vocab.json", LFS),
                        "vocab.json",
                        "git lfs pull"),
                bad("LFS pointer as merges", m -> m.write("tokenizer/merges.txt", LFS), "merges.txt", "git lfs pull"),
                bad("web page as weights", m -> m.write(VAE, HTML), VAE, "is a web page", "download failed"),
                bad("web page as config", m -> m.write("vae/config.json", HTML), "vae/config.json", "is a web page"),
                bad(
                        "web page as vocabulary",
                        m -> m.write("tokenizer/vocab.json", HTML),
                        "vocab.json",
                        "is a web page"),
                bad("web page as merges", m -> m.write("tokenizer/merges.txt", HTML), "merges.txt", "is a web page"),
                bad("JSON error as weights", m -> m.write(TEXT, ERROR), TEXT, "is JSON, not weights", "is restricted"),
                bad(
                        "JSON error as config",
                        m -> m.write(UNET_CONFIG, ERROR),
                        UNET_CONFIG,
                        "server's error",
                        "restricted"),
                bad(
                        "JSON error as vocabulary",
                        m -> m.write("tokenizer/vocab.json", ERROR),
                        "vocab.json",
                        "restricted"),
                bad("Entry not found as weights", m -> m.write(UNET, NOTHING), UNET, NOTHING, "fetch the file again"),
                bad("Entry not found as config", m -> m.write(SCHEDULER, NOTHING), SCHEDULER, NOTHING),
                bad("Entry not found as merges", m -> m.write("tokenizer/merges.txt", NOTHING), "tokenizer", NOTHING),
                bad(
                        "Invalid password as bin",
                        m -> m.delete(UNET).write("unet/diffusion_pytorch_model.bin", "Invalid username or password."),
                        "Invalid username"),
                bad(
                        "XML error",
                        m -> m.write(UNET, "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>"),
                        "AccessDenied"),
                bad("empty weights", m -> m.write(UNET, ""), UNET, "is empty", "fetch the file again"),
                bad("empty config", m -> m.write(UNET_CONFIG, ""), UNET_CONFIG, "is empty"),
                bad("weights cut off", m -> m.cut(UNET, 0.5), UNET, "truncated"),
                bad("weights cut in the header", m -> m.cut(UNET, 0.0005), UNET, "truncated"),
                bad(
                        "bin cut off",
                        m -> m.pickled(UNET, "unet/diffusion_pytorch_model.bin")
                                .cut("unet/diffusion_pytorch_model.bin", 0.9),
                        "bin",
                        "truncated"),
                bad("vocabulary cut off", m -> m.cut("tokenizer/vocab.json", 0.5), "vocab.json", "cut off"),
                bad("config cut off", m -> m.cut(UNET_CONFIG, 0.5), UNET_CONFIG, "cut off", "fetch the file again"),
                bad(
                        "index of shards cut off",
                        m -> m.sharded(UNET, "diffusion_pytorch_model.safetensors.index.json", ".safetensors")
                                .cut("unet/diffusion_pytorch_model.safetensors.index.json", 0.5),
                        "safetensors.index.json",
                        "cut off"),
                bad(
                        "merges cut off at the end of a line",
                        m -> m.json("tokenizer/vocab.json", words(100))
                                .write("tokenizer/merges.txt", "#version: 0.2\na a\na b\n"),
                        "merges.txt",
                        "98 of the vocabulary's",
                        "cut off: fetch the file again"),
                bad("zeros only", m -> m.write(UNET, new byte[5000]), UNET, "zeros", "broken off"),
                bad("gzip", m -> m.write(UNET, "\u001f\u008b\u0008\0abcdefgh"), UNET, "gzip", "unpack"),
                bad(
                        "git-annex pointer",
                        m -> m.write(UNET, "/annex/objects/SHA256E-s3438--ab.bin\n"),
                        "git annex get"));
    }

    /** Words of two letters that take the ids of nothing else, as keys and values of a vocabulary. */
    private static String[] words(int count) {
        return IntStream.range(0, count)
                .boxed()
                .flatMap(i -> Stream.of("" + (char) ('a' + i / 26) + (char) ('a' + i % 26), "" + i))
                .toArray(String[]::new);
    }

    static Stream<Case> otherModels() {
        return Stream.of(
                bad(
                        "inpainting",
                        m -> m.json(UNET_CONFIG, "in_channels", "9")
                                .tensor(UNET, "conv_in.weight", DType.F32, 32, 9, 3, 3),
                        "in_channels 9",
                        "an inpainting model"),
                bad(
                        "InstructPix2Pix",
                        m -> m.json(UNET_CONFIG, "in_channels", "8")
                                .tensor(UNET, "conv_in.weight", DType.F32, 32, 8, 3, 3),
                        "in_channels 8",
                        "an image-editing model"),
                bad(
                        "depth",
                        m -> m.json(UNET_CONFIG, "in_channels", "5")
                                .tensor(UNET, "conv_in.weight", DType.F32, 32, 5, 3, 3),
                        "in_channels 5",
                        "a depth model"),
                bad(
                        "SDXL",
                        m -> m.json("model_index.json", "text_encoder_2", "[\"transformers\", \"x\"]"),
                        "Stable Diffusion 1.x",
                        "text_encoder_2"),
                bad(
                        "SD 3",
                        m -> m.write(
                                        "model_index.json",
                                        "{\"_class_name\": \"StableDiffusion3Pipeline\", \"transformer\": []}")
                                .delete(UNET),
                        "StableDiffusion3Pipeline",
                        "transformer"),
                bad(
                        "another U-Net",
                        m -> m.json(UNET_CONFIG, "_class_name", "\"UNet3DConditionModel\""),
                        UNET_CONFIG,
                        "_class_name"),
                bad(
                        "SDXL's U-Net",
                        m -> m.json(UNET_CONFIG, "addition_embed_type", "\"text_time\""),
                        "addition_embed_type"),
                bad("thresholding", m -> m.json(SCHEDULER, "thresholding", "true"), SCHEDULER, "thresholding"),
                bad(
                        "quantized weights",
                        m -> m.tensor(UNET, "conv_in.weight", DType.I8, 32, 4, 3, 3),
                        "conv_in.weight",
                        "found I8"),
                bad(
                        "TensorFlow's weights",
                        m -> m.delete(TEXT).write("text_encoder/tf_model.h5", "x"),
                        "tf_model.h5",
                        "convert"),
                bad(
                        "Flax's weights",
                        m -> m.delete(UNET).write("unet/diffusion_flax_model.msgpack", "x"),
                        "msgpack",
                        "convert"),
                bad(
                        "a whole module",
                        m -> m.delete(UNET)
                                .write(
                                        "unet/diffusion_pytorch_model.bin",
                                        ModelVariants.zipped(
                                                "\u0080\u0002cdiffusers\nUNet2DConditionModel\n)\u0081}b.")),
                        "diffusers UNet2DConditionModel",
                        "save its tensors alone"),
                bad(
                        "a hostile pickle",
                        m -> m.delete(UNET)
                                .write(
                                        "unet/diffusion_pytorch_model.bin",
                                        ModelVariants.zipped("\u0080\u0002cos\nsystem\n(X\u0002\0\0\0lstR.")),
                        "os system",
                        "nothing is executed"),
                bad(
                        "a pickle of before PyTorch 1.6",
                        m -> m.delete(UNET)
                                .write(
                                        "unet/diffusion_pytorch_model.bin",
                                        "\u0080\u0002\u008a\nl\u00fc\u009cF\u00f9 j\u00a8P\u0019."),
                        "PyTorch 1.6",
                        "save it again"));
    }

    static Stream<Case> places() {
        return Stream.of(
                bad("no such folder", m -> m.root().resolve("none"), "none", "does not exist"),
                bad("folder above", m -> m.root().getParent(), "give", "/model"),
                bad("folder of a part", m -> m.root().resolve("unet"), "is a part of a model: give"),
                bad(
                        "hub cache of several versions",
                        m -> {
                            Path root = m.hub("fp16");
                            Files.createDirectories(root.resolve("snapshots/def456"));
                            return root;
                        },
                        "Hugging Face cache",
                        "give one of them",
                        "/snapshots/abc123"),
                bad(
                        "hub cache without a version",
                        m -> {
                            Path root = m.hub("main");
                            Files.move(root.resolve("snapshots/abc123"), m.root());
                            return root;
                        },
                        "Hugging Face cache",
                        "download the model again"),
                bad(
                        "hub cache whose download was broken off",
                        m -> {
                            Path root = m.hub("main");
                            Files.delete(root.resolve("snapshots/abc123").resolve(UNET));
                            return root;
                        },
                        "/snapshots/abc123",
                        UNET + " (missing)"),
                bad(
                        "hub cache copied without its blobs",
                        m -> {
                            Path root = m.hub("main");
                            Files.move(root.resolve("blobs"), m.root());
                            return root;
                        },
                        UNET,
                        "is a link to ../../../blobs/",
                        "cp -rL"),
                bad(
                        "folder of single files",
                        m -> m.write("files/v1-5.safetensors", "x").root().resolve("files"),
                        "single-file checkpoints",
                        "v1-5.safetensors"),
                bad("no autoencoder", m -> m.move("vae", "elsewhere"), "vae/config.json (missing)"),
                bad(
                        "no scheduler and no vocabulary",
                        m -> m.delete(SCHEDULER, "tokenizer/vocab.json"),
                        SCHEDULER,
                        "vocab.json"),
                bad(
                        "link without its file",
                        m -> {
                            m.delete(UNET);
                            Files.createSymbolicLink(m.root().resolve(UNET), Path.of("../../blobs/ab"));
                            return m;
                        },
                        UNET,
                        "is a link to ../../blobs/ab",
                        "copy the files"),
                bad(
                        "a shard missing",
                        m -> m.sharded(UNET, "diffusion_pytorch_model.safetensors.index.json", ".safetensors")
                                .delete("unet/part-2.safetensors"),
                        "part-2.safetensors",
                        "does not exist"),
                bad(
                        "a shard as LFS pointer",
                        m -> m.sharded(UNET, "diffusion_pytorch_model.safetensors.index.json", ".safetensors")
                                .write("unet/part-2.safetensors", LFS),
                        "part-2.safetensors",
                        "git lfs pull"));
    }

    static Stream<Case> misfits() {
        return Stream.of(
                bad(
                        "tensor of another shape",
                        m -> m.tensor(VAE, "quant_conv.bias", DType.F32, 3),
                        VAE,
                        "expected shape [8]"),
                bad("tensor missing", m -> m.withoutTensor(UNET, "conv_out.bias"), UNET, "conv_out.bias is missing"),
                bad(
                        "text encoder of another width",
                        m -> m.json(UNET_CONFIG, "cross_attention_dim", "48"),
                        "cross_attention_dim 48",
                        "hidden_size 64"),
                bad(
                        "vocabulary of another model",
                        m -> m.json("tokenizer/vocab.json", "beyond", "600"),
                        "token 600",
                        "vocab_size 514"),
                bad(
                        "merges of another vocabulary",
                        m -> m.write("tokenizer/merges.txt", "#version: 0.2\nth e\n"),
                        "merge \"th e\""),
                bad(
                        "special token nobody knows",
                        m -> m.json("tokenizer/special_tokens_map.json", "pad_token", "\"<pad>\""),
                        "<pad>"),
                bad(
                        "prompts longer than the text encoder",
                        m -> m.json(TOKENIZER, "model_max_length", "512"),
                        "512",
                        "77"),
                bad(
                        "model_max_length that is none",
                        m -> m.json(TOKENIZER, "model_max_length", "\"long\""),
                        "model_max_length"),
                bad(
                        "vocabulary that is a list",
                        m -> m.write("tokenizer/vocab.json", "[1, 2]"),
                        "vocab.json",
                        "JSON object"),
                bad(
                        "tokenizer.json of another kind",
                        m -> m.write("tokenizer/tokenizer.json", "{\"model\": {\"vocab\": []}}"),
                        "tokenizer.json",
                        "BPE"),
                bad(
                        "several at once",
                        m -> m.write(VAE, LFS)
                                .json(UNET_CONFIG, "in_channels", "9")
                                .write(SCHEDULER, HTML),
                        VAE,
                        "in_channels 9",
                        SCHEDULER));
    }

    static Stream<Case> brokenSingleFiles() {
        return Stream.of(
                bad(
                        "LFS pointer as single file",
                        m -> m.write("a.safetensors", LFS).root().resolve("a.safetensors"),
                        "git lfs pull"),
                bad("web page as ckpt", m -> m.write("a.ckpt", HTML).root().resolve("a.ckpt"), "is a web page"),
                bad(
                        "Entry not found as ckpt",
                        m -> m.write("a.ckpt", NOTHING).root().resolve("a.ckpt"),
                        NOTHING),
                bad(
                        "a LoRA",
                        m -> m.single("lora.safetensors", m.tensors(VAE)),
                        "not a single-file",
                        "model.diffusion_model.input_blocks.0.0.weight"),
                bad(
                        "SDXL as single file",
                        m -> m.single(
                                "xl.safetensors",
                                ModelVariants.renamed(m.singleFile(), "cond_stage_model", "conditioner")),
                        "Stable Diffusion 1.x"),
                bad(
                        "Stable Diffusion 2.x as single file",
                        m -> m.single(
                                "v2-1_768-ema-pruned.safetensors",
                                ModelVariants.renamed(
                                        m.singleFile(),
                                        "cond_stage_model.transformer.text_model.embeddings",
                                        "cond_stage_model.model")),
                        "2.x",
                        "from_single_file",
                        "save_pretrained"),
                bad(
                        "no tokenizer beside",
                        m -> {
                            Path file = m.single("model.safetensors", m.singleFile());
                            m.move("tokenizer", "elsewhere");
                            return file;
                        },
                        "vocab.json and merges.txt"),
                bad(
                        "single file cut off",
                        m -> {
                            Path file = m.single("model.safetensors", m.singleFile());
                            m.cut("model.safetensors", 0.7);
                            return file;
                        },
                        "truncated"),
                bad(
                        "inpainting as single file",
                        m -> {
                            Map<String, TensorData> tensors = m.singleFile();
                            tensors.put(
                                    "model.diffusion_model.input_blocks.0.0.weight",
                                    new TensorData(
                                            DType.F32,
                                            new long[] {32, 9, 3, 3},
                                            () -> ByteBuffer.allocate(32 * 81 * 4)));
                            return m.single("model.safetensors", tensors);
                        },
                        "in_channels 9",
                        "an inpainting model"));
    }
}
