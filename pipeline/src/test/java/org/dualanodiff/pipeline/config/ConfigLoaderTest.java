package org.dualanodiff.pipeline.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dualanodiff.model.image.Flip;
import org.dualanodiff.model.image.PartGround;
import org.dualanodiff.model.mask.MaskCleanup;
import org.dualanodiff.model.sampling.SamplingConfig;
import org.dualanodiff.model.sampling.SamplingConfig.Guidance;
import org.dualanodiff.model.sampling.SamplingConfig.GuidanceInterval;
import org.dualanodiff.model.training.AdamW;
import org.dualanodiff.pipeline.config.PipelineConfig.BackgroundConfig;
import org.dualanodiff.pipeline.config.PipelineConfig.ComputeConfig;
import org.dualanodiff.pipeline.config.PipelineConfig.Limit;
import org.dualanodiff.pipeline.config.PipelineConfig.LogConfig;
import org.dualanodiff.pipeline.config.PipelineConfig.MaskConfig;
import org.dualanodiff.pipeline.config.PipelineConfig.PromptConfig;
import org.dualanodiff.pipeline.config.PipelineConfig.QualityConfig;
import org.dualanodiff.pipeline.config.PipelineConfig.RunConfig;
import org.dualanodiff.pipeline.store.RunLease.LeaseTerms;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

class ConfigLoaderTest {
    private static final String FULL = """
            base-model = "s3a://models/stable-diffusion-v1-5"
            dataset {
              root = "hdfs://name:8020/mvtec"
              categories = [bottle, "metal nut", 007]
              defects = [crack]
              split = list
              split-files = "data/splits.json"
              format = mvtec
              mask-level = 1, bit-depth = 12, allow-outside = true
              crop = whole, crop-margin = 1, crop-jitter = 0.25, crops-per-image = 8
            }
            resolution = 512
            prompt { global = "a photo with a scratch", anomaly = scratch, negative = blurry }
            training {
              init = warm
              steps = 6000
              batch-size = 2
              micro-batch-size = 1
              recompute = true
              learning-rate = 1e-4
              schedule = cosine
              defect-weight = auto
              part-ground = "#5353ac"
              weight-decay = 0
              max-gradient-norm = 0.5
              rank = 16
              flips { horizontal = false, vertical = off }
              checkpoint-every = 250
              checkpoint-minutes = 7
              log-every = 5
              preview-every = 40
            }
            background { mode = auto, on = [nut], off = [cloth], object-masks = masks, scaled-latent = true }
            generation {
              background = anchored
              place = object
              place-spread = 0.25
              strength = 0.75
              anchor-from = 0.5
              anchor-until = 0.25
              anchor-detail = true
              samples-per-defect = 1000, seed = -12
              sampler = "dpm-solver++"
              karras-sigmas = true
              final-sigma-zero = yes
              steps = 50
              guidance = interaction
              guidance-scale = 2
              guidance-interval = [0.1, 0.75]
              deep-cache-interval = 3
              batch-size = 8
              pairs-per-task = 32
            }
            mask { method = saliency, threshold = 0.6, saliency-model = u2net.pt, saliency-size = 256, low = 0.15, high = 0.3, opening-radius = 1, closing-radius = 2, min-area = 9, min-share = 0.2, max-hole-area = 5, min-change = 6.5, refine-radius = 3, refine-epsilon = 0.01 }
            quality { enabled = false, max-attempts = 2.5, keep-rejected-pixels = no, copy-overlap = 0.4, earlier-dataset = nights, earlier-runs = 3, min-mask-ratio = off, max-components = 3 }
            store = "s3a://factory/store"
            run { id = nightly-2024.01, file-megabytes = 64, compact = true, lineage = factory, lease { expire-seconds = 30, wait-seconds = 600 } }
            seed = -9223372036854775808
            compute { device = "cuda:1", precision = bf16, threads = 4, training-precision = fp32, generation-precision = fp16 }
            evaluate {
              arms = [real, "real+generated@anchored", real], seeds = 5, size = 256, channels = 3, width = 8
              batch-size = 8, learning-rate = 1e-4, pairs-per-defect = 50, classifier-steps = 30, twins = "twins.json"
              allowed-loss = 0.02, steps = 100
              networks { features = f.pt, classes = c.pt, distances = d.pt, size = 64 }
            }
            log { format = json, file = "night.log" }
            spark {
              master = "local[4]"
              conf { spark.executor.memory = 8g, "spark.speculation" = true, "spark.speculation.interval" = 100 }
            }
            """;

