package org.dualanodiff.jobs.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * As much of the Kubernetes API as Spark needs to believe that its objects were made: keeps what it is sent and gives it back.
 * Nothing runs. A driver's pod has succeeded as soon as it is there; an executor's pod stays without a node.
 */
final class KubernetesApi implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, ObjectNode> objects = new ConcurrentHashMap<>();

    private KubernetesApi(HttpServer server) {
        this.server = server;
    }

    static KubernetesApi start() throws IOException {
        KubernetesApi api =
                new KubernetesApi(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
        api.server.setExecutor(api.threads);
        api.server.createContext("/", api::answer);
        api.server.start();
        return api;
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** What was made of a kind, such as {@code Pod}, under a name that begins and ends so. */
    Optional<ObjectNode> find(String kind, String begin, String end) {
        return objects.values().stream()
                .filter(made -> made.path("kind").asText().equals(kind))
                .filter(made -> name(made).startsWith(begin) && name(made).endsWith(end))
                .findFirst();
    }

    private static String name(ObjectNode made) {
        return made.at("/metadata/name").asText();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            byte[] body = exchange.getRequestBody().readAllBytes();
            boolean watch = String.valueOf(exchange.getRequestURI().getQuery()).contains("watch=true");
            switch (exchange.getRequestMethod()) {
                case "POST" -> {
                    ObjectNode made = (ObjectNode) JSON.readTree(body);
                    send(exchange, 201, made(path + "/" + name(made), made));
                }
                case "PATCH", "PUT" -> send(exchange, 200, made(path, (ObjectNode) JSON.readTree(body)));
                case "DELETE" -> send(exchange, 200, JSON.createObjectNode().put("kind", "Status"));
                default -> {
                    if (watch) {
                        // Not over a web socket; else the client asks again, and lists meanwhile.
                        boolean upgrade = exchange.getRequestHeaders().containsKey("Upgrade");
                        exchange.sendResponseHeaders(upgrade ? 503 : 200, -1);
                    } else {
                        read(exchange, path);
                    }
                }
            }
        }
    }

    private ObjectNode made(String path, ObjectNode made) {
        ((ObjectNode) made.path("metadata")).put("uid", "uid").put("resourceVersion", "1");
        if (made.at("/metadata/labels/spark-role").asText().equals("driver")) {
            made.putObject("status").put("phase", "Succeeded");
        }
        objects.put(path, made);
        return made;
    }

    private void read(HttpExchange exchange, String path) throws IOException {
        if (objects.containsKey(path)) {
            send(exchange, 200, objects.get(path));
        } else if (List.of("pods", "services", "configmaps", "persistentvolumeclaims")
                .contains(path.substring(path.lastIndexOf('/') + 1))) {
            ObjectNode list = JSON.createObjectNode().put("kind", "List").put("apiVersion", "v1");
            list.putObject("metadata").put("resourceVersion", "1");
            list.putArray("items");
            send(exchange, 200, list);
        } else {
            send(exchange, 404, JSON.createObjectNode().put("kind", "Status").put("code", 404));
        }
    }

    private static void send(HttpExchange exchange, int status, JsonNode answer) throws IOException {
        byte[] bytes = JSON.writeValueAsBytes(answer);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
