package org.dualanodiff.jobs.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.dualanodiff.jobs.s3.DriverProcess;
import org.dualanodiff.jobs.s3.S3Server;

/**
 * A Spark standalone cluster of real processes: a master and two workers. Each worker has an address of its own on this
 * machine and says that it has the GPUs 0 and 1.
 */
final class StandaloneCluster implements AutoCloseable {

    static final List<String> HOSTS = List.of("127.0.0.1", "127.0.0.2");

    private final Path folder;
    private final SparkHome home;
    private final Map<String, String> environment;
    private final String master;
    private final List<DriverProcess> processes = new ArrayList<>();
    private final List<DriverProcess> workers = new ArrayList<>();

    private StandaloneCluster(Path folder, SparkHome home, Map<String, String> environment, String master) {
        this.folder = folder;
        this.home = home;
        this.environment = environment;
        this.master = master;
    }

    /** @param environment of the workers, and so of their executors */
    static StandaloneCluster start(Path folder, SparkHome home, Map<String, String> environment) throws Exception {
        int port = S3Server.freePort();
        StandaloneCluster cluster =
                new StandaloneCluster(folder, home, environment, "spark://127.0.0.1:%d".formatted(port));
        cluster.startMaster(port);
        for (int worker = 0; worker < HOSTS.size(); worker++) {
            cluster.workers.add(cluster.startWorker(worker, Map.of()));
        }
        return cluster;
    }

    String master() {
        return master;
    }

    private void startMaster(int port) throws IOException, InterruptedException {
        DriverProcess process = start(
                "127.0.0.1",
                Map.of(),
                List.of(
                        "org.apache.spark.deploy.master.Master",
                        "--host",
                        "127.0.0.1",
                        "--port",
                        String.valueOf(port),
                        "--webui-port",
                        "0"));
        process.awaitLine("I have been elected leader");
    }

    private DriverProcess startWorker(int worker, Map<String, String> more) throws IOException, InterruptedException {
        DriverProcess process = start(
                HOSTS.get(worker),
                more,
                List.of(
                        "org.apache.spark.deploy.worker.Worker",
                        "--host",
                        HOSTS.get(worker),
                        // Two for the executor, and one for a driver that Spark puts here.
                        "--cores",
                        "3",
                        "--memory",
                        "3g",
                        "--work-dir",
                        workFolder(worker).toString(),
                        "--webui-port",
                        "0",
                        "--properties-file",
                        properties().toString(),
                        master));
        process.awaitLine("Successfully registered with master");
        return process;
    }

    /** Ends a worker with all that runs on it, and starts it again with further environment. */
    void restartWorker(int worker, Map<String, String> more) throws Exception {
        stop(workers.get(worker));
        workers.set(worker, startWorker(worker, more));
    }

    private DriverProcess start(String host, Map<String, String> more, List<String> arguments) throws IOException {
        Map<String, String> all = new TreeMap<>(environment);
        all.put("SPARK_HOME", home.folder().toString());
        all.put("SPARK_SCALA_VERSION", "2.13");
        all.put("SPARK_LOCAL_IP", host);
        // What killed executors leave goes with the test's folder.
        all.put("SPARK_LOCAL_DIRS", folder.resolve("local").toString());
        all.putAll(more);
        List<String> command = new ArrayList<>(List.of("-cp", home.classPath()));
        command.addAll(arguments);
        DriverProcess process = DriverProcess.startJava(folder.resolve("daemons"), all, command);
        processes.add(process);
        return process;
    }

    private Path properties() throws IOException {
        Path script = Files.writeString(folder.resolve("gpus.sh"), """
                #!/bin/sh
                echo '{"name": "gpu", "addresses": ["0", "1"]}'
                """);
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        return Files.writeString(folder.resolve("worker.conf"), """
                spark.worker.resource.gpu.amount=2
                spark.worker.resource.gpu.discoveryScript=%s
                spark.decommission.enabled=true
                """.formatted(script));
    }

    private Path workFolder(int worker) {
        return folder.resolve("work-" + worker);
    }

    /** Kills what a worker has started, its executor that is, as a machine kills it (SIGKILL); waits until there is one. */
    void killExecutor(int worker) throws InterruptedException {
        DriverProcess process = workers.get(worker);
        process.await("an executor", () -> process.handle().children().findAny().isPresent());
        process.handle().children().forEach(ProcessHandle::destroyForcibly);
    }

    /** Tells a worker that its machine is going to be taken away, as a script for a spot instance's notice does. */
    void giveNotice(int worker) throws IOException, InterruptedException {
        String pid = String.valueOf(workers.get(worker).handle().pid());
        int exit = new ProcessBuilder("kill", "-PWR", pid).start().waitFor();
        if (exit != 0) {
            throw new IOException("worker %d was not told: kill ended with %d".formatted(worker, exit));
        }
    }

    /** What all executors and drivers on the workers have logged, those of earlier applications included. */
    String logs() {
        return Stream.of(workFolder(0), workFolder(1))
                .flatMap(StandaloneCluster::logFiles)
                .map(StandaloneCluster::read)
                .reduce("", String::concat);
    }

    /** What drivers on the workers have printed, the newest last. */
    List<String> driverOutputs() {
        return Stream.of(workFolder(0), workFolder(1))
                .flatMap(StandaloneCluster::logFiles)
                .filter(file -> file.getFileName().toString().equals("stdout")
                        && file.getParent().getFileName().toString().startsWith("driver-"))
                .sorted(Comparator.comparing(file -> file.toFile().lastModified()))
                .map(StandaloneCluster::read)
                .toList();
    }

    private static Stream<Path> logFiles(Path work) {
        try (Stream<Path> files = Files.walk(work)) {
            return files.filter(file -> file.getFileName().toString().startsWith("std")).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void stop(DriverProcess process) throws InterruptedException {
        List<ProcessHandle> started = process.handle().descendants().toList();
        process.kill();
        started.forEach(ProcessHandle::destroyForcibly);
    }

    @Override
    public void close() throws InterruptedException {
        for (DriverProcess process : processes) {
            stop(process);
        }
    }
}
