package org.dualanodiff.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.dualanodiff.jobs.cli.CommandLineRun;
import org.dualanodiff.jobs.deploy.DeploymentPage;
import org.dualanodiff.jobs.faults.HdfsServer;
import org.dualanodiff.jobs.s3.DriverProcess;
import org.dualanodiff.jobs.s3.StoredPictures;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command of {@code docs/deployment.md} on YARN, with the store on HDFS, in both deploy modes. */
@Tag("slow")
@Tag("cluster")
@Timeout(1800)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class YarnRunTest {

    private static final Path ROOT = Path.of(System.getProperty("project.root"));
    private static final int SAMPLES = 8;
    private static final Map<String, String> CLIENT = Map.of("dfs.replication", "1");

    @TempDir
    private static Path folder;

    private static SparkHome home;
    private static HdfsServer hdfs;
    private static YarnCluster yarn;

    @BeforeAll
    static void start() throws Exception {
        Optional<SparkHome> spark = SparkHome.ofPython();
        assumeTrue(spark.isPresent(), "python3 with pyspark");
        home = spark.get();
        hdfs = HdfsServer.start(folder.resolve("hdfs"));
        yarn = YarnCluster.start(folder.resolve("yarn"), home, hdfs);
    }

    @AfterAll
    static void stop() throws Exception {
        if (yarn != null) {
            yarn.close();
        }
        if (hdfs != null) {
            hdfs.close();
        }
    }

    @Test
    @Order(1)
    void augment_inClusterMode_leavesItsResultInTheStore() throws Exception {
        DriverProcess submit = submit(DeployMode.CLUSTER, "cluster-mode");
        assertThat(submit.exit()).as(submit.log() + yarn.logs()).isZero();
        try (ObjectStore store = open("cluster-mode")) {
            assertThat(new String(store.read(StoreLayout.result(ClusterRuns.RUN))))
                    .contains("\"complete\"");
        }
        assertThat(pictures("cluster-mode")).hasSize(SAMPLES);
    }

    @Test
    @Order(2)
    void augment_inClientModeWhoseExecutorIsKilled_makesTheSame() throws Exception {
        DriverProcess augment = submit(DeployMode.CLIENT, "killed");
        augment.await("a checkpoint", () -> {
            try (ObjectStore store = open("killed")) {
                return store.list("adapters").stream()
                        .anyMatch(file -> file.key().contains("/checkpoints/"));
            }
        });
        yarn.killExecutor();
        assertThat(augment.exit()).as(augment.log() + yarn.logs()).isZero();
        assertThat(augment.log()).contains("Lost executor");
        assertThat(pictures("killed")).isEqualTo(pictures("cluster-mode"));
    }

    /** As the page says, but for sizes and places. */
    private static DriverProcess submit(DeployMode mode, String store) throws IOException {
        List<String> page = DeploymentPage.submit("yarn");
        int jar = page.indexOf("dualanodiff.jar");
        List<String> command = new ArrayList<>(List.of(
                "-cp",
                yarn.settings() + System.getProperty("path.separator") + home.classPath(),
                "org.apache.spark.deploy.SparkSubmit"));
        command.addAll(page.subList(0, jar));
        for (String property : List.of(
                "spark.submit.deployMode=" + mode.name().toLowerCase(Locale.ROOT),
                "spark.yarn.jars=local:" + home.classPath(),
                "spark.driver.memory=700m",
                "spark.driver.extraJavaOptions=" + DeployMode.QUICK_START,
                "spark.executor.instances=" + YarnCluster.GPUS,
                "spark.executor.cores=1",
                "spark.task.cpus=1",
                "spark.executor.memory=700m",
                "spark.executor.memoryOverhead=1g",
                "spark.executor.extraJavaOptions=" + DeployMode.QUICK_START,
                "spark.executor.resource.gpu.discoveryScript=" + yarn.discovery(),
                "spark.executorEnv.DUALANODIFF_CACHE=" + folder.resolve("cache"),
                "spark.yarn.appMasterEnv.DUALANODIFF_CACHE=" + folder.resolve("cache"),
                "spark.ui.enabled=false")) {
            command.addAll(List.of("--conf", property));
        }
        command.set(command.indexOf("--deploy-mode") + 1, mode.name().toLowerCase(Locale.ROOT));
        command.add(ClusterRuns.jar().toString());
        command.addAll(page.subList(jar + 1, page.size()));
        command.replaceAll(
                word -> word.equals("conf/nightly.conf") || word.equals("nightly.conf") && mode == DeployMode.CLIENT
                        ? ROOT.resolve("conf/nightly.conf").toString()
                        : word);
        List<String> settings = List.of(
                "store=" + hdfs.uri(store),
                "dataset.root=builtin:samples",
                "dataset.categories=[cloth]",
                "dataset.defects=[hole, stain]",
                "training.steps=12",
                "training.checkpoint-every=2",
                "generation.samples-per-defect=" + SAMPLES / 2,
                "generation.pairs-per-task=2",
                "run.id=" + ClusterRuns.RUN);
        Map<String, String> environment = Map.of(
                "HADOOP_CONF_DIR", yarn.settings().toString(),
                "SPARK_LOCAL_IP", "127.0.0.1",
                "DUALANODIFF_CACHE", folder.resolve("cache").toString());
        return DriverProcess.startJava(
                folder.resolve("drivers"),
                environment,
                CommandLineRun.with(command, CommandLineRun.TINY_RUN, settings));
    }

    private static ObjectStore open(String store) {
        return ObjectStore.open(hdfs.uri(store), CLIENT);
    }

    /** Of a store that {@code verify} finds clean. */
    private static Map<String, String> pictures(String name) throws IOException {
        try (ObjectStore store = open(name)) {
            StoredPictures.assertClean(store, SAMPLES);
            return StoredPictures.of(store, Files.createDirectories(folder.resolve("scratch")));
        }
    }
}
