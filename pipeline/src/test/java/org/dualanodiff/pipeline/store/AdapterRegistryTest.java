package org.dualanodiff.pipeline.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.dualanodiff.pipeline.store.AdapterRegistry.PublishedAdapter;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdapterRegistryTest {
    private static final AdapterId ID = Samples.ID;

    @TempDir
    Path folder;

    private ObjectStore store;
    private AdapterRegistry registry;

    @BeforeEach
    void open() {
        store = ObjectStore.open(folder.resolve("store").toString(), Map.of());
        registry = new AdapterRegistry(store);
    }

    @Test
    void find_afterPublish_givesTheSameAdapter() {
        PublishedAdapter published = publish("weights");

        assertThat(registry.find(ID)).contains(published);
        assertThat(published.weightsKey()).isEqualTo(StoreLayout.weights(ID, StoreLayout.WEIGHTS_FILE));
        registry.download(published, folder.resolve("copy"));
        assertThat(folder.resolve("copy")).hasContent("weights");
    }

    @Test
    void find_ofWeightsWithoutProvenance_isEmpty() {
        store.write(StoreLayout.weights(ID, StoreLayout.WEIGHTS_FILE), new byte[4]);

        assertThat(registry.find(ID)).isEmpty();
        assertThat(registry.published(List.of(ID))).isEmpty();
    }

    @Test
    void publish_besideWeightsOfATrainingThatDied_describesItsOwn() {
        store.write(StoreLayout.weights(ID, StoreLayout.WEIGHTS_FILE), new byte[4]);

        registry.download(publish("mine"), folder.resolve("copy"));

        assertThat(folder.resolve("copy")).hasContent("mine");
    }

    @Test
    void publish_whenPublishedBefore_returnsTheFirst() {
        PublishedAdapter first = publish("first");

        assertThat(publish("second")).isEqualTo(first);
        assertThat(store.list(StoreLayout.adapter(ID))).hasSize(2);
    }

    @Test
    void publish_ofRacingTrainings_leavesOneWholeAdapter() throws Exception {
        ExecutorService trainers = Executors.newFixedThreadPool(8);
        try {
            for (int round = 0; round < 8; round++) {
                AdapterId id = new AdapterId("c", "d" + round, ID.fingerprint());
                List<Callable<PublishedAdapter>> tries = IntStream.range(0, 8)
                        .<Callable<PublishedAdapter>>mapToObj(n -> () -> publish(id, "weights by " + n))
                        .toList();
                for (Future<PublishedAdapter> result : trainers.invokeAll(tries)) {
                    assertThat(registry.find(id)).contains(result.get());
                }
                registry.download(registry.find(id).orElseThrow(), folder.resolve("copy"));
                assertThat(store.list(StoreLayout.adapter(id))).hasSize(2);
            }
        } finally {
            trainers.shutdownNow();
        }
    }

    @Test
    void publish_ofOtherWeightsThanDescribed_isRefused() {
        Provenance other = Samples.provenance(ID, Samples.weights(folder.resolve("a"), "a"));
        Path weights = Samples.weights(folder.resolve("b"), "b");

        assertThatThrownBy(() -> registry.publish(weights, other)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void download_ofDamagedWeights_saysWhatToDelete() {
        PublishedAdapter published = publish("weights");
        store.write(published.weightsKey(), new byte[3]);

        assertThatThrownBy(() -> registry.download(published, folder.resolve("copy")))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("has 3 bytes")
                .hasMessageContaining("delete " + store.uri(StoreLayout.adapter(ID)));
        store.delete(published.weightsKey());
        assertThatThrownBy(() -> registry.download(published, folder.resolve("copy")))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("is missing");
    }

    @Test
    void find_ofUnreadableProvenance_namesTheFile() {
        for (String broken : List.of("", "{", "{}", "[1]", "{\"fingerprint\": \"12\"}")) {
            store.write(StoreLayout.provenance(ID), broken.getBytes(StandardCharsets.UTF_8));

            assertThatThrownBy(() -> registry.find(ID))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining(store.uri(StoreLayout.provenance(ID)));
        }
    }

    @Test
    void find_ofProvenanceOfAnotherAdapter_saysSo() {
        PublishedAdapter published = publish("weights");
        AdapterId other = new AdapterId("metal nut", "scratch", ID.fingerprint());
        store.write(StoreLayout.provenance(other), store.read(StoreLayout.provenance(published.id())));

        assertThatThrownBy(() -> registry.find(other))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("scratch")
                .hasMessageContaining("bent");
    }

    @Test
    void provenanceJson_hasSnakeCaseNamesAndIsoTime() {
        publish("weights");

        JsonObject json = JsonParser.parseString(
                        new String(store.read(StoreLayout.provenance(ID)), StandardCharsets.UTF_8))
                .getAsJsonObject();

        assertThat(json.get("fingerprint").getAsString())
                .isEqualTo(ID.fingerprint().hex());
        assertThat(json.get("created_at").getAsString()).isEqualTo("2026-03-01T12:00:00Z");
        assertThat(json.getAsJsonObject("training").get("final_loss").getAsDouble())
                .isEqualTo(0.125);
        assertThat(json.getAsJsonObject("weights").get("bytes").getAsLong()).isEqualTo(7);
        assertThat(json.getAsJsonObject("settings").keySet()).containsExactly("training.rank", "training.steps");
    }

    @Test
    void publishedAdapter_afterJavaSerialization_isEqual() throws Exception {
        PublishedAdapter published = publish("weights");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(published);
        }

        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            assertThat(in.readObject()).isEqualTo(published);
        }
    }

    private PublishedAdapter publish(String content) {
        return publish(ID, content);
    }

    private PublishedAdapter publish(AdapterId id, String content) {
        Path weights = Samples.weights(folder.resolve("local-" + content), content);
        return registry.publish(weights, Samples.provenance(id, weights));
    }
}
