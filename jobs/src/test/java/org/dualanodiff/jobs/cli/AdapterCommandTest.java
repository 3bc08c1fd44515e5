package org.dualanodiff.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.dualanodiff.pipeline.procedural.SampleDataset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdapterCommandTest {

    private static final Path GOLDEN =
            Path.of(System.getProperty("project.root")).resolve("model-core/src/test/golden");

    @TempDir
    private Path folder;

    @BeforeEach
    void writeData() throws IOException {
        SampleDataset.write(folder.resolve("data"), 1, new SampleDataset.Size(1, 1, 6), List.of("cloth"));
    }

    @Test
    void importedBin_exportedAsSafetensors_isTheReleasedFileByteForByte() throws IOException {
        CommandLineRun imported = run(
                "import-adapter",
                GOLDEN.resolve("dual/pytorch_lora_weights.bin").toString());
        assertThat(imported.exit()).as(imported.err()).isZero();
        Path out = folder.resolve("out.safetensors");
        assertThat(run("export-adapter", "--out", out.toString()).exit()).isZero();
        assertThat(out).hasSameBinaryContentAs(GOLDEN.resolve("dual/pytorch_lora_weights.safetensors"));
    }

    @Test
    void importedAdapter_inThePlaceOfATrainedOne_sparesTheTraining() {
        run(
                "import-adapter",
                GOLDEN.resolve("dual/pytorch_lora_weights.safetensors").toString());
        assertThat(CommandLineRun.of(CommandLineRun.with(List.of("plan"), settings()))
                        .err())
                .contains("cloth/hole: train no")
                .contains("cloth/stain: train yes");
    }

    @Test
    void import_overAnExistingAdapter_isRefused() {
        String file = GOLDEN.resolve("dual/pytorch_lora_weights.safetensors").toString();
        run("import-adapter", file);
        CommandLineRun again = run("import-adapter", file);
        assertThat(again.exit()).isEqualTo(ExitCode.USAGE);
        assertThat(again.err()).contains("nothing was imported");
    }

    @Test
    void import_ofADamagedFile_endsWith2() throws IOException {
        Path file = Files.writeString(folder.resolve("bad.bin"), "no adapter");
        CommandLineRun run = run("import-adapter", file.toString());
        assertThat(run.exit()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("bad.bin");
    }

    @Test
    void export_ofWhatIsNotThere_saysWhatToRun() {
        CommandLineRun run =
                run("export-adapter", "--out", folder.resolve("x.bin").toString());
        assertThat(run.exit()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("run train first");
    }

    private CommandLineRun run(String command, String... arguments) {
        List<String> all = new ArrayList<>(List.of(command, "--category", "cloth", "--defect", "hole"));
        all.addAll(List.of(arguments));
        return CommandLineRun.of(CommandLineRun.with(all, settings()));
    }

    private List<String> settings() {
        return List.of(
                "base-model=" + CommandLineRun.TINY_BASE,
                "dataset.root=" + folder.resolve("data"),
                "resolution=32",
                "store=" + folder.resolve("store"));
    }
}
