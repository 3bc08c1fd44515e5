package org.dualanodiff.jobs.spark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.spark.SparkEnv;
import org.dualanodiff.model.base.ModelFiles;
import org.dualanodiff.model.dual.AdapterLayout;
import org.dualanodiff.model.torch.Devices;
import org.dualanodiff.pipeline.UserError;

/** Whether a JVM of a run, driver or executor, has what its work needs. */
public final class JvmCheck {

    /** Spark's own least; below it a session does not open. */
    private static final long LEAST_HEAP = 471_859_200;

    private static final long FLOAT_BYTES = 4;
    /** The adapter, and two moments of the optimizer beside it. */
    private static final int STATE_PARTS = 3;

    private static boolean passed;

    private final boolean embedded;
    private final List<String> problems = new ArrayList<>();

    private JvmCheck(boolean embedded) {
        this.embedded = embedded;
    }

    /**
     * @param embedded whether Spark runs inside this JVM rather than having started it
     * @param device that tasks of this JVM compute on; empty if it has none
     * @param temporaryBytes that are going to be in the folder for temporary files at once
     * @return what is missing, each with the place and what to set
     */
    public static List<String> problems(boolean embedded, Optional<String> device, long temporaryBytes) {
        JvmCheck check = new JvmCheck(embedded);
        check.heap();
        check.temporaryFolder(Path.of(System.getProperty("java.io.tmpdir")), temporaryBytes);
        device.ifPresent(name -> check.problems.addAll(Devices.look(name)));
        return check.problems;
    }

    /**
     * Before Spark starts in this JVM.
     *
     * @throws UserError with all that is missing
     */
    public static void require(boolean embedded) {
        List<String> problems = problems(embedded, Optional.empty(), 0);
        if (!problems.isEmpty()) {
            throw new UserError(problems);
        }
    }

    /**
     * On an executor, before its first task loads anything.
     *
     * @param bytes that the task has in temporary files at once
     * @throws UncheckedIOException with all that is missing; Spark tries the task elsewhere
     */
    public static synchronized void requireOnExecutor(String device, long bytes) {
        // Numbers go into files, whatever the locale of this machine is.
        Locale.setDefault(Locale.Category.FORMAT, Locale.ROOT);
        if (passed) {
            return;
        }
        boolean embedded = SparkEnv.get().conf().get("spark.master", "").startsWith("local");
        List<String> problems = problems(embedded, Optional.of(device), bytes);
        if (!problems.isEmpty()) {
            throw new UncheckedIOException(
                    new IOException("this executor cannot work: " + String.join("; ", problems)));
        }
        passed = true;
    }

    /** A file of an adapter. */
    public static long adapterBytes(ModelFiles base, int rank) {
        return FLOAT_BYTES
                * AdapterLayout.of(base.unetConfig(), base.textConfig(), rank, false)
                        .numbers();
    }

    /** What training an adapter has in files at once: the adapter, a state, and the next state being written. */
    public static long trainingBytes(ModelFiles base, int rank) {
        return adapterBytes(base, rank) * (1 + 2 * STATE_PARTS);
    }

    /** As {@link #problems}, of the heap alone. */
    public static List<String> ofHeap(boolean embedded) {
        JvmCheck check = new JvmCheck(embedded);
        check.heap();
        return check.problems;
    }

    /** As {@link #problems}, of a folder for temporary files alone. */
    public static List<String> ofTemporaryFolder(boolean embedded, Path folder, long bytes) {
        JvmCheck check = new JvmCheck(embedded);
        check.temporaryFolder(folder, bytes);
        return check.problems;
    }

    private void heap() {
        long heap = Runtime.getRuntime().maxMemory();
        if (heap < LEAST_HEAP) {
            problems.add("the heap has %d MB, Spark needs %d MB at least: %s"
                    .formatted(
                            heap >> 20,
                            LEAST_HEAP >> 20,
                            embedded
                                    ? "give JAVA_OPTS=-Xmx2g"
                                    : "give --driver-memory 2g, and spark.executor.memory likewise"));
        }
    }

    private void temporaryFolder(Path folder, long bytes) {
        String set = embedded
                ? "set JAVA_OPTS=-Djava.io.tmpdir=DIR"
                : "set spark.driver.extraJavaOptions and spark.executor.extraJavaOptions to -Djava.io.tmpdir=DIR";
        try {
            Path tried = Files.createTempFile(folder, "dualanodiff-try-", ".sh");
            try {
                Files.writeString(tried, "#!/bin/sh\n");
                if (!canRun(tried)) {
                    problems.add(("the folder for temporary files, %s, runs no programs (mounted noexec?), but native"
                                    + " libraries are unpacked there: %s to a folder that does")
                            .formatted(folder, set));
                }
            } finally {
                Files.delete(tried);
            }
            room(folder, bytes, set);
        } catch (IOException e) {
            problems.add("the folder for temporary files, %s, cannot be written: %s; %s to a folder that can"
                    .formatted(folder, e, set));
        }
    }

    private void room(Path folder, long bytes, String set) throws IOException {
        long free = Files.getFileStore(folder).getUsableSpace();
        if (free < bytes) {
            problems.add(
                    "the folder for temporary files, %s, has %d MB free, but a task of this run needs %d MB: %s to a folder with room"
                            .formatted(folder, free >> 20, bytes >> 20, set));
        }
    }

    /** By trying: what is mounted how cannot be asked for everywhere. */
    private static boolean canRun(Path script) {
        try {
            Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
            Process process = new ProcessBuilder(script.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            process.waitFor();
            return true;
        } catch (UnsupportedOperationException e) {
            return true;
        } catch (IOException e) {
            // EACCES; anything else, such as no shell, says nothing of the folder.
            return !String.valueOf(e.getMessage()).contains("error=13");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }
}
