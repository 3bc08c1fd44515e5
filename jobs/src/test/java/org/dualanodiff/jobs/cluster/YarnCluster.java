package org.dualanodiff.jobs.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dualanodiff.jobs.faults.HdfsServer;
import org.dualanodiff.jobs.s3.DriverProcess;
import org.dualanodiff.jobs.s3.S3Server;

/**
 * YARN's own ResourceManager and NodeManager as processes. YARN's plugin for GPUs asks a script in the place of {@code
 * nvidia-smi}, which tells of two; nothing isolates them.
 */
final class YarnCluster implements AutoCloseable {

    static final int GPUS = 2;

    private static final String HADOOP = Path.of(System.getProperty("project.root"), "jobs/target/hdfs-server")
            .resolve("*")
            .toString();

    private final Path folder;
    private final DriverProcess resources;
    private final DriverProcess node;

    private YarnCluster(Path folder, DriverProcess resources, DriverProcess node) {
        this.folder = folder;
        this.resources = resources;
        this.node = node;
    }

    /** @param folder where everything is kept */
    static YarnCluster start(Path folder, SparkHome home, HdfsServer hdfs) throws Exception {
        String web = writeSettings(folder, hdfs);
        YarnCluster yarn = new YarnCluster(
                folder,
                daemon(folder, home, "org.apache.hadoop.yarn.server.resourcemanager.ResourceManager"),
                daemon(folder, home, "org.apache.hadoop.yarn.server.nodemanager.NodeManager"));
        yarn.node.await("the node with its GPUs", () -> available(web).contains("\"yarn.io/gpu\": " + GPUS));
        return yarn;
    }

    private static DriverProcess daemon(Path folder, SparkHome home, String main) throws IOException {
        String classPath = Stream.of(settings(folder).toString(), HADOOP, home.classPath())
                .collect(Collectors.joining(System.getProperty("path.separator")));
        return DriverProcess.startJava(
                folder.resolve("daemons"),
                Map.of("JAVA_HOME", System.getProperty("java.home")),
                List.of("-cp", classPath, main));
    }

    /** For {@code HADOOP_CONF_DIR}. */
    Path settings() {
        return settings(folder);
    }

    private static Path settings(Path folder) {
        return folder.resolve("conf");
    }

    /** @return the address of the ResourceManager's web pages */
    private static String writeSettings(Path folder, HdfsServer hdfs) throws IOException {
        // The web pages are not in the jar; their folders have to be there.
        Files.createDirectories(settings(folder).resolve("webapps/cluster"));
        Files.createDirectories(settings(folder).resolve("webapps/node"));
        write(folder, "core-site", Map.of("fs.defaultFS", hdfs.uri(""), "hadoop.tmp.dir", folder + "/tmp"));
        write(folder, "hdfs-site", Map.of("dfs.replication", "1"));
        write(
                folder,
                "capacity-scheduler",
                Map.of(
                        "yarn.scheduler.capacity.root.queues", "default",
                        "yarn.scheduler.capacity.root.default.capacity", "100",
                        "yarn.scheduler.capacity.maximum-am-resource-percent", "1",
                        // The other one does not look at GPUs.
                        "yarn.scheduler.capacity.resource-calculator",
                                "org.apache.hadoop.yarn.util.resource.DominantResourceCalculator"));
        Map<String, String> yarn = new TreeMap<>(Map.of(
                "yarn.nodemanager.resource.memory-mb", "6144",
                "yarn.nodemanager.resource.cpu-vcores", "8",
                "yarn.scheduler.minimum-allocation-mb", "128",
                "yarn.nodemanager.local-dirs", folder + "/local",
                "yarn.nodemanager.log-dirs", folder + "/logs",
                "yarn.nodemanager.delete.debug-delay-sec", "36000",
                "yarn.nodemanager.disk-health-checker.enable", "false",
                "yarn.resource-types", "yarn.io/gpu",
                "yarn.nodemanager.resource-plugins", "yarn.io/gpu",
                "yarn.nodemanager.resource-plugins.gpu.path-to-discovery-executables",
                        nvidiaSmi(folder).toString()));
        for (String address : List.of(
                "resourcemanager.address",
                "resourcemanager.scheduler.address",
                "resourcemanager.resource-tracker.address",
                "resourcemanager.admin.address",
                "resourcemanager.webapp.address",
                "nodemanager.address",
                "nodemanager.localizer.address",
                "nodemanager.collector-service.address",
                "nodemanager.webapp.address")) {
            yarn.put("yarn." + address, "127.0.0.1:" + S3Server.freePort());
        }
        write(folder, "yarn-site", yarn);
        return "http://" + yarn.get("yarn.resourcemanager.webapp.address");
    }

