package org.dualanodiff.model.checkpoint;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * The tensors of one network by name, whether they lie in one file or are spread over shards. Instances are immutable
 * and safe to share between threads.
 */
public final class WeightSource {
    private final List<Path> files;
    private final Map<String, Entry> entries;

    private WeightSource(List<Path> files, Map<String, Entry> entries) {
        this.files = List.copyOf(files);
        this.entries = entries;
    }

    private record Entry(TensorFile file, TensorFile.Info info) {

        Entry withoutTrailingOnes() {
            long[] shape = info.shape();
            int length = shape.length;
            while (length > 1 && shape[length - 1] == 1) {
                length--;
            }
            long[] shorter = Arrays.copyOf(shape, length);
            return new Entry(file, new TensorFile.Info(info.name(), info.dtype(), shorter, info.begin(), info.end()));
        }
    }

    /**
     * Opens one file, or all shards of one network.
     *
     * @throws CheckpointException if a file cannot be read or two files hold the same tensor
     */
    public static WeightSource open(List<Path> files) {
        Map<String, Entry> entries = new LinkedHashMap<>();
        for (Path path : files) {
            TensorFile file = TensorFile.open(path);
            file.tensors().values().forEach(info -> put(entries, info.name(), new Entry(file, info)));
        }
        return new WeightSource(files, entries);
    }

    /** {@link #open(List)} for a network in one file. */
    public static WeightSource open(Path file) {
        return open(List.of(file));
    }

    private static void put(Map<String, Entry> entries, String name, Entry entry) {
        Entry other = entries.putIfAbsent(name, entry);
        if (other != null) {
            throw new CheckpointException("file %s: tensor %s is also in %s, as %s"
                    .formatted(entry.file.path(), name, other.file.path(), other.info.name()));
        }
    }

    /**
     * The same tensors under other names, for files written with an older naming.
     *
     * @param rename from a name in the file to the name asked for
     */
    public WeightSource renamed(UnaryOperator<String> rename) {
        Map<String, Entry> renamed = new LinkedHashMap<>();
        entries.forEach((name, entry) -> put(renamed, rename.apply(name), entry));
        return new WeightSource(files, renamed);
    }

    /** The same tensors, those of the given names seen without their trailing dimensions of size 1. */
    public WeightSource withoutTrailingOnes(Predicate<String> names) {
        Map<String, Entry> seen = new LinkedHashMap<>();
        entries.forEach((name, entry) -> seen.put(name, names.test(name) ? entry.withoutTrailingOnes() : entry));
        return new WeightSource(files, seen);
    }

    /** The files read. */
    public List<Path> files() {
        return files;
    }

    /** All names, in file order. */
    public Set<String> names() {
        return Collections.unmodifiableSet(entries.keySet());
    }

    /** The tensor's entry, if there is one. */
    public Optional<TensorFile.Info> find(String name) {
        return Optional.ofNullable(entries.get(name)).map(Entry::info);
    }

    /**
     * The tensor's entry, checked.
     *
     * @param shape the expected dimensions
     * @throws CheckpointException if it is missing or has another shape
     */
    public TensorFile.Info require(String name, long... shape) {
        Entry entry = entry(name);
        if (!entry.info.hasShape(shape)) {
            throw new CheckpointException("file %s: tensor %s: expected shape %s, found %s"
                    .formatted(
                            entry.file.path(),
                            entry.info.name(),
                            Arrays.toString(shape),
                            Arrays.toString(entry.info.shape())));
        }
        return entry.info;
    }

    /** As {@link #require}, and of a type that weights are of: F32, F16 or BF16. */
    public TensorFile.Info requireWeight(String name, long... shape) {
        TensorFile.Info info = require(name, shape);
        entry(name).file.weight(info.name());
        return info;
    }

    /** The tensor's bytes as in {@link TensorFile#map}. */
    public ByteBuffer map(String name) {
        Entry entry = entry(name);
        return entry.file.map(entry.info.name());
    }

    /** See {@link TensorFile#giveBack}. */
    public void giveBack(String name, ByteBuffer bytes) {
        entry(name).file.giveBack(bytes);
    }

    /** The tensor's values as in {@link TensorFile#floats}. */
    public float[] floats(String name) {
        Entry entry = entry(name);
        return entry.file.floats(entry.info.name());
    }

    private Entry entry(String name) {
        Entry entry = entries.get(name);
        if (entry == null) {
            throw new CheckpointException("file %s: tensor %s is missing".formatted(fileNames(), name));
        }
        return entry;
    }

    /** The files' names, for messages. */
    public String fileNames() {
        return files.stream().map(Path::toString).collect(Collectors.joining(", "));
    }
}
