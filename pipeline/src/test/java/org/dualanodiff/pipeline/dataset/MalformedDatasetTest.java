package org.dualanodiff.pipeline.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.dualanodiff.pipeline.dataset.MalformedDatasets.Kind;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisabledOnOs(OS.WINDOWS)
class MalformedDatasetTest {
    @TempDir
    Path folder;

    static List<Kind> kinds() {
        return MalformedDatasets.all();
    }

    @ParameterizedTest(name = "reader_of{0}_endsAsItShould")
    @MethodSource("kinds")
    @Timeout(value = 30, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void reader_ofMalformedDataset_setsAsideOrRefuses(Kind kind) throws IOException {
        Path root = kind.make().below(folder);
        if (kind.isSound()) {
            Dataset dataset = read(root);
            assertThat(dataset.quarantine()).isEmpty();
            assertThat(dataset.sets())
                    .isNotEmpty()
                    .allSatisfy(set -> assertThat(set.usable()).isTrue());
        } else if (kind.reason() == null) {
            assertThatThrownBy(() -> read(root))
                    .isExactlyInstanceOf(DatasetException.class)
                    .hasMessageContaining(kind.message())
                    .hasMessageContaining(folder.getFileName().toString());
        } else {
            assertThat(read(root).quarantine()).anySatisfy(file -> {
                assertThat(file.reason()).isEqualTo(kind.reason());
                assertThat(file.file() + ": " + file.detail()).contains(kind.message());
            });
        }
    }

    @Test
    void kinds_ofMalformedDatasets_areManyAndDiffer() {
        assertThat(kinds()).extracting(Kind::name).doesNotHaveDuplicates().hasSizeGreaterThan(100);
    }

    @Test
    void reader_ofEveryMalformedDataset_needsLittleMemory() throws Exception {
        assertThat(javaWithHeap("256m", MalformedDatasets.class, folder.toString()))
                .isEqualTo(kinds().size() + " kinds read\n");
    }

    @Test
    @Tag("slow")
    void reader_ofLargestPictures_staysBelowTwoGigabytes() throws Exception {
        assertThat(javaWithHeap("1900m", LargestPictures.class, folder.toString()))
                .isEqualTo("MASK_EMPTY\n".repeat(2));
    }

    /** What the program prints to standard output. */
    private static String javaWithHeap(String heap, Class<?> program, String argument) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + heap,
                        "-Djava.awt.headless=true",
                        "-cp",
                        System.getProperty("java.class.path"),
                        program.getName(),
                        argument)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(printed).isZero();
        return printed;
    }

    private static Dataset read(Path root) {
        DatasetRequest request = new DatasetRequest(root.toString(), List.of(), List.of(), new SplitRule.FirstThird());
        return new DatasetReader(new Configuration()).read(request);
    }
}