    private static void write(Path folder, String name, Map<String, String> settings) throws IOException {
        Files.writeString(
                settings(folder).resolve(name + ".xml"),
                settings.entrySet().stream()
                        .map(entry -> "<property><name>%s</name><value>%s</value></property>"
                                .formatted(entry.getKey(), entry.getValue()))
                        .collect(Collectors.joining("\n", "<configuration>\n", "\n</configuration>\n")));
    }

    /** As much of its XML as YARN reads. */
    private static Path nvidiaSmi(Path folder) throws IOException {
        String gpus = IntStream.range(0, GPUS).mapToObj("""
                        <gpu id="0"><product_name>none</product_name><uuid>GPU-%1$d</uuid><minor_number>%1$d</minor_number>
                        <fb_memory_usage><total>1 MiB</total><used>0 MiB</used><free>1 MiB</free></fb_memory_usage>
                        <utilization><gpu_util>0 %%</gpu_util></utilization>
                        <temperature><gpu_temp>30 C</gpu_temp><gpu_temp_max_threshold>90 C</gpu_temp_max_threshold>
                        <gpu_temp_slow_threshold>85 C</gpu_temp_slow_threshold></temperature></gpu>
                        """::formatted).collect(Collectors.joining());
        return script(
                folder.resolve("bin/nvidia-smi"),
                "cat <<'END'\n<?xml version=\"1.0\"?>\n<nvidia_smi_log><driver_version>1</driver_version>%s</nvidia_smi_log>\nEND\n"
                        .formatted(gpus));
    }

    /** What an executor asks for its GPU: one that is an address only. */
    Path discovery() throws IOException {
        return script(folder.resolve("bin/gpus.sh"), "echo '{\"name\": \"gpu\", \"addresses\": [\"0\"]}'\n");
    }

    private static Path script(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** What the nodes offer, as {@code "NAME": VALUE}; empty before anybody answers. */
    private static String available(String web) {
        try {
            String nodes = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create(web + "/ws/v1/cluster/nodes"))
                                    .build(),
                            BodyHandlers.ofString())
                    .body();
            int from = nodes.indexOf("\"availableResource\"");
            return from < 0
                    ? ""
                    : nodes.substring(from).replaceAll("\"name\":(\"[^\"]+\"),[^}]*?\"value\":(\\d+)", "$1: $2");
        } catch (IOException notYet) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    /** Kills an executor as a machine kills it (SIGKILL); waits until there is one. */
    void killExecutor() throws InterruptedException {
        node.await("an executor", () -> executors().findAny().isPresent());
        executors().findFirst().ifPresent(ProcessHandle::destroyForcibly);
    }

    private Stream<ProcessHandle> executors() {
        return node.handle()
                .descendants()
                .filter(process -> process.info()
                        .arguments()
                        .map(List::of)
                        .orElse(List.of())
                        .contains("org.apache.spark.executor.YarnCoarseGrainedExecutorBackend"));
    }

    /** What all executors, and drivers in cluster mode, have logged. */
    String logs() {
        try (Stream<Path> files = Files.walk(folder.resolve("logs"))) {
            return files.filter(file -> file.getFileName().toString().startsWith("std"))
                    .map(YarnCluster::read)
                    .collect(Collectors.joining());
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

    @Override
    public void close() throws InterruptedException {
        List<ProcessHandle> containers = node.handle().descendants().toList();
        node.kill();
        containers.forEach(ProcessHandle::destroyForcibly);
        resources.kill();
    }
}
