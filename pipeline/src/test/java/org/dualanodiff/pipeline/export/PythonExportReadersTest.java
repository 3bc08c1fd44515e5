package org.dualanodiff.pipeline.export;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The exports as their readers see them. Runs where the {@code python3} of the path has these. */
@Tag("python")
class PythonExportReadersTest {

    private static final Path SCRIPT =
            Path.of(System.getProperty("project.root"), "pipeline/src/test/python/read_exports.py");

    @TempDir
    private Path folder;

    @Test
    void pythonReaders_ofEveryFormat_findTheSamePairs() throws Exception {
        assumeTrue(
                python("-c", "import pycocotools, datasets, pandas, duckdb, PIL, numpy, webdataset")
                                .exit()
                        == 0,
                "python3 with pycocotools, datasets, pandas, duckdb, PIL, numpy and webdataset");
        ExportFixture fixture = new ExportFixture(folder);
        for (ExportFormat format : ExportFormat.values()) {
            ExportPlan plan = fixture.plan(format);
            boolean originals = format.takesOriginals();
            fixture.export(originals ? plan.with(fixture.originals()) : plan, fixture.target("out/" + format));
        }

        Run run = python(SCRIPT.toString(), folder.resolve("out").toString());

        assertThat(run.exit()).as(run.output()).isZero();
        assertThat(run.output().lines())
                .contains(
                        "COCO: 6 masks from run lengths and from polygons equal the mask files",
                        "YOLO: 6 labels cover their masks' areas",
                        "HUGGINGFACE: 2 rows with images",
                        "MVTEC: 6 images with masks",
                        "WEBDATASET: 6 samples",
                        "PNG: 6 pairs");
    }

    private Run python(String... arguments) throws InterruptedException {
        try {
            Path output = folder.resolve("output.txt");
            ProcessBuilder builder = new ProcessBuilder("python3", "-X", "utf8");
            builder.environment().put("HF_HOME", folder.resolve("hf").toString());
            builder.environment().put("HF_HUB_OFFLINE", "1");
            builder.command().addAll(List.of(arguments));
            int exit = builder.redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start()
                    .waitFor();
            return new Run(exit, Files.readString(output, UTF_8));
        } catch (IOException noPython) {
            return new Run(-1, noPython.toString());
        }
    }

    private record Run(int exit, String output) {}
}
