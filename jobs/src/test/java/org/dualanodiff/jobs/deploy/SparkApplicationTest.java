package org.dualanodiff.jobs.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The manifest for the Spark operator says what the operator understands, and the same as the command for Kubernetes. */
class SparkApplicationTest {

    private static final Path ROOT = Path.of(System.getProperty("project.root"));
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    /** Properties that the manifest says by fields of its own. */
    private static final Map<String, String> FIELDS = Map.of(
            "spark.kubernetes.authenticate.driver.serviceAccountName", "/driver/serviceAccount",
            "spark.kubernetes.driver.container.image", "/driver/image",
            "spark.kubernetes.executor.container.image", "/executor/image",
            "spark.driver.memory", "/driver/memory",
            "spark.executor.instances", "/executor/instances",
            "spark.executor.cores", "/executor/cores",
            "spark.executor.memory", "/executor/memory",
            "spark.executor.memoryOverhead", "/executor/memoryOverhead");

    /** Those that the operator sets by itself. */
    private static final List<String> OPERATORS = List.of(
            "spark.kubernetes.namespace",
            "spark.kubernetes.driver.podTemplateFile",
            "spark.kubernetes.driver.podTemplateContainerName",
            "spark.kubernetes.executor.podTemplateFile",
            "spark.kubernetes.executor.podTemplateContainerName",
            "spark.kubernetes.submission.waitAppCompletion");

    private static JsonNode spec;
    private static JsonNode rules;

    @BeforeAll
    static void read() throws IOException {
        JsonNode manifest = read("spark-application.yaml");
        assertThat(manifest.path("apiVersion").asText()).isEqualTo("sparkoperator.k8s.io/v1beta2");
        assertThat(manifest.path("kind").asText()).isEqualTo("SparkApplication");
        spec = manifest.path("spec");
        try (InputStream fields = SparkApplicationTest.class.getResourceAsStream("spark-application-fields.yaml")) {
            rules = YAML.readTree(fields);
        }
    }

    private static JsonNode read(String name) throws IOException {
        return YAML.readTree(ROOT.resolve("deploy").resolve(name).toFile());
    }

    @Test
    void manifest_hasTheOperatorsFieldsAndTypes() {
        assertThat(problems("spec", spec)).isEmpty();
    }

    @Test
    void fieldThatIsMisspeltOrOfAnotherType_isFound() throws IOException {
        ObjectNode wrong = spec.deepCopy();
        wrong.put("mainclass", "Main").put("mode", "clusters").remove("sparkVersion");
        ((ObjectNode) wrong.path("executor")).put("instances", "4");
        assertThat(problems("spec", wrong)).hasSize(4);
    }

    @Test
    void manifest_saysWhatTheCommandSays() throws IOException {
        List<String> words = DeploymentPage.submit("k8s");
        Map<String, String> asked = new TreeMap<>();
        IntStream.range(0, words.size())
                .filter(i -> words.get(i).equals("--conf"))
                .mapToObj(i -> words.get(i + 1).split("=", 2))
                .filter(property -> !OPERATORS.contains(property[0]))
                .forEach(property -> asked.put(property[0], property[1]));

        Map<String, String> said = new TreeMap<>();
        spec.path("sparkConf")
                .properties()
                .forEach(entry -> said.put(entry.getKey(), entry.getValue().asText()));
        FIELDS.forEach((property, field) -> said.put(property, spec.at(field).asText()));
        assertThat(said).isEqualTo(asked);

        List<String> command = new ArrayList<>(List.of(
                spec.path("mainClass").asText(),
                spec.path("mainApplicationFile").asText()));
        spec.path("arguments").forEach(argument -> command.add(argument.asText()));
        assertThat(words)
                .containsSubsequence(command)
                .endsWith(command.subList(1, command.size()).toArray(String[]::new));
    }

    @Test
    void pods_areThoseOfTheTemplates() throws IOException {
        assertThat(podOf("driver")).isEqualTo(template("driver-pod.yaml"));
        assertThat(podOf("executor")).isEqualTo(template("executor-pod.yaml"));
    }

    /** With the name of the container that the command gives. */
    private static JsonNode podOf(String role) {
        ObjectNode template = spec.path(role).path("template").deepCopy();
        ObjectNode container = (ObjectNode) template.at("/spec/containers/0");
        assertThat(container.path("name").asText()).isEqualTo("spark-kubernetes-" + role);
        container.put("name", role);
        return template;
    }

    private static JsonNode template(String name) throws IOException {
        return ((ObjectNode) read(name)).without(List.of("apiVersion", "kind"));
    }

    private static List<String> problems(String kind, JsonNode object) {
        Map<String, String> fields = new TreeMap<>();
        rules.path(kind)
                .properties()
                .forEach(rule -> fields.put(rule.getKey(), rule.getValue().asText()));
        if (!kind.equals("spec") && !kind.equals("restartPolicy")) {
            rules.path("pod")
                    .properties()
                    .forEach(rule -> fields.put(rule.getKey(), rule.getValue().asText()));
        }
        List<String> problems = new ArrayList<>();
        object.properties().forEach(field -> {
            String type = fields.getOrDefault(field.getKey(), "unknown").replace("!", "");
            if (rules.has(type)) {
                problems.addAll(problems(type, field.getValue()));
            } else if (!isA(type, field.getValue())) {
                problems.add("%s.%s: %s is not %s".formatted(kind, field.getKey(), field.getValue(), type));
            }
        });
        fields.forEach((field, type) -> {
            if (type.startsWith("!") && !object.has(field)) {
                problems.add("%s.%s is missing".formatted(kind, field));
            }
        });
        return problems;
    }

    private static boolean isA(String type, JsonNode value) {
        return switch (type) {
            case "any" -> true;
            case "string" -> value.isTextual();
            case "integer" -> value.isInt();
            case "boolean" -> value.isBoolean();
            case "[string]" -> value.isArray() && value.valueStream().allMatch(JsonNode::isTextual);
            case "{string}" -> value.isObject() && value.valueStream().allMatch(JsonNode::isTextual);
            default -> Arrays.asList(type.split("\\|")).contains(value.asText());
        };
    }
}
