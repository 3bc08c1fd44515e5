package org.dualanodiff.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What a script of {@code src/test/python} finds in a store, by the {@code python3} on the path. */
final class PythonCheck {

    private static final Path SCRIPTS = Path.of(System.getProperty("project.root"), "jobs/src/test/python");

    private PythonCheck() {}

    /** Skips the test where the scripts that judge pairs cannot run. */
    static void assumePossible() throws InterruptedException {
        boolean possible;
        try {
            Process python = start(List.of("-c", "import numpy, scipy, skimage, PIL, pyarrow"));
            output(python);
            possible = python.waitFor() == 0;
        } catch (IOException noPython) {
            possible = false;
        }
        assumeTrue(possible, "python3 with scikit-image");
    }

    /** What the script printed, to both streams; fails unless it is content. */
    static String of(String script, Object... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(SCRIPTS.resolve(script).toString()));
        Arrays.stream(arguments).map(Object::toString).forEach(command::add);
        Process python = start(command);
        String printed = output(python);
        assertThat(python.waitFor()).as(printed).isZero();
        return printed;
    }

    private static Process start(List<String> arguments) throws IOException {
        ProcessBuilder builder = new ProcessBuilder("python3", "-X", "utf8").redirectErrorStream(true);
        builder.command().addAll(arguments);
        return builder.start();
    }

    private static String output(Process python) throws IOException {
        return new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
