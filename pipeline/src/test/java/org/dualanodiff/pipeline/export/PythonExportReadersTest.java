package org.dualanodiff.pipeline.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.Map;
import org.dualanodiff.pipeline.PythonRun;
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
                PythonRun.of("-c", "import pycocotools, datasets, pandas, duckdb, PIL, numpy, webdataset")
                                .exit()
                        == 0,
                "python3 with pycocotools, datasets, pandas, duckdb, PIL, numpy and webdataset");
        ExportFixture fixture = new ExportFixture(folder);
        for (ExportFormat format : ExportFormat.values()) {
            ExportPlan plan = fixture.plan(format);
            boolean originals = format.takesOriginals();
            fixture.export(originals ? plan.with(fixture.originals()) : plan, fixture.target("out/" + format));
        }

        PythonRun run = PythonRun.of(
                Map.of("HF_HOME", folder.resolve("hf").toString(), "HF_HUB_OFFLINE", "1"),
                SCRIPT.toString(),
                folder.resolve("out").toString());

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
}
