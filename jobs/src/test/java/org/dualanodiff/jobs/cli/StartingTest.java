package org.dualanodiff.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.dualanodiff.model.base.RandomModel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What keeps a run from working is told all at once, before Spark starts. */
class StartingTest {

    @TempDir
    private Path folder;

    private Path base;

    @BeforeEach
    void writeModel() throws IOException {
        base = Files.createDirectory(folder.resolve("base"));
        RandomModel.write(base, RandomModel.Preset.TINY, 1);
    }

    @Test
    void plan_withEverythingWrong_tellsItAllAtOnce() throws IOException {
        set("unet/config.json", "in_channels", "9");
        Files.writeString(
                base.resolve("vae/diffusion_pytorch_model.safetensors"),
                "version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 335\n");
        Path file = Files.writeString(folder.resolve("file"), "");

        CommandLineRun run = plan("store=" + file.resolve("store"), "compute.device=cuda:0");

        assertThat(run.exit()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err())
                .contains(
                        "an inpainting model",
                        "the file has 335 bytes",
                        file + " is no folder",
                        "PYTORCH_LIBRARY_PATH");
        assertThat(run.err().lines()).filteredOn(line -> !line.isBlank()).allMatch(line -> line.startsWith("error: "));
    }

    @Test
    void plan_withAHubCache_takesItsMainVersion() throws IOException {
        Path hub = folder.resolve("models--org--sd");
        Files.createDirectories(hub.resolve("snapshots"));
        Files.createDirectories(hub.resolve("refs"));
        Files.writeString(hub.resolve("refs/main"), "0123abc");
        Files.move(base, hub.resolve("snapshots/0123abc"));
        base = hub;

        // The store ends it before Spark starts.
        CommandLineRun run = plan("store=" + Files.writeString(folder.resolve("file"), ""));

        assertThat(run.err()).contains("base model " + hub.resolve("snapshots/0123abc") + ", 128 x 128 pixels");
    }

    @Test
    void plan_withAModelOf2022_warnsOfTheRepairsAndShowsTheResolution() throws IOException {
        set("unet/config.json", "_diffusers_version", "\"0.6.0\"");
        set("unet/config.json", "sample_size", "32");
        set("scheduler/scheduler_config.json", "clip_sample", "true");
        set("scheduler/scheduler_config.json", "steps_offset", "0");
        Path file = Files.writeString(folder.resolve("file"), "");

        // The store ends it before Spark starts.
        CommandLineRun run = plan("store=" + file);

        assertThat(run.err())
                .contains("warning: " + base.resolve("unet/config.json") + ": sample_size 32")
                .contains("clip_sample true is taken for false", "steps_offset 0 is taken for 1")
                .contains("512 x 512 pixels");
    }

    private void set(String file, String key, String value) throws IOException {
        Path path = base.resolve(file);
        var json = CommandLineRun.read(path);
        json.add(key, JsonParser.parseString(value));
        Files.writeString(path, json.toString());
    }

    private CommandLineRun plan(String... settings) {
        return CommandLineRun.of(
                CommandLineRun.with(List.of("plan"), List.of("base-model=" + base), List.of(settings)));
    }
}
