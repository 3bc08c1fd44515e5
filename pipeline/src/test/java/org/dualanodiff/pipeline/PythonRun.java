package org.dualanodiff.pipeline;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * A run of the {@code python3} on the path.
 *
 * @param exit its status; -1 if there is no Python
 * @param output what it printed, to both streams
 */
public record PythonRun(int exit, String output) {

    public static PythonRun of(String... arguments) throws InterruptedException {
        return of(Map.of(), arguments);
    }

    /** @param environment added to this process's */
    public static PythonRun of(Map<String, String> environment, String... arguments) throws InterruptedException {
        try {
            ProcessBuilder builder = new ProcessBuilder("python3", "-X", "utf8").redirectErrorStream(true);
            builder.environment().putAll(environment);
            builder.command().addAll(List.of(arguments));
            Process process = builder.start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new PythonRun(process.waitFor(), output);
        } catch (IOException noPython) {
            return new PythonRun(-1, noPython.toString());
        }
    }
}
