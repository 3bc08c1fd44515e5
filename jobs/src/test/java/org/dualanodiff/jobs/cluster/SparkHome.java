package org.dualanodiff.jobs.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A Spark installation made of the Maven repository's jars: what Spark itself brings, and nothing of ours, so that the one
 * jar has to bring the rest.
 */
public final class SparkHome {

    /** Parts of paths of jars that a Spark distribution does not hold: our own, those in the one jar, those of tests. */
    private static final List<String> NOT_SPARKS = List.of(
            "/ai/djl/",
            "/software/amazon/",
            "/hadoop-aws/",
            "/com/typesafe/config/",
            "/info/picocli/",
            "/commons-rng-",
            "/commons-csv/",
            "/com/j2html/",
            "/com/drewnoakes/",
            "/com/adobe/xmp/",
            "/net/java/dev/jna/",
            "/org/junit/",
            "/org/assertj/",
            "/org/opentest4j/",
            "/apiguardian-api/",
            "/jspecify/",
            "/byte-buddy/",
            "/archunit",
            "/org/dualanodiff/");

    private static final Path FOLDER = Path.of(System.getProperty("project.root"), "jobs/target/spark");

    private final Path folder;

    private SparkHome(Path folder) {
        this.folder = folder;
    }

    /** Links the jars of the test's own class path into a folder of the build, in the place of an earlier one's. */
    static SparkHome make() throws IOException {
        Path jars = Files.createDirectories(FOLDER.resolve("jars"));
        try (Stream<Path> old = Files.list(jars)) {
            for (Path link : old.toList()) {
                Files.delete(link);
            }
        }
        for (Path jar : sparksJars()) {
            Files.createSymbolicLink(jars.resolve(jar.getFileName()), jar);
        }
        return new SparkHome(FOLDER);
    }

    /** The whole Spark, with Kubernetes and YARN, that comes with the {@code python3} on the path; empty if none does. */
    public static Optional<SparkHome> ofPython() throws InterruptedException {
        try {
            Process python = new ProcessBuilder("python3", "-c", "import pyspark; print(pyspark.__path__[0])")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String found = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return python.waitFor() == 0 ? Optional.of(new SparkHome(Path.of(found))) : Optional.empty();
        } catch (IOException noPython) {
            return Optional.empty();
        }
    }

    private static List<Path> sparksJars() {
        return Stream.of(System.getProperty("java.class.path").split(System.getProperty("path.separator")))
                .filter(entry -> entry.endsWith(".jar") && NOT_SPARKS.stream().noneMatch(entry::contains))
                .map(Path::of)
                .filter(jar -> !jar.startsWith(Path.of(System.getProperty("project.root"))))
                .toList();
    }

    Path folder() {
        return folder;
    }

    public String classPath() {
        return folder.resolve("jars") + "/*";
    }
}
