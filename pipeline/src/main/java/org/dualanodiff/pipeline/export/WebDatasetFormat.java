package org.dualanodiff.pipeline.export;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Date;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.dualanodiff.pipeline.export.ExportFormat.PairFormat;
import org.dualanodiff.pipeline.export.ExportFormat.PairFormat.Keys;
import org.dualanodiff.pipeline.store.ObjectStore;

/**
 * WebDataset: {@code shards/PART-NUMBER.tar}, each with {@code CATEGORY/DEFECT/ID.png}, {@code .mask.png} and
 * {@code .json} of its pairs side by side, and {@code shards.txt}, their names. Bytes follow from the pairs alone.
 *
 * @param shardBytes from which on a shard is full
 */
record WebDatasetFormat(long shardBytes) implements PairFormat {

    private static final String FOLDER = "shards";

    @Override
    public Stream<ExportedPair.Entry> write(
            String part, Stream<ExportedPair> pairs, ExportPlan.Classes classes, ObjectStore target) {
        List<ExportedPair.Entry> written = new ArrayList<>();
        Iterator<ExportedPair> left = pairs.iterator();
        try {
            for (int number = 0; left.hasNext(); number++) {
                String key = Keys.of(FOLDER, String.format(Locale.ROOT, "%s-%06d.tar", part, number));
                try (Shard shard = new Shard()) {
                    while (left.hasNext() && shard.bytes() < shardBytes) {
                        ExportedPair pair = left.next();
                        ExportedPair.Entry entry = pair.entry(key, null);
                        shard.add(pair, entry, classes.number(pair.category(), pair.defect()));
                        written.add(entry);
                    }
                    shard.upload(target, key);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return written.stream();
    }

    @Override
    public List<String> folders(ExportPlan.Classes classes) {
        return List.of(FOLDER);
    }

    @Override
    public void finish(Entries entries, ExportPlan.Classes classes, ObjectStore target) {
        String names = String.join("\n", entries.images()) + "\n";
        target.write("shards.txt", names.getBytes(StandardCharsets.UTF_8));
    }

    /** A tar file that grows on this machine. */
    private static final class Shard implements Closeable {

        private final Path local = Files.createTempFile("dualanodiff-export-", ".tar");
        private final TarArchiveOutputStream tar =
                new TarArchiveOutputStream(Files.newOutputStream(local), StandardCharsets.UTF_8.name());

        Shard() throws IOException {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            tar.setAddPaxHeadersForNonAsciiNames(true);
        }

        long bytes() {
            return tar.getBytesWritten();
        }

        void add(ExportedPair pair, ExportedPair.Entry entry, int label) throws IOException {
            String key = Keys.of(Keys.named(pair.category(), pair.defect()), pair.id());
            String description = ExportedPair.Entry.GSON.toJson(description(entry, label));
            add(key + ".json", description.getBytes(StandardCharsets.UTF_8));
            add(key + ".mask.png", pair.mask());
            add(key + ".png", pair.image());
        }

        private static Map<String, Object> description(ExportedPair.Entry entry, int label) {
            Map<String, Object> description = new LinkedHashMap<>();
            description.put("id", entry.id());
            description.put("category", entry.category());
            description.put("defect", entry.defect());
            description.put("label", label);
            description.put("origin", entry.origin());
            description.put("width", entry.width());
            description.put("height", entry.height());
            description.put("mask_area", entry.area());
            description.put("bbox", entry.box());
            return description;
        }

        private void add(String name, byte[] content) throws IOException {
            TarArchiveEntry file = new TarArchiveEntry(name);
            file.setSize(content.length);
            file.setModTime(new Date(0));
            tar.putArchiveEntry(file);
            tar.write(content);
            tar.closeArchiveEntry();
        }

        void upload(ObjectStore target, String key) throws IOException {
            tar.close();
            target.upload(local, key);
        }

        @Override
        public void close() throws IOException {
            tar.close();
            Files.deleteIfExists(local);
        }
    }
}
