package org.dualanodiff.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code bin/dualanodiff} in a checkout of its own, with a Java, a Maven and a Spark that say how they were called. */
class LauncherTest {

    @TempDir
    private Path folder;

    private final Map<String, String> environment = new HashMap<>();
    private Path root;
    private Path target;

    private record Result(int exit, String output) {}

    @BeforeEach
    void writeCheckout() throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "needs bash");
        folder = folder.toRealPath();
        root = folder.resolve("check out");
        target = root.resolve("jobs/target");
        Path launcher = Path.of(System.getProperty("project.root"), "bin", "dualanodiff");
        script(root.resolve("bin/dualanodiff"), Files.readString(launcher));
        Files.writeString(root.resolve("pom.xml"), "");
        Files.createDirectories(target.resolve("classes"));
        Path module = Files.createDirectories(root.resolve("model-core/target")).resolve("model-core.jar");
        Files.writeString(module, "");
        Files.writeString(target.resolve("embedded.options"), "-Dx=y");
        built(module);
        script(folder.resolve("java/bin/java"), "#!/bin/bash\necho \"JAVA $LC_ALL: $*\"\n");
        script(folder.resolve("path/mvn"), "#!/bin/bash\necho \"MAVEN in $PWD\"\n");
        environment.put("JAVA_HOME", folder.resolve("java").toString());
        environment.put("PATH", folder.resolve("path") + ":/usr/bin:/bin");
    }

    private void built(Path module) throws IOException {
        Files.writeString(target.resolve("embedded.classpath"), module + "\n");
    }

    private static void script(Path file, String content) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Result run(Path directory, String command, String... arguments) throws IOException, InterruptedException {
        ProcessBuilder process =
                new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        process.command().addAll(List.of(arguments));
        process.environment().clear();
        process.environment().putAll(environment);
        Process running = process.start();
        String output = new String(running.getInputStream().readAllBytes());
        return new Result(running.waitFor(), output);
    }

    private Result run() throws IOException, InterruptedException {
        return run(folder, root.resolve("bin/dualanodiff").toString(), "plan");
    }

    @Test
    void launcher_throughLinks_findsItsCheckout() throws Exception {
        Path link = Files.createDirectories(folder.resolve("usr/bin")).resolve("dualanodiff");
        Files.createSymbolicLink(folder.resolve("usr/second"), Path.of("../check out/bin/dualanodiff"));
        Files.createSymbolicLink(link, folder.resolve("usr/second"));

        Result result = run(folder, link.toString(), "plan");

        assertThat(result.output()).startsWith("JAVA").contains(target + "/classes:", "org.dualanodiff.jobs.Main plan");
        assertThat(result.output()).doesNotContain("MAVEN");
    }

    @Test
    void launcher_withCdpath_findsItsCheckout() throws Exception {
        Files.createDirectories(folder.resolve("elsewhere/bin"));
        environment.put("CDPATH", folder.resolve("elsewhere").toString());

        assertThat(run(root, "bin/dualanodiff", "plan").output()).contains(target + "/classes:");
    }

    @Test
    void checkout_thatWasCopiedOrMoved_isBuiltAgain() throws Exception {
        Path other =
                Files.createDirectories(folder.resolve("old/model-core/target")).resolve("model-core.jar");
        built(Files.writeString(other, ""));

        assertThat(run().output()).contains("built elsewhere", "MAVEN in " + root);

        built(folder.resolve("gone/library.jar"));
        assertThat(run().output()).contains("MAVEN in " + root);
    }

    @Test
    void checkout_withAChangedConfiguration_isBuiltAgain() throws Exception {
        Path example = Files.createDirectories(root.resolve("conf")).resolve("small.conf");
        Files.writeString(example, "");
        Files.setLastModifiedTime(example, FileTime.fromMillis(System.currentTimeMillis() + 60_000));

        assertThat(run().output()).contains("MAVEN in " + root);
    }

    @Test
    void checkout_withoutPom_runsIfItIsBuilt() throws Exception {
        Files.delete(root.resolve("pom.xml"));
        assertThat(run().output()).startsWith("JAVA").doesNotContain("No such file");

        Files.delete(target.resolve("embedded.classpath"));
        Result result = run();
        assertThat(result.exit()).isEqualTo(2);
        assertThat(result.output()).startsWith("error: there is no " + root + "/pom.xml");
    }

    @Test
    void unpackedRelease_withoutMavenAndBuild_runsItsJarWithItsLibraries() throws Exception {
        Path release = folder.resolve("dualanodiff-0.1.0");
        script(release.resolve("bin/dualanodiff"), Files.readString(root.resolve("bin/dualanodiff")));
        Files.createDirectories(release.resolve("lib"));
        Files.writeString(release.resolve("lib/embedded.options"), "-Dx=y");
        Files.writeString(release.resolve("dualanodiff-0.1.0.jar"), "");
        Files.delete(folder.resolve("path/mvn"));
        String launcher = release.resolve("bin/dualanodiff").toString();

        assertThat(run(folder, launcher, "plan").output())
                .startsWith("JAVA")
                .contains("-Dx=y -cp %1$s/dualanodiff-0.1.0.jar:%1$s/lib/* org.dualanodiff.jobs.Main plan"
                        .formatted(release));

        script(folder.resolve("spark/bin/spark-submit"), "#!/bin/bash\necho \"SUBMIT: $*\"\n");
        environment.put("SPARK_HOME", folder.resolve("spark").toString());
        assertThat(run(folder, launcher, "plan").output())
                .contains("SUBMIT: --class org.dualanodiff.jobs.Main " + release + "/dualanodiff-0.1.0.jar plan");
    }

    @ParameterizedTest
    @CsvSource({"'', C.UTF-8", "C, C.UTF-8", "de_DE.ISO-8859-1, C.UTF-8", "de_DE.UTF-8, ''", "en_US.utf8, ''"})
    void locale_withoutUtf8_isReplaced(String language, String expected) throws Exception {
        environment.put("LANG", language);

        assertThat(run().output()).startsWith("JAVA " + expected + ":");
    }

    @Test
    void java_thatIsTooOldOrNotThere_isNamed() throws Exception {
        Files.writeString(folder.resolve("java/release"), "JAVA_VERSION=\"11.0.20\"\n");
        Result old = run();
        assertThat(old.exit()).isEqualTo(2);
        assertThat(old.output()).startsWith("error: this is Java 11").contains("set JAVA_HOME");

        environment.put("JAVA_HOME", "/nowhere");
        assertThat(run().output()).startsWith("error: there is no /nowhere/bin/java");
    }

    @Test
    void sparkHome_withTwoJars_isGivenTheNewest() throws Exception {
        Path spark = spark("3.4.2");
        Path old = Files.writeString(target.resolve("dualanodiff-9.jar"), "");
        Files.setLastModifiedTime(old, FileTime.fromMillis(0));
        Path jar = Files.writeString(target.resolve("dualanodiff-0.1.0.jar"), "");
        Files.writeString(target.resolve("dualanodiff-0.1.0-sources.jar"), "");

        assertThat(run().output()).isEqualTo("SPARK --class org.dualanodiff.jobs.Main " + jar + " plan\n");

        environment.put("SPARK_HOME", spark.resolve("none").toString());
        assertThat(run().output()).startsWith("error: SPARK_HOME is").contains("no bin/spark-submit");
    }

    @Test
    void sparkHome_withJavaThatItsHadoopCannot_isRefused() throws Exception {
        spark("3.4.2");
        Files.writeString(target.resolve("dualanodiff-1.jar"), "");
        Files.writeString(folder.resolve("java/release"), "JAVA_VERSION=\"25.0.1\"\n");
        Result result = run();
        assertThat(result.exit()).isEqualTo(2);
        assertThat(result.output()).startsWith("error: this is Java 25, on which hadoop-client-api-3.4.2");

        spark("3.4.3");
        Files.delete(folder.resolve("spark/jars/hadoop-client-api-3.4.2.jar"));
        assertThat(run().output()).startsWith("SPARK");
    }

    private Path spark(String hadoop) throws IOException {
        Path spark = folder.resolve("spark");
        script(spark.resolve("bin/spark-submit"), "#!/bin/bash\necho \"SPARK $*\"\n");
        Files.createDirectories(spark.resolve("jars"));
        Files.writeString(spark.resolve("jars/hadoop-client-api-" + hadoop + ".jar"), "");
        environment.put("SPARK_HOME", spark.toString());
        return spark;
    }
}
