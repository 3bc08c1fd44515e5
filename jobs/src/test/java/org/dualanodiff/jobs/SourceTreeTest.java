package org.dualanodiff.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What one looks up by name is there once, and what one reads in one go is short enough for that. */
class SourceTreeTest {
    private static final int LONGEST = 400;

    private static List<Path> files;

    @BeforeAll
    static void read() throws IOException {
        Path root = Path.of(System.getProperty("project.root", ".."));
        try (Stream<Path> modules = Files.list(root)) {
            List<Path> sources = modules.map(module -> module.resolve("src/main/java"))
                    .filter(Files::isDirectory)
                    .toList();
            files = sources.stream().flatMap(SourceTreeTest::javaFiles).toList();
        }
        assertThat(files).as("Java files below %s", root).hasSizeGreaterThan(100);
    }

    @Test
    void className_inWholeTree_standsForOneClass() {
        Map<String, List<Path>> byName = files.stream()
                .filter(file -> !file.endsWith("package-info.java"))
                .collect(Collectors.groupingBy(
                        file -> file.getFileName().toString(), TreeMap::new, Collectors.toList()));
        byName.values().removeIf(same -> same.size() == 1);

        assertThat(byName).as("classes of one name").isEmpty();
    }

    @Test
    void file_inWholeTree_hasAtMost400Lines() {
        assertThat(files)
                .allSatisfy(file -> assertThat(Files.readAllLines(file))
                        .as("lines of %s", file)
                        .hasSizeLessThanOrEqualTo(LONGEST));
    }

    private static Stream<Path> javaFiles(Path folder) {
        try (Stream<Path> tree = Files.walk(folder)) {
            return tree.filter(file -> file.toString().endsWith(".java")).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
