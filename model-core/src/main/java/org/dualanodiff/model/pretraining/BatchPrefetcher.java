package org.dualanodiff.model.pretraining;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Draws the next batch on a thread of its own while the model computes on this one. */
final class BatchPrefetcher implements AutoCloseable {

    private final Source source;
    private final int last;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        Thread daemon = new Thread(task, "pretraining-pictures");
        daemon.setDaemon(true);
        return daemon;
    });
    private CompletableFuture<PretrainingBatch> ahead;
    private int step;

    @FunctionalInterface
    interface Source {
        PretrainingBatch batch(int step) throws IOException;
    }

    /**
     * @param first the first batch's step
     * @param last the last one's
     */
    BatchPrefetcher(Source source, int first, int last) {
        this.source = source;
        this.last = last;
        this.step = first;
        fetch();
    }

    private void fetch() {
        if (step <= last) {
            int wanted = step;
            ahead = CompletableFuture.supplyAsync(() -> drawn(wanted), thread);
        }
    }

    private PretrainingBatch drawn(int wanted) {
        try {
            return source.batch(wanted);
        } catch (IOException e) {
            throw new CompletionException(e);
        }
    }

    /** @throws IOException if a picture cannot be read */
    PretrainingBatch next() throws IOException {
        try {
            PretrainingBatch batch = ahead.join();
            step++;
            fetch();
            return batch;
        } catch (CompletionException e) {
            if (e.getCause() instanceof IOException unreadable) {
                throw unreadable;
            }
            throw e;
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
