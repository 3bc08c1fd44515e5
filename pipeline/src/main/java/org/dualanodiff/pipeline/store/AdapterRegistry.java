package org.dualanodiff.pipeline.store;

import java.io.Serializable;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The adapters of a store. An adapter exists once its provenance does; weights are written before it and never over
 * other weights, so what a provenance describes is what lies beside it, whoever trained at the same time.
 */
public final class AdapterRegistry {
    private static final Logger LOG = LoggerFactory.getLogger(AdapterRegistry.class);

    private final ObjectStore store;

    public AdapterRegistry(ObjectStore store) {
        this.store = store;
    }

    /**
     * The adapter, if it was published.
     *
     * @throws StoreException if its provenance cannot be read or describes another adapter
     */
    public Optional<PublishedAdapter> find(AdapterId id) {
        return store.find(StoreLayout.provenance(id), Provenance.class).map(provenance -> published(id, provenance));
    }

    /** Those of the given adapters that were published. */
    public Set<AdapterId> published(Collection<AdapterId> ids) {
        Set<String> categories =
                ids.stream().map(id -> StoreLayout.adapters(id.category())).collect(Collectors.toSet());
        Set<String> keys = new HashSet<>();
        ObjectStore.inParallel(categories, store::list).forEach(of -> of.forEach(file -> keys.add(file.key())));
        return ids.stream()
                .filter(id -> keys.contains(StoreLayout.provenance(id)))
                .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Publishes a trained adapter: weights first, provenance last. If it has been published meanwhile, by another task
     * or another run, that one stands and is returned.
     *
     * @param weights local file
     * @param provenance describes the file, as by {@link Provenance.Weights#of}
     */
    public PublishedAdapter publish(Path weights, Provenance provenance) {
        if (!Provenance.Weights.of(weights).digest().equals(provenance.weights().digest())) {
            throw new IllegalArgumentException("the provenance does not describe the weights " + weights);
        }
        AdapterId id = provenance.id();
        Provenance stored = provenance.withWeightsFile(uploadBesideOthers(weights, id));
        if (store.createIfAbsent(StoreLayout.provenance(id), Json.record(stored))) {
            return published(id, stored);
        }
        PublishedAdapter standing = find(id).orElseThrow(() -> new StoreException(
                "the adapter " + store.uri(StoreLayout.adapter(id)) + " was deleted while it was being published"));
        // The standing one is one's own if the store carried out the write but its answer was lost.
        if (!standing.provenance().weights().file().equals(stored.weights().file())) {
            LOG.info("{} was published by another task first; that one is used", standing.weightsUri());
            store.delete(StoreLayout.weights(id, stored.weights().file()));
        }
        return standing;
    }

    /**
     * Copies an adapter's weights to a local file and checks them against the provenance.
     *
     * @throws StoreException if they are missing or not the bytes that were published
     */
    public void download(PublishedAdapter adapter, Path local) {
        if (!store.exists(adapter.weightsKey())) {
            throw new StoreException(damaged(adapter, "is missing"));
        }
        store.download(adapter.weightsKey(), local);
        FileDigest found = Provenance.Weights.of(local).digest();
        FileDigest expected = adapter.provenance().weights().digest();
        if (!found.equals(expected)) {
            throw new StoreException(
                    damaged(adapter, "has %s, expected %s".formatted(found.inWords(), expected.inWords())));
        }
    }

    /**
     * Uploads under the usual name, or, where a rival or a training that died has taken it, under one that nobody else
     * uses; so each publisher can take back its own file.
     */
    private String uploadBesideOthers(Path weights, AdapterId id) {
        if (store.uploadIfAbsent(weights, StoreLayout.weights(id, StoreLayout.WEIGHTS_FILE))) {
            return StoreLayout.WEIGHTS_FILE;
        }
        String own = StoreLayout.WEIGHTS_FILE.replace(".safetensors", "-" + UUID.randomUUID() + ".safetensors");
        store.upload(weights, StoreLayout.weights(id, own));
        return own;
    }

    private PublishedAdapter published(AdapterId id, Provenance provenance) {
        if (!provenance.id().equals(id)) {
            throw new StoreException("%s describes %s, expected %s; delete that folder so that it is trained again"
                    .formatted(store.uri(StoreLayout.provenance(id)), provenance.id(), id));
        }
        String key = StoreLayout.weights(id, provenance.weights().file());
        return new PublishedAdapter(key, store.uri(key), provenance);
    }

    private String damaged(PublishedAdapter adapter, String how) {
        return "the weights %s %s; delete %s so that the next run trains this adapter again"
                .formatted(adapter.weightsUri(), how, store.uri(StoreLayout.adapter(adapter.id())));
    }

    /**
     * An adapter that any task can use.
     *
     * @param weightsKey its weights' key in the store
     * @param weightsUri the same as an address for Hadoop, Spark and people
     */
    public record PublishedAdapter(String weightsKey, String weightsUri, Provenance provenance)
            implements Serializable {
        public AdapterId id() {
            return provenance.id();
        }
    }
}