    private static final PipelineConfig FULL_MAPPED = new PipelineConfig(
            "s3a://models/stable-diffusion-v1-5",
            new DatasetConfig(
                    "hdfs://name:8020/mvtec",
                    List.of("bottle", "metal nut", "007"),
                    List.of("crack"),
                    "list",
                    "data/splits.json",
                    "mvtec",
                    1,
                    12,
                    true,
                    new DatasetConfig.Crop("whole", 1, 0.25, 8)),
            512,
            new PromptConfig("a photo with a scratch", "scratch", "blurry"),
            new AdapterTrainingConfig(
                    "warm",
                    6000,
                    2,
                    1,
                    true,
                    AdamW.Settings.released(1e-4, 0, 0.5),
                    "cosine",
                    Limit.AUTO,
                    PartGround.parse("#5353ac"),
                    16,
                    true,
                    false,
                    List.of(Flip.NONE),
                    250,
                    7,
                    5,
                    40),
            new BackgroundConfig("auto", List.of("nut"), List.of(), List.of("cloth"), "masks", true),
            new GenerationConfig(
                    "anchored",
                    "object",
                    0.25,
                    0.75,
                    0.5,
                    0.25,
                    true,
                    1000,
                    new SamplingConfig.DpmSolver(true, true),
                    50,
                    Guidance.Weaker.INTERACTION,
                    2,
                    new GuidanceInterval(0.1, 0.75),
                    3,
                    8,
                    32),
            new MaskConfig(
                    "saliency",
                    Limit.of(0.15),
                    Limit.of(0.3),
                    0.6,
                    "u2net.pt",
                    256,
                    new MaskCleanup(1, 2, 9, 0.2, 5),
                    6.5,
                    3,
                    0.01),
            new QualityConfig(false, 2.5, false, 0.4, new QualityConfig.Earlier("nights", 3), fullLimits()),
            "s3a://factory/store",
            new RunConfig(
                    "nightly-2024.01",
                    64,
                    true,
                    "factory",
                    new LeaseTerms(Duration.ofSeconds(30), Duration.ofSeconds(600))),
            new PipelineConfig.Seeds(Long.MIN_VALUE, -12),
            new ComputeConfig("cuda:1", "bf16", "fp32", "fp16", 4),
            new EvaluationConfig(
                    List.of("real", "real+generated@anchored"),
                    5,
                    new EvaluationConfig.Budget(256, 3, 8, 100, 8, 1e-4, 50, 30),
                    "twins.json",
                    0.02,
                    new EvaluationConfig.Networks("f.pt", "c.pt", "d.pt", 64)),
            new LogConfig("json", "night.log"),
            new SparkConfig(
                    "local[4]",
                    Map.of(
                            "spark.executor.memory", "8g",
                            "spark.speculation", "true",
                            "spark.speculation.interval", "100")),
            Map.of());

    private static Map<String, Limit> limits(Limit all) {
        return QualityConfig.LIMITS.stream().collect(Collectors.toMap(name -> name, name -> all));
    }

    private static Map<String, Limit> fullLimits() {
        Map<String, Limit> limits = limits(Limit.AUTO);
        limits.put("min-mask-ratio", Limit.OFF);
        limits.put("max-components", Limit.of(3));
        return limits;
    }

