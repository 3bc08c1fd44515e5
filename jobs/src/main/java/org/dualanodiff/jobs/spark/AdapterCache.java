package org.dualanodiff.jobs.spark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.dual.MergedAdapter;
import org.dualanodiff.pipeline.store.AdapterRegistry;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.PublishedAdapter;

/**
 * The adapters that are sampled with in this JVM, folded into their base. Tasks of one adapter that run at the same time, or one
 * after another, share it. One that nobody uses is kept, since the next task is likely to ask for it again; another takes its place
 * and not memory beside it.
 */
final class AdapterCache {

    private static final Map<Key, Entry> ENTRIES = new HashMap<>();

    private AdapterCache() {}

    private record Key(String weightsUri, BaseModel base) {}

    private static final class Entry {
        private final MergedAdapter adapter;
        private int users;

        Entry(MergedAdapter adapter) {
            this.adapter = adapter;
        }
    }

    /** The right to use an adapter until closed. */
    record Lease(MergedAdapter adapter, Runnable release) implements AutoCloseable {
        @Override
        public void close() {
            release.run();
        }
    }

    static synchronized Lease lease(ObjectStore store, PublishedAdapter published, BaseModel base) throws IOException {
        Key key = new Key(published.weightsUri(), base);
        Entry entry = ENTRIES.get(key);
        if (entry == null) {
            dropIdle();
            entry = new Entry(load(store, published, base));
            ENTRIES.put(key, entry);
        }
        entry.users++;
        Entry leased = entry;
        return new Lease(entry.adapter, () -> giveBack(leased));
    }

    private static synchronized void giveBack(Entry entry) {
        entry.users--;
    }

    private static void dropIdle() {
        ENTRIES.values().removeIf(entry -> {
            if (entry.users == 0) {
                entry.adapter.close();
            }
            return entry.users == 0;
        });
    }

    private static MergedAdapter load(ObjectStore store, PublishedAdapter published, BaseModel base) throws IOException {
        Path file = Files.createTempFile("dualanodiff-adapter-", ".safetensors");
        try {
            new AdapterRegistry(store).download(published, file);
            return MergedAdapter.read(file, base);
        } finally {
            Files.deleteIfExists(file);
        }
    }
}
