package org.dualanodiff.pipeline.tracking;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.dualanodiff.pipeline.UserError;

/** An MLflow tracking server, spoken to by its REST interface, version 2.0. */
final class MlflowServer {

    private static final String API = "/api/2.0/mlflow/";
    private static final String ARTIFACTS = "/api/2.0/mlflow-artifacts/artifacts/";
    private static final String PROXIED = "mlflow-artifacts:/";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int OK = 200;
    private static final int NOT_FOUND = 404;

    /** Of one request; the server refuses more. */
    private static final int MOST_METRICS = 1000;

    private static final int MOST_PARAMS = 100;

    private final String address;
    private final Optional<String> authorization;

    /**
     * @param address such as {@code http://localhost:5000}
     * @param environment may hold the credentials that MLflow's own clients take from there: {@code MLFLOW_TRACKING_TOKEN}, or
     *     {@code MLFLOW_TRACKING_USERNAME} and {@code MLFLOW_TRACKING_PASSWORD}
     */
    MlflowServer(String address, Map<String, String> environment) {
        if (!isAddress(address)) {
            throw new UserError("an MLflow server has an address such as http://localhost:5000, was " + address);
        }
        this.address = address.replaceFirst("/+$", "");
        this.authorization = authorization(environment);
    }

    private static boolean isAddress(String address) {
        try {
            return address.matches("https?://.+") && new URI(address).getHost() != null;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static Optional<String> authorization(Map<String, String> environment) {
        Optional<String> token = Optional.ofNullable(environment.get("MLFLOW_TRACKING_TOKEN"));
        Optional<String> user = Optional.ofNullable(environment.get("MLFLOW_TRACKING_USERNAME"));
        return token.map(secret -> "Bearer " + secret)
                .or(() -> user.map(name -> {
                    String pair = name + ":" + environment.getOrDefault("MLFLOW_TRACKING_PASSWORD", "");
                    return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
                }));
    }

    /** The id of an experiment, made if there is none of the name. */
    String experiment(String name) {
        String query = "experiments/get-by-name?experiment_name=" + URLEncoder.encode(name, StandardCharsets.UTF_8);
        Optional<JsonObject> found = answer("GET", API + query, new byte[0], "application/json");
        return found.map(of ->
                        of.getAsJsonObject("experiment").get("experiment_id").getAsString())
                .orElseGet(() -> post("experiments/create", Map.of("name", name))
                        .get("experiment_id")
                        .getAsString());
    }

    /**
     * A run of an experiment.
     *
     * @param artifacts where its files are kept
     * @param steps the last one that each metric was logged for
     */
    record ServedRun(String id, String artifacts, Map<String, Long> steps) {

        private static ServedRun of(JsonObject run) {
            JsonObject info = run.getAsJsonObject("info");
            JsonArray metrics = run.getAsJsonObject("data").getAsJsonArray("metrics");
            Map<String, Long> steps = (metrics == null ? new JsonArray() : metrics)
                    .asList().stream()
                            .map(JsonElement::getAsJsonObject)
                            .collect(Collectors.toMap(
                                    metric -> metric.get("key").getAsString(),
                                    metric -> metric.has("step")
                                            ? metric.get("step").getAsLong()
                                            : 0));
            return new ServedRun(
                    info.get("run_id").getAsString(), info.get("artifact_uri").getAsString(), steps);
        }
    }

    /** The run that has a tag, made with the name and the tag if there is none. */
    ServedRun run(String experiment, String name, String tag, String value, Instant started) {
        JsonArray found = post(
                        "runs/search",
                        Map.of(
                                "experiment_ids",
                                List.of(experiment),
                                "filter",
                                "tags.`%s` = '%s'".formatted(tag, value),
                                "max_results",
                                1))
                .getAsJsonArray("runs");
        if (found != null && !found.isEmpty()) {
            return ServedRun.of(found.get(0).getAsJsonObject());
        }
        Map<String, Object> wanted = Map.of(
                "experiment_id",
                experiment,
                "run_name",
                name,
                "start_time",
                started.toEpochMilli(),
                "tags",
                List.of(Map.of("key", tag, "value", value)));
        return ServedRun.of(post("runs/create", wanted).getAsJsonObject("run"));
    }

    /** @param step after which it was measured */
    record Metric(String key, double value, long timestamp, long step) {}

    void log(ServedRun run, List<Metric> metrics) {
        List<Metric> fresh = metrics.stream()
                .filter(metric -> metric.step() > run.steps().getOrDefault(metric.key(), -1L))
                .toList();
        for (int from = 0; from < fresh.size(); from += MOST_METRICS) {
            post("runs/log-batch", Map.of("run_id", run.id(), "metrics", part(fresh, from, MOST_METRICS)));
        }
    }

    /** Parameters cannot be changed once they are there; the same ones may come again. */
    void describe(ServedRun run, Map<String, String> params, Map<String, String> tags) {
        List<Map<String, String>> pairs = pairs(params);
        for (int from = 0; from < pairs.size(); from += MOST_PARAMS) {
            post("runs/log-batch", Map.of("run_id", run.id(), "params", part(pairs, from, MOST_PARAMS)));
        }
        post("runs/log-batch", Map.of("run_id", run.id(), "tags", pairs(tags)));
    }

    private static <T> List<T> part(List<T> all, int from, int most) {
        return all.subList(from, Math.min(all.size(), from + most));
    }

    private static List<Map<String, String>> pairs(Map<String, String> of) {
        List<Map<String, String>> pairs = new ArrayList<>();
        of.forEach((key, value) -> pairs.add(Map.of("key", key, "value", value)));
        return pairs;
    }

    /**
     * Keeps a file with a run, over one of the same path.
     *
     * @param path relative, with {@code /} between segments
     */
    void keep(ServedRun run, String path, byte[] content, String type) {
        if (!run.artifacts().startsWith(PROXIED)) {
            throw new UserError(
                    ("the MLflow server %s keeps files of the run in %s and does not take them itself; start it with"
                                    + " --serve-artifacts, or export with --no-artifacts")
                            .formatted(address, run.artifacts()));
        }
        String folder = URI.create(run.artifacts()).getRawPath().replaceFirst("^/+", "");
        String escaped = Arrays.stream(path.split("/"))
                .map(segment ->
                        URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20"))
                .collect(Collectors.joining("/"));
        require("PUT", ARTIFACTS + folder + "/" + escaped, content, type);
    }

    void end(ServedRun run, String status, Instant ended) {
        post("runs/update", Map.of("run_id", run.id(), "status", status, "end_time", ended.toEpochMilli()));
    }

    private JsonObject post(String method, Map<String, Object> body) {
        byte[] json = new Gson().toJson(body).getBytes(StandardCharsets.UTF_8);
        return require("POST", API + method, json, "application/json");
    }

    private JsonObject require(String method, String path, byte[] body, String type) {
        return answer(method, path, body, type)
                .orElseThrow(() ->
                        new UserError("%s %s: not found; is this an MLflow server?".formatted(method, address + path)));
    }

    /** Empty if there is no such thing. */
    private Optional<JsonObject> answer(String method, String path, byte[] body, String type) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address + path))
                .timeout(PATIENCE)
                .header("Content-Type", type)
                .method(method, BodyPublishers.ofByteArray(body));
        authorization.ifPresent(secret -> request.header("Authorization", secret));
        try {
            HttpResponse<String> response =
                    connection().send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
            if (response.statusCode() == NOT_FOUND) {
                return Optional.empty();
            }
            if (response.statusCode() != OK) {
                throw new UserError("the MLflow server answered %s %s with %d: %s"
                        .formatted(method, address + path, response.statusCode(), shortened(response.body())));
            }
            JsonElement json = JsonParser.parseString(response.body());
            return Optional.of(json.isJsonObject() ? json.getAsJsonObject() : new JsonObject());
        } catch (IOException e) {
            throw new UserError("the MLflow server %s does not answer: %s".formatted(address, e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the MLflow server", e);
        }
    }

    /** A fresh one: servers close idle connections after seconds, and what is sent into one that closes cannot be sent again. */
    private static HttpClient connection() {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NORMAL)
                .connectTimeout(PATIENCE)
                .build();
    }

    private static String shortened(String text) {
        return text.length() <= 300 ? text : text.substring(0, 300) + "...";
    }
}
