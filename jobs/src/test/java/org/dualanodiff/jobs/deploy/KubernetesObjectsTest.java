package org.dualanodiff.jobs.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.dualanodiff.jobs.cli.CommandLineRun;
import org.dualanodiff.jobs.cluster.SparkHome;
import org.dualanodiff.jobs.s3.DriverProcess;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What Spark asks of Kubernetes when somebody runs the command of {@code docs/deployment.md}: submitted by PySpark's Spark to a
 * stand-in of the API, then the driver that its pod would run, which asks for its executors.
 */
@Tag("slow")
class KubernetesObjectsTest {

    private static final Path ROOT = Path.of(System.getProperty("project.root"));
    private static final String SERVER = "https://kubernetes.example:6443";

    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory()
                    .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                    .disable(YAMLGenerator.Feature.SPLIT_LINES)
                    .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                    .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
                    .enable(YAMLGenerator.Feature.INDENT_ARRAYS_WITH_INDICATOR))
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

    @TempDir
    private static Path folder;

    private static KubernetesApi api;
    private static String classPath;

    @BeforeAll
    static void submit() throws Exception {
        Optional<SparkHome> spark = SparkHome.ofPython();
        assumeTrue(spark.isPresent(), "python3 with pyspark");
        classPath = spark.get().classPath();
        api = KubernetesApi.start();
        DriverProcess submit = spark(
                classPath,
                DeploymentPage.submit("k8s").stream()
                        .map(word -> word.replace(SERVER, api.url()))
                        .map(word -> word.replace("=deploy/", "=" + ROOT.resolve("deploy") + "/"))
                        .toList());
        assertThat(submit.exit()).as(submit.log()).isZero();
    }

    @AfterAll
    static void stop() {
        if (api != null) {
            api.close();
        }
    }

    private static DriverProcess spark(String jars, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("-cp", jars, "org.apache.spark.deploy.SparkSubmit"));
        command.addAll(arguments);
        Map<String, String> environment = Map.of("SPARK_LOCAL_IP", "127.0.0.1", "SPARK_USER", "operator");
        return DriverProcess.startJava(folder.resolve("drivers"), environment, command);
    }

    @Test
    void submit_asThePageSays_makesTheDriversObjects() throws Exception {
        assertAsGolden(
                "driver-pod", api.find("Pod", "dualanodiff-nightly-", "-driver").orElseThrow());
        assertAsGolden(
                "driver-service",
                api.find("Service", "dualanodiff-nightly-", "-driver-svc").orElseThrow());
        assertAsGolden("driver-settings", driversSettings());
    }

    private static ObjectNode driversSettings() {
        return api.find("ConfigMap", "spark-drv-", "-conf-map").orElseThrow();
    }

    @Test
    void driver_asItsPodWouldStartIt_asksForTheExecutors() throws Exception {
        Path settings = folder.resolve("spark.properties");
        // Our classes are on the class path, for the image with the jar is not here.
        Files.writeString(
                settings,
                driversSettings().at("/data/spark.properties").asText().replaceAll("(?m)^spark.jars=.*", ""));
        ObjectNode template = api.find("ConfigMap", "dualanodiff-nightly-", "-podspec-conf-map")
                .orElseThrow();
        Path pod = folder.resolve("pod-spec-template.yml");
        Files.writeString(pod, template.path("data").elements().next().asText());

        List<String> command = new ArrayList<>(List.of(
                "--deploy-mode",
                "client",
                "--conf",
                "spark.driver.bindAddress=127.0.0.1",
                "--conf",
                "spark.kubernetes.driver.master=" + api.url(),
                "--conf",
                "spark.kubernetes.executor.podTemplateFile=" + pod));
        JsonNode container =
                api.find("Pod", "dualanodiff-nightly-", "-driver").orElseThrow().at("/spec/containers/0/args");
        StreamSupport.stream(container.spliterator(), false)
                .map(JsonNode::asText)
                .skip(1)
                .map(argument -> argument.equals("/opt/spark/conf/spark.properties") ? settings.toString() : argument)
                .map(argument -> argument.startsWith("local:") ? "spark-internal" : argument)
                .map(argument -> argument.replace("/etc/dualanodiff/", ROOT.resolve("conf") + "/"))
                .map(argument -> argument.replace("store=s3a://factory/augmented", "store=" + folder.resolve("store")))
                .map(argument -> argument.replaceFirst("^base-model=.*", "base-model=" + CommandLineRun.TINY_BASE))
                .map(argument -> argument.replaceFirst("^dataset.root=.*", "dataset.root=builtin:samples"))
                .forEach(command::add);

        DriverProcess driver = spark(
                classPath + System.getProperty("path.separator") + System.getProperty("java.class.path"), command);
        try {
            driver.await(
                    "an executor",
                    () -> api.find("Pod", "dualanodiff-nightly-", "-exec-1").isPresent());
        } finally {
            driver.kill();
        }
        assertAsGolden(
                "executor-pod",
                api.find("Pod", "dualanodiff-nightly-", "-exec-1").orElseThrow());
    }

    private static void assertAsGolden(String name, ObjectNode made) throws Exception {
        String yaml = YAML.writeValueAsString(YAML.treeToValue(settled(made), TreeMap.class));
        String settled = yaml.replaceAll("-[0-9a-f]{16}(?=-)", "-HASH")
                .replaceAll("spark-(exec|drv)-[0-9a-f]{16}", "spark-$1-HASH")
                .replaceAll("spark-[0-9a-f]{32}", "spark-APPLICATION")
                .replaceAll("spark-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "spark-FOLDER")
                .replaceAll("submitTime=\\d+", "submitTime=TIME")
                .replace(api.url().replace(":", "\\:"), SERVER.replace(":", "\\:"))
                .replace(ROOT.toString() + "/", "")
                // Where the port is taken on this machine, the driver takes the next one.
                .replaceAll("(driver-svc.dualanodiff.svc:|-Dspark.driver.port=)\\d+", "$1PORT")
                .replaceAll("(?<=AUTH_SECRET\n {10}value: ).*", "SECRET");
        Path seen =
                Files.createDirectories(ROOT.resolve("jobs/target/kubernetes")).resolve(name + ".yaml");
        Files.writeString(seen, settled);
        String golden = Optional.ofNullable(KubernetesObjectsTest.class.getResourceAsStream(name + ".yaml"))
                .map(KubernetesObjectsTest::text)
                .orElse("");
        assertThat(settled).as("what was made is in %s", seen).isEqualTo(golden);
    }

    private static String text(InputStream golden) {
        try (golden) {
            return new String(golden.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Without what the stand-in has put in, and properties in an order of their own, without the time. */
    private static ObjectNode settled(ObjectNode made) {
        ObjectNode settled = made.deepCopy();
        settled.remove("status");
        ((ObjectNode) settled.path("metadata")).remove(List.of("uid", "resourceVersion"));
        if (settled.at("/spec/containers/0/env") instanceof ArrayNode variables) {
            inOrder(variables);
        }
        if (settled.path("data") instanceof ObjectNode data && data.has("spark.properties")) {
            data.put(
                    "spark.properties",
                    data.path("spark.properties")
                            .asText()
                            .lines()
                            .filter(line -> !line.startsWith("#"))
                            .sorted()
                            .collect(Collectors.joining("\n", "", "\n")));
        }
        return settled;
    }

    /** By name; Spark counts the options of the JVM in no order. */
    private static void inOrder(ArrayNode variables) {
        List<JsonNode> sorted = new ArrayList<>();
        for (JsonNode variable : variables) {
            String name = variable.path("name").asText().replaceFirst("^(SPARK_JAVA_OPT_)\\d+$", "$1N");
            sorted.add(((ObjectNode) variable).put("name", name));
        }
        sorted.sort(Comparator.comparing(
                        (JsonNode variable) -> variable.path("name").asText())
                .thenComparing(variable -> variable.path("value").asText()));
        variables.removeAll().addAll(sorted);
    }
}
