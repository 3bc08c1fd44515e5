package org.dualanodiff.pipeline.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.PythonRun;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file as pyarrow, pandas and PIL see it. Runs where the {@code python3} of the path has them. */
@Tag("python")
class PythonReadersTest {

    private static final Path SCRIPT =
            Path.of(System.getProperty("project.root"), "pipeline/src/test/python/read_samples.py");

    @TempDir
    private Path folder;

    @Test
    void pythonReaders_ofWrittenFile_findColumnsRowsAndPictures() throws Exception {
        assumeTrue(
                PythonRun.of("-c", "import pyarrow, pandas, PIL").exit() == 0, "python3 with pyarrow, pandas and PIL");
        Path file = folder.resolve("samples.parquet");
        SampleFile.write(file, Stream.of(TestSamples.accepted(), TestSamples.rejected()));

        PythonRun run = PythonRun.of(SCRIPT.toString(), file.toString(), "2");

        assertThat(run.exit()).as(run.output()).isZero();
        assertThat(run.output().lines())
                .containsExactly(
                        "tile | crack | 0 | accepted | 2026-01-02T03:04:05.678901+00:00",
                        "плитка 磁砖 | broken large=é/1 | 12345678901 | rejected | 2026-01-02T03:04:05.678901+00:00");
    }
}
