package org.dualanodiff.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JvmCheckTest {

    @TempDir
    private Path folder;

    private boolean mounted;

    @Test
    void temporaryFolder_withRoom_isFine() {
        assertThat(problems(folder, true, 1000)).isEmpty();
    }

    @Test
    void temporaryFolder_tooSmall_isNamedWithNeedAndFree() {
        assertThat(problems(folder, true, 1L << 60))
                .singleElement()
                .asString()
                .contains(folder.toString(), "MB free", "needs 1099511627776 MB", "JAVA_OPTS=-Djava.io.tmpdir=DIR");
    }

    @Test
    void temporaryFolder_thatIsNotThere_isNamedWithTheSettingOfSparkSubmit() {
        Path none = folder.resolve("none");

        assertThat(problems(none, false, 0))
                .singleElement()
                .asString()
                .contains(none.toString(), "cannot be written", "spark.executor.extraJavaOptions")
                .doesNotContain("JAVA_OPTS");
    }

    @Test
    void temporaryFolder_mountedNoexecAndTiny_isNamedForBoth() throws Exception {
        mount("noexec,size=1m");

        assertThat(problems(folder, true, 2 << 20))
                .hasSize(2)
                .anySatisfy(problem -> assertThat(problem).contains(folder.toString(), "noexec"))
                .anySatisfy(problem -> assertThat(problem).contains("MB free", "needs 2 MB"));
        assertThat(folder).isEmptyDirectory();
    }

    private static List<String> problems(Path folder, boolean embedded, long bytes) {
        return JvmCheck.ofTemporaryFolder(embedded, folder, bytes);
    }

    private void mount(String options) throws IOException, InterruptedException {
        assumeTrue(Files.exists(Path.of("/proc/mounts")), "needs Linux");
        mounted = run("mount", "-t", "tmpfs", "-o", options, "tmpfs", folder.toString()) == 0;
        assumeTrue(mounted, "needs the right to mount");
    }

    @AfterEach
    void unmount() throws IOException, InterruptedException {
        if (mounted) {
            run("umount", folder.toString());
        }
    }

    private static int run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }
}
