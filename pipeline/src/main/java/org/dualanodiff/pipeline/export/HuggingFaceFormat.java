package org.dualanodiff.pipeline.export;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.store.ObjectStore;

/**
 * {@code data/train-PART.parquet} and a {@code README.md} card. Card and files both name the columns' features, so that
 * {@code datasets.load_dataset} gives images, also of a single file.
 */
record HuggingFaceFormat() implements PairFormat {

    @Override
    public Stream<PairEntry> write(String part, Stream<ExportedPair> pairs, ClassNames classes, ObjectStore target) {
        String key = Keys.of("data", "train-" + part + ".parquet");
        try {
            Path local = Files.createTempFile("dualanodiff-export-", ".parquet");
            try {
                List<PairEntry> written = new ArrayList<>();
                HuggingFaceFile.write(
                        local,
                        pairs.peek(pair -> written.add(pair.entry(key, null)))
                                .map(ExportedPair::generated)
                                .iterator());
                if (!written.isEmpty()) {
                    target.upload(local, key);
                }
                return written.stream();
            } finally {
                Files.deleteIfExists(local);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void finish(Entries entries, ClassNames classes, ObjectStore target) {
        try (Stream<PairEntry> all = entries.stream()) {
            target.write("README.md", HuggingFaceCard.of(classes, all.count()).getBytes(StandardCharsets.UTF_8));
        }
    }
}
