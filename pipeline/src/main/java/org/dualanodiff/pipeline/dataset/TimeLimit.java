package org.dualanodiff.pipeline.dataset;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Calls of other machines that end, whatever those do: their clients wait for the next byte as often as one comes. */
record TimeLimit(Duration limit) {
    private static final ExecutorService THREADS = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "remote read");
        thread.setDaemon(true);
        // The first to ask may be a parallel stream's thread, which does not know the class loader of a submitted jar.
        thread.setContextClassLoader(TimeLimit.class.getClassLoader());
        return thread;
    });

    static TimeLimit of(Duration limit) {
        return new TimeLimit(limit);
    }

    /**
     * @param place for the message
     * @throws IOException as the call's, or if it takes longer
     */
    <T> T call(String place, Callable<T> call) throws IOException {
        Future<T> answer = THREADS.submit(call);
        try {
            return answer.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw new IOException("%s gave no whole answer within %d s".formatted(place, limit.toSeconds()), e);
        } catch (InterruptedException e) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("reading %s was interrupted".formatted(place)).initCause(e);
        } catch (ExecutionException e) {
            throw rethrown(e.getCause());
        }
    }

    private static IOException rethrown(Throwable cause) {
        if (cause instanceof RuntimeException unchecked) {
            throw unchecked;
        } else if (cause instanceof Error error) {
            throw error;
        }
        return cause instanceof IOException failure ? failure : new IOException(cause);
    }
}
