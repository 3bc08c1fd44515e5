package org.dualanodiff.jobs.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.dualanodiff.jobs.bench.NightBenchmark;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.RunManifest;
import org.dualanodiff.pipeline.store.RunRegistry;
import org.dualanodiff.pipeline.upkeep.VerifyStore;
import org.dualanodiff.pipeline.upkeep.VerifyStore.Finding;
import org.dualanodiff.pipeline.upkeep.VerifyStore.InspectionHere;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Records of a run that cannot be read any more, of each kind one: each stops its unit, and the others go on. */
@Tag("slow")
@Timeout(600)
class BadRecordsTest {

    private static final int UNITS = 6;

    @TempDir
    private Path folder;

    @Test
    void records_thatCannotBeRead_stopTheirUnitsAndNoOther() throws Exception {
        assertThat(night(4)).isEqualTo("complete");
        Map<String, Path> damaged = new TreeMap<>();
        damaged.put("defect-00", damage("runs/night/commits/category-0000/defect-00"));
        damaged.put("defect-01", damage("runs/night/units/category-0000/defect-01.json"));
        damaged.put("defect-02", damage("runs/night/quality/category-0000/defect-02.json"));
        damaged.put("defect-03", damage("adapters/category-0000/defect-03", "provenance.json"));
        damaged.put("defect-04", damage("samples/run=night/category=category-0000/defect=defect-04"));

        assertThat(night(8)).isEqualTo("partial");

        try (ObjectStore store = ObjectStore.open(folder.resolve("store").toString(), Map.of())) {
            RunManifest manifest = new RunRegistry(store).findManifest("night").orElseThrow();
            assertThat(manifest.units()).hasSize(UNITS).allSatisfy(unit -> {
                boolean bad = damaged.containsKey(unit.defect());
                assertThat(unit.error().isPresent()).as(unit.defect()).isEqualTo(bad);
                if (bad) {
                    assertThat(unit.error().orElseThrow())
                            .contains(damaged.get(unit.defect()).getFileName().toString());
                }
            });
            List<Finding> findings = new VerifyStore(store, new InspectionHere(store))
                    .run(Optional.empty())
                    .findings();
            damaged.values()
                    .forEach(file -> assertThat(findings)
                            .extracting(Finding::where)
                            .contains(folder.resolve("store").relativize(file).toString()));
        }
    }

    private String night(int pairs) throws IOException {
        NightBenchmark.Plan plan = new NightBenchmark.Plan(UNITS, 2, pairs, 4, 4, 0, 1e6);
        return new NightBenchmark(plan, new PrintWriter(Writer.nullWriter()))
                .run(List.of(
                        "store=" + folder.resolve("store"),
                        // So that files are written together, and those of before are read.
                        "run.file-megabytes=64",
                        "run.compact=true",
                        "spark.conf.spark.driver.host=localhost"))
                .status();
    }

    /** Leaves a file of the length that it had, with other bytes. */
    private Path damage(String place, String... name) throws IOException {
        Path at = folder.resolve("store").resolve(place);
        try (Stream<Path> files = Files.walk(at)) {
            Path file = files.filter(Files::isRegularFile)
                    .filter(one -> name.length == 0 || one.endsWith(name[0]))
                    .max(Comparator.naturalOrder())
                    .orElseThrow();
            Files.write(file, new byte[(int) Files.size(file)]);
            return file;
        }
    }
}
