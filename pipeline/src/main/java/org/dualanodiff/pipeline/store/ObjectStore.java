package org.dualanodiff.pipeline.store;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.dualanodiff.pipeline.store.Backend.Content;
import org.dualanodiff.pipeline.store.Backend.TemporaryName;

/**
 * Files under one root on a local disk ({@code /data/store}, {@code file:/data/store}), on HDFS
 * ({@code hdfs://host/store}) or on S3 ({@code s3a://bucket/prefix}; hadoop-aws on the class path).
 *
 * <p>Keys are relative paths with {@code /} between segments. Every write is whole or absent to a reader. Failures are
 * {@link StoreException}s that name the key and the root. Safe for use by several threads; not serializable: a Spark
 * task opens its own from the same root and settings.
 */
public final class ObjectStore implements AutoCloseable {
    /** Requests of {@link #inParallel}. */
    private static final int AT_ONCE = 16;

    /** Of a file that is read as a whole: records are small, samples are downloaded. */
    private static final int MOST_AT_ONCE =
            (int) Math.min(1 << 30, Runtime.getRuntime().maxMemory() / 8);

    /** File systems that Hadoop has: they would let an address in a table send requests into the network, or hide where a file lies. */
    private static final Set<String> REFUSED =
            Set.of("http", "https", "ftp", "sftp", "webhdfs", "swebhdfs", "har", "viewfs");

    private final String root;
    private final Backend backend;

    private ObjectStore(String root, Backend backend) {
        this.root = root;
        this.backend = backend;
    }

    /**
     * Opens a store; nothing is created until the first write.
     *
     * @param uriOrPath root; without a scheme it is a local path, whatever {@code fs.defaultFS} says. As everywhere in
     *     Hadoop and Spark, {@code %} in it stands for itself
     * @param hadoopConf Hadoop settings laid over those found on the class path, such as {@code fs.s3a.endpoint}
     */
    public static ObjectStore open(String uriOrPath, Map<String, String> hadoopConf) {
        StoreRoot root = StoreRoot.parse(uriOrPath);
        try {
            return new ObjectStore(root.uri(), root.open(hadoopConf));
        } catch (IOException e) {
            throw new StoreException("cannot open the store %s: %s".formatted(uriOrPath, Reasons.of(e)), e);
        }
    }

    /** Where an address lies on this machine's own file system; empty if it lies on another. */
    public static Optional<Path> localPath(String uriOrPath) {
        StoreRoot root = StoreRoot.parse(uriOrPath);
        return root.isLocal() ? Optional.of(root.localPath()) : Optional.empty();
    }

    /** Why nothing is read from or written to addresses of this scheme; empty if it is. */
    public static Optional<String> refusal(String scheme) {
        return REFUSED.contains(scheme.toLowerCase(Locale.ROOT))
                ? Optional.of("%s is not supported; copy it to a disk, HDFS or an object store".formatted(scheme))
                : Optional.empty();
    }

    /** The root as Hadoop and Spark understand it, without a slash at the end. */
    public String root() {
        return root;
    }

    /** Where a key lies, as Hadoop and Spark understand it. */
    public String uri(String key) {
        return root + (root.endsWith("/") ? "" : "/") + checked(key);
    }

    /** As {@link #uri}, for readers that take an address for a pattern, as Spark's do: what would be one is escaped. */
    public String literalUri(String key) {
        return uri(key).replaceAll("[\\[\\]{}*?\\\\]", "\\\\$0");
    }

    /** Whether there is a file, or a folder with something in it, at the key. */
    public boolean exists(String key) {
        return attempt("look for", key, () -> backend.exists(key));
    }

    /** Reads a whole file; a {@link StoreException} if there is none. */
    public byte[] read(String key) {
        return find(key).orElseThrow(() -> missing(key, null));
    }

    /** Reads a whole file if it is there: one step, unlike {@link #exists} and then {@link #read}. */
    public Optional<byte[]> find(String key) {
        return attempt("read", key, () -> {
            try (InputStream in = backend.read(key)) {
                byte[] content = in.readNBytes(MOST_AT_ONCE + 1);
                if (content.length > MOST_AT_ONCE) {
                    throw new IOException("it has more than %d MB, no record has".formatted(MOST_AT_ONCE >> 20));
                }
                return Optional.of(content);
            } catch (FileNotFoundException | NoSuchFileException e) {
                return Optional.empty();
            }
        });
    }

    /**
     * Reads a record.
     *
     * @throws StoreException if there is none, or it cannot be read
     */
    public <T> T read(String key, Class<T> type) {
        return Json.parse(read(key), type, uri(key));
    }

    /** As {@link #read(String, Class)}, of a record that may not be there. */
    public <T> Optional<T> find(String key, Class<T> type) {
        return find(key).map(json -> Json.parse(json, type, uri(key)));
    }

    /**
     * Does something for each of many keys at once: a request to a store takes tens of milliseconds, most of them waiting.
     *
     * @throws StoreException what the work throws first
     */
    public static <K, T> List<T> inParallel(Collection<K> keys, Function<K, T> work) {
        ExecutorService pool = Executors.newFixedThreadPool(Math.max(1, Math.min(AT_ONCE, keys.size())));
        try {
            List<Future<T>> running = new ArrayList<>();
            keys.forEach(key -> running.add(pool.submit(() -> work.apply(key))));
            List<T> done = new ArrayList<>();
            for (Future<T> one : running) {
                done.add(one.get());
            }
            return done;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException("interrupted while working on the store", e);
        } finally {
            pool.shutdownNow();
        }
    }

