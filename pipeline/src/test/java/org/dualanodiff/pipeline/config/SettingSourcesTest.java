package org.dualanodiff.pipeline.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dualanodiff.pipeline.config.ConfigLoaderTest.dataset;
import static org.dualanodiff.pipeline.config.ConfigLoaderTest.sets;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.dualanodiff.pipeline.config.PipelineConfig.PromptConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingSourcesTest {
    @TempDir
    Path folder;

    @Test
    void environment_ofKubernetesServiceLinks_isNoSetting() {
        Map<String, String> environment = Map.of(
                "DUALANODIFF_PORT", "tcp://10.0.0.7:4040",
                "DUALANODIFF_UI_PORT", "tcp://10.0.0.7:4040",
                "DUALANODIFF_UI_SERVICE_HOST", "10.0.0.7",
                "DUALANODIFF_UI_SERVICE_PORT", "4040",
                "DUALANODIFF_UI_SERVICE_PORT_HTTP", "4040",
                "DUALANODIFF_UI_PORT_4040_TCP", "tcp://10.0.0.7:4040",
                "DUALANODIFF_UI_PORT_4040_TCP_ADDR", "10.0.0.7",
                "DUALANODIFF_TRAINING__STEPS", "41");

        assertThat(ConfigLoader.load(Optional.empty(), List.of(), environment, new Properties())
                        .training()
                        .steps())
                .isEqualTo(41);
    }

    @Test
    void environment_thatNamesTheCache_isNoSetting() {
        PipelineConfig config = ConfigLoader.load(
                Optional.empty(), List.of(), Map.of("DUALANODIFF_CACHE", "/var/cache/dualanodiff"), new Properties());

        assertThat(config).isEqualTo(ConfigLoader.defaults());
    }

    @Test
    void sources_settingTheSameKey_winInTheDocumentedOrder() throws IOException {
        Optional<Path> file =
                Optional.of(write("generation { steps = 10, batch-size = 1 }\nseed = 1\ntraining.rank = 4"));
        Map<String, String> environment = Map.of(
                "DUALANODIFF_GENERATION__STEPS",
                "20",
                "DUALANODIFF_SEED",
                "2",
                "DUALANODIFF_GENERATION__BATCH_SIZE",
                "2",
                "OTHER",
                "x");
        Properties system = properties("dualanodiff.generation.steps", "30", "dualanodiff.seed", "3", "user.word", "x");

        PipelineConfig config =
                ConfigLoader.load(file, List.of("generation.steps=40", "generation.steps=50"), environment, system);

        assertThat(config.generation().steps()).isEqualTo(50);
        assertThat(config.seeds().adapters()).isEqualTo(3);
        assertThat(config.generation().batchSize()).isEqualTo(2);
        assertThat(config.training().rank()).isEqualTo(4);
        assertThat(config.compute().threads()).isEqualTo(2);
    }

    @Test
    void textSettings_withoutQuotes_areTakenAsTyped() {
        PipelineConfig config = sets(
                "store=s3a://bucket/a#b//c",
                "base-model=C:\\models\\sd",
                "dataset.root=${HOME}/x",
                "dataset.categories=[bottle, \"metal nut\"]",
                "prompt.global=a photo, with = signs",
                "prompt.anomaly=\"quoted\"",
                "prompt.negative=",
                "run.id=007",
                "dataset.split=12",
                "seed=-5");

        assertThat(config.store()).isEqualTo("s3a://bucket/a#b//c");
        assertThat(config.baseModel()).isEqualTo("C:\\models\\sd");
        assertThat(config.dataset()).isEqualTo(dataset("${HOME}/x", List.of("bottle", "metal nut"), "12"));
        assertThat(config.prompt()).isEqualTo(new PromptConfig("a photo, with = signs", "quoted", ""));
        assertThat(config.run().id()).isEqualTo("007");
        assertThat(config.seeds()).isEqualTo(new PipelineConfig.Seeds(-5, -5));
    }

    @Test
    void sparkProperties_givenByFileAndCommandLine_areOneMap() throws IOException {
        Optional<Path> file = Optional.of(write("spark.conf { spark.executor.memory = 4g, spark.executor.cores = 2 }"));

        PipelineConfig config = ConfigLoader.load(
                file,
                List.of("spark.conf.spark.executor.memory=8g", "spark.conf.spark.a=1", "spark.conf.spark.a.b=2"),
                Map.of(),
                new Properties());

        assertThat(config.spark().conf())
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "spark.executor.memory", "8g", "spark.executor.cores", "2", "spark.a", "1", "spark.a.b", "2"));
    }

    @Test
    void file_withSubstitutions_seesItselfDefaultsAndEnvironment() throws IOException {
        Path file = write("""
                training.batch-size = ${generation.batch-size}
                store = ${BUCKET}"/store"
                run.id = ${?NOT_SET}
                """);

        PipelineConfig config =
                ConfigLoader.load(Optional.of(file), List.of(), Map.of("BUCKET", "s3a://factory"), new Properties());

        assertThat(config.training().batchSize()).isEqualTo(4);
        assertThat(config.store()).isEqualTo("s3a://factory/store");
        assertThat(config.run().isAuto()).isTrue();
    }

    /** The usual way to leave a file's setting to the environment. */
    @Test
    void file_thatSetsAKeyAgainByAVariable_hasTheLastThatIsThere() throws IOException {
        Files.writeString(folder.resolve("base.conf"), "store = included, training { rank = 4, steps = 5 }");
        Path file = write("""
                include required("base.conf")
                store = ${?STORE}
                training.steps = ${?STEPS}
                training.batch-size = 2
                training.batch-size = ${?BATCH}
                generation.batch-size = ${training.batch-size}
                """);

        PipelineConfig none = load(file);
        PipelineConfig all = ConfigLoader.load(
                Optional.of(file), List.of(), Map.of("STORE", "s3a://a", "STEPS", "7", "BATCH", "8"), new Properties());

        assertThat(none.store()).isEqualTo("included");
        assertThat(none.training().steps()).isEqualTo(5);
        assertThat(none.training().batchSize()).isEqualTo(2);
        assertThat(all.store()).isEqualTo("s3a://a");
        assertThat(all.training().steps()).isEqualTo(7);
        assertThat(all.training().rank()).isEqualTo(4);
        assertThat(all.generation().batchSize()).isEqualTo(8);
    }

    @Test
    void file_withRelativePath_keepsItAsWritten() throws IOException {
        assertThat(load("store = \"../store\"").store()).isEqualTo("../store");
    }

    private PipelineConfig load(String hocon) throws IOException {
        return load(write(hocon));
    }

    private static PipelineConfig load(Path file) {
        return ConfigLoader.load(Optional.of(file), List.of(), Map.of(), new Properties());
    }

    private Path write(String hocon) throws IOException {
        return Files.writeString(folder.resolve("run.conf"), hocon);
    }

    private static Properties properties(String... pairs) {
        Properties properties = new Properties();
        for (int i = 0; i < pairs.length; i += 2) {
            properties.setProperty(pairs[i], pairs[i + 1]);
        }
        return properties;
    }
}
