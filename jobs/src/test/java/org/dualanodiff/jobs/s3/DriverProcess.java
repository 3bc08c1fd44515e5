package org.dualanodiff.jobs.s3;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.dualanodiff.jobs.Main;

/** A driver in a process of its own, which can be killed as a machine kills it. */
public final class DriverProcess {

    /** Settings of a run of a base of random weights, as quick as one can be. */
    public static final List<String> TINY_RUN = List.of(
            "resolution=32",
            "training.batch-size=1",
            "training.rank=2",
            "generation.sampler=ddim",
            "generation.steps=1",
            "generation.guidance-scale=1",
            "compute.device=cpu",
            "compute.threads=1",
            // Such a base draws nothing that the gate would let pass.
            "quality.enabled=false",
            "run.id=night");

    private static final Duration PATIENCE = Duration.ofMinutes(20);

    private final Process process;
    private final Path out;
    private final Path err;

    private DriverProcess(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /**
     * The command line with an embedded Spark.
     *
     * @param folder for what it prints
     */
    public static DriverProcess start(Path folder, Map<String, String> environment, List<String> arguments)
            throws IOException {
        return startJava(folder, environment, command(arguments));
    }

    /**
     * A JVM with the given arguments, in which Spark may reach into the JDK.
     *
     * @param folder for what it prints
     */
    public static DriverProcess startJava(Path folder, Map<String, String> environment, List<String> arguments)
            throws IOException {
        Path out = Files.createTempFile(Files.createDirectories(folder), "driver-", ".out");
        Path err = Path.of(out.toString().replace(".out", ".err"));
        ProcessBuilder builder =
                new ProcessBuilder(java(arguments)).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().putAll(environment);
        return new DriverProcess(builder.start(), out, err);
    }

    private static List<String> command(List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(
                "-Dai.djl.offline=true",
                "-Dlog4j2.configurationFile=classpath:log4j2-info.properties",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(arguments);
        return command;
    }

    private static List<String> java(List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
        // Spark reaches into the JDK; the test's own JVM was given leave for it.
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> option.startsWith("--add-opens") || option.startsWith("-XX:+IgnoreUnrecognized"))
                .forEach(command::add);
        command.addAll(List.of(
                "-Xmx1g",
                // Quick to start rather than quick to run.
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC"));
        command.addAll(arguments);
        return command;
    }

    /** Waits for its end and returns its exit code. */
    public int exit() throws InterruptedException {
        return exit(PATIENCE);
    }

    /** As {@link #exit()}, for at most so long. */
    public int exit(Duration patience) throws InterruptedException {
        if (!process.waitFor(patience.toSeconds(), TimeUnit.SECONDS)) {
            kill();
            throw new IllegalStateException("the driver did not end: " + log());
        }
        return process.exitValue();
    }

    /** Ends it at once, with nothing cleared away (SIGKILL). */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** For a look at what it has started itself. */
    public ProcessHandle handle() {
        return process.toHandle();
    }

    /** Waits until something has happened. */
    public void await(String what, BooleanSupplier happened) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!happened.getAsBoolean()) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                throw new IllegalStateException("the driver ended before '%s': %s".formatted(what, log()));
            }
            Thread.sleep(3);
        }
    }

    public void awaitLine(String part) throws InterruptedException {
        await(part, () -> log().contains(part));
    }

    public String log() {
        return read(err);
    }

    public String out() {
        return read(out);
    }

    /** The last line of standard output. */
    public JsonObject json() {
        List<String> lines = out().lines().toList();
        return JsonParser.parseString(lines.get(lines.size() - 1)).getAsJsonObject();
    }

    public int count(String name) {
        return json().get(name).getAsInt();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
