package org.dualanodiff.pipeline.samples;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.api.Binary;

/** Reads and writes generated samples as a local Parquet file with the columns of {@code samples.schema}. */
public final class SampleFile {

    /** Row groups stay small, since a row holds three pictures and the writer keeps a group in memory. */
    private static final long ROW_GROUP_BYTES = 32L << 20;

    private SampleFile() {}

    /**
     * Writes the samples as they come; one row group at most is in memory.
     *
     * @param file replaced if it exists
     * @return rows written
     */
    public static int write(Path file, Iterator<GeneratedSample> samples) throws IOException {
        int rows = 0;
        try (ParquetWriter<Group> writer = writer(file)) {
            while (samples.hasNext()) {
                writer.write(group(samples.next()));
                rows++;
            }
        }
        return rows;
    }

    /** All samples of a file, in order. */
    public static List<GeneratedSample> read(Path file) throws IOException {
        List<GeneratedSample> samples = new ArrayList<>();
        try (ParquetReader<Group> reader = new Reader(file).build()) {
            for (Group row = reader.read(); row != null; row = reader.read()) {
                samples.add(sample(row));
            }
        }
        return samples;
    }

    private static ParquetWriter<Group> writer(Path file) throws IOException {
        return ExampleParquetWriter.builder(new LocalOutputFile(file))
                .withConf(new PlainParquetConfiguration())
                .withType(SampleSchema.COLUMNS)
                .withWriteMode(ParquetFileWriter.Mode.OVERWRITE)
                .withRowGroupSize(ROW_GROUP_BYTES)
                // PNG bytes do not shrink further; snappy passes them through at little cost and every reader has it.
                .withCompressionCodec(CompressionCodecName.SNAPPY)
                .withDictionaryEncoding("image.bytes", false)
                .withDictionaryEncoding("mask.bytes", false)
                .withDictionaryEncoding("anomaly.bytes", false)
                .build();
    }

    private static Group group(GeneratedSample sample) {
        Group row = new SimpleGroup(SampleSchema.COLUMNS);
        row.append("sample_id", sample.sampleId());
        row.append("category", sample.category());
        row.append("defect", sample.defect());
        row.append("sample_index", sample.sampleIndex());
        row.append("seed", sample.seed());
        row.append("run_id", sample.runId());
        row.append("adapter", sample.adapter());
        row.append("prompt", sample.prompt());
        addPicture(row, "image", sample.image(), sample.sampleId() + ".png");
        addPicture(row, "mask", sample.mask(), sample.sampleId() + "_mask.png");
        addPicture(row, "anomaly", sample.anomaly(), sample.sampleId() + "_anomaly.png");
        addMask(row, sample);
        addVerdict(row, sample);
        row.append("millis", sample.millis());
        row.append("created_at", ChronoUnit.MICROS.between(Instant.EPOCH, sample.createdAt()));
        return row;
    }

    private static void addPicture(Group row, String column, byte[] png, String path) {
        Group picture = row.addGroup(column);
        picture.append("bytes", Binary.fromConstantByteArray(png));
        picture.append("path", path);
    }

    private static void addMask(Group row, GeneratedSample sample) {
        row.append("width", sample.width());
        row.append("height", sample.height());
        row.append("mask_area", sample.maskArea());
        Group box = row.addGroup("bbox");
        box.append("x", sample.boundingBox().x());
        box.append("y", sample.boundingBox().y());
        box.append("width", sample.boundingBox().width());
        box.append("height", sample.boundingBox().height());
        row.append("components", sample.components());
        row.addGroup("quality").append("mask_ratio", sample.maskRatio());
    }

    private static void addVerdict(Group row, GeneratedSample sample) {
        row.append("status", sample.status().column());
        Group reasons = row.addGroup("reasons");
        sample.reasons().forEach(reason -> reasons.addGroup("list").append("element", reason));
        if (sample.error() != null) {
            row.append("error", sample.error());
        }
    }

    private static GeneratedSample sample(Group row) {
        Group box = row.getGroup("bbox", 0);
        return new GeneratedSample(
                row.getString("sample_id", 0),
                row.getString("category", 0),
                row.getString("defect", 0),
                row.getLong("sample_index", 0),
                row.getLong("seed", 0),
                row.getString("run_id", 0),
                row.getString("adapter", 0),
                row.getString("prompt", 0),
                picture(row, "image"),
                picture(row, "mask"),
                picture(row, "anomaly"),
                row.getInteger("width", 0),
                row.getInteger("height", 0),
                row.getInteger("mask_area", 0),
                new GeneratedSample.BoundingBox(
                        box.getInteger("x", 0),
                        box.getInteger("y", 0),
                        box.getInteger("width", 0),
                        box.getInteger("height", 0)),
                row.getInteger("components", 0),
                row.getGroup("quality", 0).getDouble("mask_ratio", 0),
                GeneratedSample.Status.valueOf(row.getString("status", 0).toUpperCase(Locale.ROOT)),
                reasons(row.getGroup("reasons", 0)),
                row.getFieldRepetitionCount("error") == 0 ? null : row.getString("error", 0),
                row.getLong("millis", 0),
                Instant.EPOCH.plus(row.getLong("created_at", 0), ChronoUnit.MICROS));
    }

    private static byte[] picture(Group row, String column) {
        return row.getGroup(column, 0).getBinary("bytes", 0).getBytes();
    }

    private static List<String> reasons(Group list) {
        List<String> reasons = new ArrayList<>();
        for (int i = 0; i < list.getFieldRepetitionCount("list"); i++) {
            reasons.add(list.getGroup("list", i).getString("element", 0));
        }
        return reasons;
    }

    private static final class Reader extends ParquetReader.Builder<Group> {

        Reader(Path file) {
            super(new LocalInputFile(file), new PlainParquetConfiguration());
        }

        @Override
        protected ReadSupport<Group> getReadSupport() {
            return new GroupReadSupport();
        }
    }
}
