package org.dualanodiff.pipeline.samples;

import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.apache.parquet.schema.MessageType;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.samples.GeneratedSample.SampleId;
import org.dualanodiff.pipeline.samples.SampleFile.SampleReader;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.FileDigest;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.dualanodiff.pipeline.store.ObjectStore;

/** Reads a samples file of the store once, all of it for its hash, and of the rows only what names them. */
public final class SampleFileInspector {

    private static final List<String> NAMES =
            List.of("sample_id", "category", "defect", "sample_index", "run_id", "adapter");

    private final ObjectStore store;

    public SampleFileInspector(ObjectStore store) {
        this.store = store;
    }

    /**
     * A file that is no samples file, or a damaged one, gives a summary with an error.
     *
     * @throws IOException if there is no room for a copy on this machine
     * @throws org.dualanodiff.pipeline.store.StoreException if the file is not there or the store fails
     */
    public SampleFileSummary inspect(String key) throws IOException {
        Path copy = Files.createTempFile("dualanodiff-inspect-", ".parquet");
        try {
            store.download(key, copy);
            return summary(key, FileDigest.of(copy), copy);
        } finally {
            Files.deleteIfExists(copy);
        }
    }

    private static SampleFileSummary summary(String key, FileDigest digest, Path copy) {
        Rows rows = new Rows();
        try (ParquetReader<Group> reader = SampleReader.rows(copy, names(copy))) {
            for (Group row = reader.read(); row != null; row = reader.read()) {
                rows.add(row);
            }
            return rows.summary(key, digest);
        } catch (IOException | RuntimeException e) {
            return SampleFileSummary.unreadable(
                    key,
                    digest,
                    String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
        }
    }

    private static final class Rows {
        private final Map<SampleFileSummary.SeriesKey, Counts> series = new LinkedHashMap<>();
        private long rows;
        private long misnamed;

        void add(Group row) {
            SampleFileSummary.SeriesKey key = new SampleFileSummary.SeriesKey(
                    row.getString("run_id", 0),
                    row.getString("category", 0),
                    row.getString("defect", 0),
                    row.getString("adapter", 0));
            long index = row.getLong("sample_index", 0);
            Counts counts = series.computeIfAbsent(key, Counts::new);
            counts.add(Math.toIntExact(index));
            rows++;
            misnamed += row.getString("sample_id", 0).equals(SampleId.name(counts.id, index)) ? 0 : 1;
        }

        SampleFileSummary summary(String key, FileDigest digest) {
            List<SampleFileSummary.Series> all = series.entrySet().stream()
                    .map(entry -> new SampleFileSummary.Series(
                            entry.getKey(), entry.getValue().indices, entry.getValue().rows))
                    .toList();
            return new SampleFileSummary(key, digest, rows, all, misnamed, null);
        }
    }

    private static final class Counts {
        private final String id;
        private final BitSet indices = new BitSet();
        private long rows;

        Counts(SampleFileSummary.SeriesKey key) {
            this.id = SampleId.series(
                    key.runId(), new AdapterId(key.category(), key.defect(), new Fingerprint(key.adapter())));
        }

        void add(int index) {
            indices.set(index);
            rows++;
        }
    }

    /** Has the columns read that name a sample; pictures are passed over. */
    private static ParquetConfiguration names(Path file) throws IOException {
        MessageType columns = SampleReader.columns(file, file.toString());
        List<String> missing =
                NAMES.stream().filter(name -> !columns.containsField(name)).toList();
        if (!missing.isEmpty()) {
            throw new IOException("it has no column " + String.join(", ", missing));
        }
        ParquetConfiguration configuration = new PlainParquetConfiguration();
        MessageType wanted = new MessageType(
                columns.getName(), NAMES.stream().map(columns::getType).toList());
        configuration.set(ReadSupport.PARQUET_READ_SCHEMA, wanted.toString());
        return configuration;
    }

    /**
     * What a samples file of the store holds, without its pictures.
     *
     * @param digest of the whole file
     * @param rows how many samples it has
     * @param series the samples by what they were made for
     * @param misnamed samples whose id is not the one that their run, category, defect, adapter and index give
     * @param error why it cannot be read, or null; then there are no rows
     */
    public record SampleFileSummary(
            String key, FileDigest digest, long rows, List<Series> series, long misnamed, String error)
            implements Serializable {

        public SampleFileSummary {
            series = List.copyOf(series);
        }

        public static SampleFileSummary unreadable(String key, FileDigest digest, String error) {
            return new SampleFileSummary(key, digest, 0, List.of(), 0, error);
        }

        /** @param adapter fingerprint of the adapter that drew the samples */
        public record SeriesKey(String runId, String category, String defect, String adapter) implements Serializable {

            public UnitKey unit() {
                return new UnitKey(category, defect);
            }
        }

        /**
         * Samples of one series in one file.
         *
         * @param rows how many; more than there are indices if some are there twice
         */
        public record Series(SeriesKey key, BitSet indices, long rows) implements Serializable {}
    }
}
