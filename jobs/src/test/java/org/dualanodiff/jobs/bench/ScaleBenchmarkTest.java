package org.dualanodiff.jobs.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.dualanodiff.jobs.spark.SparkSessions;
import org.dualanodiff.pipeline.config.ConfigLoader;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.plan.Plan.GenerateUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScaleBenchmarkTest {

    @TempDir
    Path store;

    @Test
    @Tag("slow")
    void run_ofFewPairs_keepsAllInOneFileAUnitAndClearsAway() throws IOException {
        StringWriter out = new StringWriter();

        ScaleBenchmark.Measures measured = run(300, 2, out);

        assertThat(measured.tasks()).isEqualTo(6);
        assertThat(measured.files()).hasSize(2);
        assertThat(measured.fileBytes().getSum()).isGreaterThan(300 * 50_000L);
        assertThat(out.toString()).contains("300 pairs of 256 x 256", "overhead over model time");
        assertThat(regularFiles()).isEmpty();
    }

    @Test
    void tasks_ofRowsThatDoNotDivide_coverEachUnitOnce() {
        List<GenerateUnit> tasks = ScaleBenchmark.tasks(131, 2);

        assertThat(tasks).extracting(task -> task.missing().size()).containsExactly(64, 2, 64, 1);
    }

    @Test
    void pairs_ofOneUnit_neverRepeatTheirBytes() {
        List<byte[]> masks = Stream.iterate(0, i -> i + 1)
                .limit(3)
                .map(i -> RecordedPairs.of("run", ScaleBenchmark.tasks(200, 1).get(i))
                        .next()
                        .pictures()
                        .mask())
                .toList();

        assertThat(masks.get(0)).isNotEqualTo(masks.get(2));
    }

    @Test
    void overhead_ofHalfTheModelsTime_isHalf() {
        double seconds = 100 * ScaleBenchmark.Measures.modelSecondsPerPair() / 2;

        ScaleBenchmark.Measures measured =
                new ScaleBenchmark.Measures(100, 1, 2, 2, seconds, 0, 0, 0, 0, 1, List.of(1000L), 1, 1, 1);

        assertThat(measured.overheadShare()).isCloseTo(0.5, within(1e-9));
        assertThat(measured.bytesPerRow()).isEqualTo(10);
    }

    private ScaleBenchmark.Measures run(int rows, int units, StringWriter out) throws IOException {
        PipelineConfig config = ConfigLoader.load(
                Optional.empty(),
                List.of("store=" + store, "spark.master=\"local[2]\""),
                System.getenv(),
                System.getProperties());
        try (SparkSession spark = SparkSessions.open(config, "bench")) {
            return new ScaleBenchmark(spark, config.store(), new PrintWriter(out, true)).run(rows, units);
        }
    }

    private List<Path> regularFiles() throws IOException {
        try (Stream<Path> files = Files.walk(store)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }
}
