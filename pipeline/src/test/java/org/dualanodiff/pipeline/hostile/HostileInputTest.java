package org.dualanodiff.pipeline.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.dualanodiff.pipeline.dataset.Dataset;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each input in one JVM of 2 GB of heap: no crash, no hang, nothing from outside in an export, nothing deleted, nothing run. */
@DisabledOnOs(OS.WINDOWS)
@Tag("slow")
class HostileInputTest {
    @TempDir
    static Path folder;

    private static final Map<String, String> OUTCOMES = new HashMap<>();

    static List<HostileInput> inputs() {
        return HostileInputs.all();
    }

    @BeforeAll
    static void tryAll() throws Exception {
        Path log =
                Path.of(System.getProperty("hostile.log", folder.resolve("log").toString()));
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx2g",
                        "-XX:TieredStopAtLevel=1",
                        "-Djava.awt.headless=true",
                        "-Dfile.encoding=UTF-8",
                        "-Dai.djl.offline=true",
                        "-cp",
                        System.getProperty("java.class.path"),
                        HostileInputs.class.getName(),
                        folder.resolve("inputs").toString())
                .redirectError(log.toFile())
                .start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        printed.lines()
                .map(line -> line.split("\t", 2))
                .filter(parts -> parts.length == 2)
                .forEach(parts -> OUTCOMES.put(parts[0], parts[1]));
        assertThat(process.waitFor()).as(Files.readString(log)).isZero();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("inputs")
    void input_ofSomebodyHostile_doesNoHarm(HostileInput input) {
        assertThat(OUTCOMES.get(input.name())).isEqualTo(HostileInputs.SURVIVED);
    }

    @Test
    void inputs_areManyAndDiffer() {
        assertThat(inputs())
                .extracting(HostileInput::name)
                .doesNotHaveDuplicates()
                .hasSizeGreaterThan(150);
    }

    @Test
    void bait_whereItIsAllowedOutside_isReadAndExported() throws IOException {
        Path here = Files.createDirectories(folder.resolve("allowed"));
        Bait bait = Bait.lay(here.resolve("outside"));
        Path root = HostileDatasets.manifest(here.resolve("inside"), "{\"image\": \"%s\"}".formatted(bait.picture()));

        Dataset dataset = HostileDatasets.read(root, true);
        HostileDatasets.export(dataset, here.resolve("export"));

        assertThat(here.resolve("export"))
                .isDirectoryRecursivelyContaining(
                        file -> file.toString().endsWith(".png") && Bait.isPicture(file.toFile()));
    }
}