    @TempDir
    Path folder;

    @Test
    void loader_withoutAnySource_givesTheDocumentedDefaults() {
        assertThat(withoutTexts(ConfigLoader.defaults()))
                .isEqualTo(new PipelineConfig(
                        "builtin:small",
                        dataset("builtin:samples", List.of(), "first-third"),
                        PipelineConfig.OrAuto.AUTO,
                        new PromptConfig("a vfx with sks", "sks", ""),
                        new AdapterTrainingConfig(
                                "auto",
                                5000,
                                -1,
                                -1,
                                false,
                                AdamW.Settings.released(2e-5, 1e-2, 1),
                                "constant",
                                Limit.of(1),
                                PartGround.GREY,
                                32,
                                true,
                                false,
                                List.of(Flip.values()),
                                500,
                                10,
                                10,
                                1000),
                        new BackgroundConfig("off", List.of(), List.of(), List.of(), "", false),
                        new GenerationConfig(
                                "generated",
                                "anywhere",
                                0.1,
                                1,
                                0.7,
                                0,
                                false,
                                500,
                                SamplingConfig.Method.PNDM,
                                -1,
                                Guidance.Weaker.TEXT,
                                -1,
                                new GuidanceInterval(0, 1),
                                1,
                                4,
                                64),
                        new MaskConfig(
                                "grey-distance",
                                Limit.of(0.12),
                                Limit.of(0.25),
                                0.5,
                                "",
                                320,
                                new MaskCleanup(0, 1, 4, 0, 64),
                                0,
                                0,
                                1e-3),
                        new QualityConfig(true, 3, true, 0.5, new QualityConfig.Earlier("", 7), limits(Limit.AUTO)),
                        "work/store",
                        new RunConfig("auto", 256, false, "", new LeaseTerms(Duration.ofSeconds(90), Duration.ZERO)),
                        new PipelineConfig.Seeds(0, 0),
                        new ComputeConfig("auto", "auto", "auto", "auto", 2),
                        new EvaluationConfig(
                                List.of(
                                        "real",
                                        "real+procedural",
                                        "real+cut-paste",
                                        "cut-paste",
                                        "generated",
                                        "real+generated"),
                                3,
                                new EvaluationConfig.Budget(128, 1, 16, 1500, 16, 1e-3, 200, 0),
                                "",
                                1,
                                new EvaluationConfig.Networks("", "", "", 299)),
                        new LogConfig("text", ""),
                        new SparkConfig("local[1]", Map.of()),
                        Map.of()));
    }

    @Test
    void rules_comparedWithReference_coverTheSameKeys() {
        List<String> known = DeclaredSettings.keys();

        assertThat(new KnownKeys(known).problems(ConfigLoader.reference())).isEmpty();
        assertThat(known)
                .doesNotHaveDuplicates()
                .allSatisfy(key -> assertThat(ConfigLoader.reference().hasPath(key))
                        .as(key)
                        .isTrue());
    }

    @Test
    void loader_ofFileWithEverySetting_mapsEveryOne() throws IOException {
        assertThat(withoutTexts(load(FULL))).isEqualTo(FULL_MAPPED);
    }

