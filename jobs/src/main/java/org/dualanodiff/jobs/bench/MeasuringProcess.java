package org.dualanodiff.jobs.bench;

import com.google.gson.Gson;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.dualanodiff.jobs.Main;

/** Runs a {@link ModelTask} in a Java process like this one. */
final class MeasuringProcess {

    /** A heap of one size, all of it there from the start, so that only what does not end up in it would grow. */
    private static final List<String> FIXED_HEAP = List.of("-Xms512m", "-Xmx512m", "-XX:+AlwaysPreTouch");

    private MeasuringProcess() {}

    /** A measurement failed; the message is what the process said last. */
    static final class Failure extends IOException {
        private static final long serialVersionUID = 1L;

        Failure(String message) {
            super(message);
        }
    }

    /** @throws Failure if the process does not measure to its end */
    static ModelTask.Measured measure(ModelTask task, Workload work) throws IOException, InterruptedException {
        boolean fixed = task == ModelTask.READ_BACKS || task == ModelTask.CHECKPOINTS;
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElse("java"));
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(fixed ? FIXED_HEAP : List.of());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        command.addAll(List.of("bench", "model-task", "--task", task.name()));
        command.addAll(work.options());
        Path errors = Files.createTempFile("dualanodiff-bench-", ".log");
        try {
            Process process =
                    new ProcessBuilder(command).redirectError(errors.toFile()).start();
            String json = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new Failure(reason(process.exitValue(), Files.readString(errors)));
            }
            return new Gson().fromJson(json.strip(), ModelTask.Measured.class);
        } finally {
            Files.delete(errors);
        }
    }

    /** TorchScript's messages have many lines, the last of which says why. */
    private static String reason(int exitCode, String errors) {
        int said = errors.lastIndexOf("error: ");
        return said >= 0
                ? errors.substring(said).strip()
                : "the measuring process ended with %d: %s"
                        .formatted(exitCode, errors.substring(Math.max(0, errors.length() - 1000)));
    }
}