    /** Writes a file in one step over whatever was there. */
    public void write(String key, byte[] content) {
        put("write", key, Content.of(content));
    }

    /**
     * Writes a file unless there is one: of any number of racing writers exactly one gets {@code true}, and no reader
     * sees part of a file. By hard link on local disks, by rename on HDFS, by conditional PUT on S3.
     *
     * <p>On S3 the store must honour {@code If-None-Match} (Amazon S3 and current S3-compatible servers do). If the
     * answer to a successful PUT is lost, its repetition finds the key taken and {@code false} comes back for one's own
     * content; read it to see whose it is.
     */
    public boolean createIfAbsent(String key, byte[] content) {
        return attempt("create", key, () -> backend.create(key, Content.of(content)));
    }

    /** Copies a local file into the store in one step, over whatever was there. */
    public void upload(Path local, String key) {
        put("upload " + local + " to", key, localContent(local));
    }

    /** Copies a local file into the store unless the key is taken, as {@link #createIfAbsent}. */
    public boolean uploadIfAbsent(Path local, String key) {
        Content content = localContent(local);
        return attempt("upload " + local + " to", key, () -> backend.create(key, content));
    }

    /** Reads a file once for its SHA-256 and its length, without keeping it. */
    public FileDigest digest(String key) {
        return attempt("read", key, () -> FileDigest.of(backend.read(key)));
    }

    /** Copies a file of the store to a local path in one step, making its folders; this user alone can read it there. */
    public void download(String key, Path local) {
        attempt("download", key, () -> {
            LocalBackend.replace(local, () -> backend.read(key), LocalBackend.OWNER_ONLY);
            return null;
        });
    }

    /** All files at or under a prefix, sorted by key; empty if there is nothing. An empty prefix lists the store. */
    public List<StoredFile> list(String prefix) {
        return inventory(prefix).stream()
                .filter(file -> !file.isUnfinished())
                .map(file -> new StoredFile(file.key(), file.bytes()))
                .toList();
    }

    /** As {@link #list}, with their ages and with the remains of writes that were broken off. */
    public List<AgedFile> inventory(String prefix) {
        List<AgedFile> files = prefix.isEmpty()
                ? guarded("list", prefix, () -> backend.list(prefix))
                : attempt("list", prefix, () -> backend.list(prefix));
        return files.stream().sorted(Comparator.comparing(AgedFile::key)).toList();
    }

    /** Deletes a file, or a folder and all under it; {@code false} if there was nothing. */
    public boolean delete(String key) {
        return attempt("delete", key, () -> backend.delete(key));
    }

    /** Deletes files, those of them that are there; on S3 many by one request. */
    public void deleteFiles(Collection<String> keys) {
        if (!keys.isEmpty()) {
            keys.forEach(ObjectStore::checked);
            attempt("delete", keys.iterator().next(), () -> {
                backend.deleteFiles(keys);
                return null;
            });
        }
    }

    @Override
    public void close() {
        guarded("close", "", () -> {
            backend.close();
            return null;
        });
    }

    private void put(String action, String key, Content content) {
        attempt(action, key, () -> {
            backend.replace(key, content);
            return null;
        });
    }

    private <T> T attempt(String action, String key, Operation<T> operation) {
        checked(key);
        return guarded(action, key, operation);
    }

    private <T> T guarded(String action, String key, Operation<T> operation) {
        try {
            return operation.run();
        } catch (NoSuchFileException | FileNotFoundException e) {
            throw missing(key, e);
        } catch (IOException | InvalidPathException e) {
            throw new StoreException("cannot %s %s in the store %s: %s".formatted(action, key, root, Reasons.of(e)), e);
        }
    }

    private static Content localContent(Path local) {
        if (!Files.isRegularFile(local)) {
            throw new StoreException("no local file " + local + " to upload");
        }
        return Content.of(local);
    }

    private StoreException missing(String key, Exception e) {
        String what = e == null ? "" : " (" + e.getMessage() + ")";
        return new StoreException("no file %s in the store %s%s".formatted(key, root, what), e);
    }

    private static String checked(String key) {
        for (String segment : key.split("/", -1)) {
            if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
                throw new IllegalArgumentException(
                        "a store key is a relative path without empty, . or .. segments, was '" + key + "'");
            }
        }
        return key;
    }

    @FunctionalInterface
    private interface Operation<T> {
        T run() throws IOException;
    }

    /**
     * One file of the store.
     *
     * @param key path relative to the store's root, with {@code /} between segments
     * @param bytes its length
     */
    public record StoredFile(String key, long bytes) implements Serializable {}

    /**
     * One file of the store, finished or not.
     *
     * @param key path relative to the store's root, with {@code /} between segments
     * @param bytes its length
     * @param modified when it was last written, by the store's clock
     */
    public record AgedFile(String key, long bytes, Instant modified) {

        /** Whether this is what a writer works on, or one that died left behind. */
        public boolean isUnfinished() {
            return TemporaryName.matches(key.substring(key.lastIndexOf('/') + 1));
        }
    }
}