    @Test
    void config_serialized_comesBackEqual() throws IOException, ClassNotFoundException {
        PipelineConfig full = load(FULL);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(full);
        }

        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            assertThat(in.readObject()).isEqualTo(full);
        }
    }

    @Test
    void texts_ofValuesInOtherSpellings_areTheSame() {
        PipelineConfig one =
                sets("training.learning-rate=1e-4", "training.steps=500", "training.recompute=on", "mask.low=0");
        PipelineConfig other = sets(
                "training.learning-rate=0.0001", "training.steps=5e2", "training.recompute=\"true\"", "mask.low=0.0");

        assertThat(one).isEqualTo(other);
        assertThat(one.texts())
                .containsEntry("training.learning-rate", "1.0E-4")
                .containsEntry("generation.guidance-interval", "[0.0, 1.0]")
                .containsOnlyKeys(DeclaredSettings.keys().stream()
                        .filter(key -> !key.equals(SparkConfig.KEY))
                        .toList());
    }

    @Test
    void settings_thatChangeOnlyWhereOthersSaySo_areLeftOutElsewhere() {
        PipelineConfig config = sets("mask.method=attention", "mask.min-change=0", "training.recompute=true");

        assertThat(config.changing(PipelineConfig.Changes.SAMPLES))
                .containsKeys("mask.threshold", "mask.method", "quality.min-contrast")
                .doesNotContainKeys("mask.low", "mask.saliency-size", "mask.min-change", "generation.anchor-from");
        assertThat(config.changing(PipelineConfig.Changes.ADAPTER))
                .containsKeys("training.max-gradient-norm", "prompt.global", "seed")
                .doesNotContainKeys("training.recompute", "dataset.crop-margin", "training.part-ground");
        assertThat(sets("quality.enabled=no").changing(PipelineConfig.Changes.SAMPLES))
                .containsEntry("quality.enabled", "false")
                .doesNotContainKey("quality.min-contrast");
    }

    @TestFactory
    Stream<DynamicTest> loader_ofEachFileInConf_acceptsIt() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("project.root"), "conf"))) {
            List<Path> configs = files.filter(file -> file.toString().endsWith(".conf"))
                    .sorted()
                    .toList();
            assertThat(configs)
                    .extracting(file -> file.getFileName().toString())
                    .contains("local.conf", "nightly.conf", "s3.conf", "spark-gpu.conf");
            return configs.stream()
                    .map(file -> DynamicTest.dynamicTest(
                            file.getFileName().toString(),
                            () -> assertThat(load(file)).isNotEqualTo(ConfigLoader.defaults())));
        }
    }

    @Test
    void sampler_byItsSetting_isFound() {
        assertThat(sampler("pndm")).isEqualTo(SamplingConfig.Method.PNDM);
        assertThat(sampler("ddim")).isEqualTo(SamplingConfig.Method.DDIM);
        assertThat(sampler("dpm-solver++")).isEqualTo(SamplingConfig.Method.DPM_SOLVER);
    }

    private static SamplingConfig.Method sampler(String setting) {
        return sets("generation.sampler=" + setting).generation().sampler();
    }

    @Test
    void guidanceInterval_givenAsText_isReadAsAList() {
        assertThat(sets("generation.guidance-interval=[0.25, 1]").generation().guidanceInterval())
                .isEqualTo(new GuidanceInterval(0.25, 1));
    }

    static DatasetConfig dataset(String root, List<String> categories, String split) {
        DatasetConfig.Crop whole = new DatasetConfig.Crop("whole", 0.5, 0.2, 4);
        return new DatasetConfig(root, categories, List.of(), split, "", "auto", 0, 0, false, whole);
    }

    private static PipelineConfig withoutTexts(PipelineConfig config) {
        return new PipelineConfig(
                config.baseModel(),
                config.dataset(),
                config.resolution(),
                config.prompt(),
                config.training(),
                config.background(),
                config.generation(),
                config.mask(),
                config.quality(),
                config.store(),
                config.run(),
                config.seeds(),
                config.compute(),
                config.evaluation(),
                config.log(),
                config.spark(),
                Map.of());
    }

    private PipelineConfig load(String hocon) throws IOException {
        return load(write(hocon));
    }

    private static PipelineConfig load(Path file) {
        return ConfigLoader.load(Optional.of(file), List.of(), Map.of(), new Properties());
    }

    static PipelineConfig sets(String... sets) {
        return ConfigLoader.load(Optional.empty(), List.of(sets), Map.of(), new Properties());
    }

    private Path write(String hocon) throws IOException {
        return Files.writeString(folder.resolve("run.conf"), hocon);
    }
}
