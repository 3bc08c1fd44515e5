package org.dualanodiff.pipeline.base;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.dualanodiff.model.checkpoint.CheckpointException;
import org.dualanodiff.pipeline.store.AgedFile;
import org.dualanodiff.pipeline.store.FileDigest;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.dualanodiff.pipeline.store.Json;
import org.dualanodiff.pipeline.store.ObjectStore;

/**
 * A base model on HDFS or S3. It is fetched once a machine into the cache, with a list of its files' SHA-256 beside them.
 * Each JVM checks the files against the list before it uses them; a model that was changed at its origin since is fetched
 * anew.
 */
final class RemoteModel {

    private static final String LIST = "files.json";

    /** What a model is made of; a folder may hold other things, such as pictures and the same weights in other formats. */
    private static final Pattern PART = Pattern.compile(
            "(model_index|training-images)\\.json|scheduler/[^/]+\\.json|tokenizer/[^/]+|(unet|vae|text_encoder)/[^/]+\\.(json|safetensors)|starting_adapter/[^/]+\\.safetensors");

    private static final Pattern SINGLE_FILE = Pattern.compile("(.*)/([^/]+\\.(?:safetensors|ckpt))");

    /** Folders that this JVM has checked in full. */
    private static final Set<Path> CHECKED = ConcurrentHashMap.newKeySet();

    private final String folder;
    private final String file;
    private final Map<String, String> hadoop;

    /** @param uri of a directory in the diffusers layout, or of a single-file checkpoint */
    RemoteModel(String uri, Map<String, String> hadoop) {
        var single = SINGLE_FILE.matcher(uri);
        this.folder = single.matches() ? single.group(1) : uri;
        this.file = single.matches() ? single.group(2) : null;
        this.hadoop = hadoop;
    }

    /** The model's place on this machine. */
    Path fetch(LocalCache cache) {
        try (ObjectStore origin = ObjectStore.open(folder, hadoop)) {
            List<AgedFile> parts = parts(origin);
            long bytes = parts.stream().mapToLong(AgedFile::bytes).sum();
            Path cached = cache.folder(new LocalCache.Entry(
                    "base-model-" + name(parts),
                    bytes,
                    making -> download(origin, parts, making),
                    RemoteModel::isWhole));
            return file == null ? cached : cached.resolve(file);
        }
    }

    private List<AgedFile> parts(ObjectStore origin) {
        List<AgedFile> parts = origin.inventory("").stream()
                .filter(found -> isPart(found.key()))
                .toList();
        if (parts.isEmpty()) {
            throw new CheckpointException("base-model: there is no model in %s: no model_index.json, no unet folder"
                    .formatted(origin.root()));
        }
        return parts;
    }

    private boolean isPart(String key) {
        return file == null ? PART.matcher(key).matches() : key.equals(file) || key.startsWith("tokenizer/");
    }

    private String name(List<AgedFile> parts) {
        Fingerprint.Builder name = Fingerprint.of("cached-base-model").text("folder", folder);
        parts.forEach(part -> name.text("file " + part.key(), part.bytes() + " " + part.modified()));
        return name.build().shortHex();
    }

    private static void download(ObjectStore origin, List<AgedFile> parts, Path making) throws IOException {
        Map<String, FileDigest> digests = new LinkedHashMap<>();
        for (AgedFile part : parts) {
            Path local = making.resolve(part.key());
            origin.download(part.key(), local);
            FileDigest digest = FileDigest.of(local);
            if (digest.bytes() != part.bytes()) {
                throw new IOException("%s came with %d bytes, expected %d"
                        .formatted(origin.uri(part.key()), digest.bytes(), part.bytes()));
            }
            digests.put(part.key(), digest);
        }
        Files.write(making.resolve(LIST), Json.bytes(new Digests(digests)));
    }

    private record Digests(Map<String, FileDigest> files) {}

    private static boolean isWhole(Path cached) throws IOException {
        Path list = cached.resolve(LIST);
        if (!Files.isRegularFile(list)) {
            return false;
        }
        Digests digests = Json.parse(Files.readAllBytes(list), Digests.class, list.toString());
        for (Map.Entry<String, FileDigest> part : digests.files().entrySet()) {
            if (!isWhole(cached.resolve(part.getKey()), part.getValue(), CHECKED.contains(cached))) {
                return false;
            }
        }
        CHECKED.add(cached);
        return true;
    }

    private static boolean isWhole(Path part, FileDigest digest, boolean bySizeAlone) throws IOException {
        return Files.isRegularFile(part)
                && Files.size(part) == digest.bytes()
                && (bySizeAlone || FileDigest.of(part).equals(digest));
    }
}
