package org.dualanodiff.pipeline.samples;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.io.api.Binary;
import org.dualanodiff.pipeline.quality.PairMeasures;
import org.dualanodiff.pipeline.quality.PairSignature;
import org.dualanodiff.pipeline.samples.SampleFile.SampleSchema;

/** A sample as a Parquet record with the columns of {@link SampleSchema}, and back. */
final class SampleRow {

    private SampleRow() {}

    static Group group(GeneratedSample sample) {
        Group row = new SimpleGroup(SampleSchema.COLUMNS);
        row.append("sample_id", sample.sampleId());
        row.append("category", sample.category());
        row.append("defect", sample.defect());
        row.append("sample_index", sample.sampleIndex());
        row.append("seed", sample.seed());
        row.append("run_id", sample.runId());
        row.append("adapter", sample.adapter());
        row.append("prompt", sample.prompt());
        if (sample.background() != null) {
            row.append("background", sample.background());
        }
        if (sample.hasPixels()) {
            addPicture(row, "image", sample.image(), sample.sampleId() + ".png");
            addPicture(row, "mask", sample.mask(), sample.sampleId() + "_mask.png");
            addPicture(row, "anomaly", sample.anomaly(), sample.sampleId() + "_anomaly.png");
        }
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
        addQuality(row.addGroup("quality"), sample);
    }

    private static void addQuality(Group quality, GeneratedSample sample) {
        PairMeasures measures = sample.quality();
        quality.append("mask_ratio", measures.maskRatio());
        addMeasured(quality, "outside_object", measures.outsideObject());
        addMeasured(quality, "contrast", measures.contrast());
        addMeasured(quality, "part_difference", measures.partDifference());
        addMeasured(quality, "clipped", measures.clipped());
        addMeasured(quality, "deviation", measures.deviation());
        addMeasured(quality, "window_margin", measures.windowMargin());
        addMeasured(quality, "training_distance", measures.trainingDistance());
        addMeasured(quality, "accepted_distance", measures.acceptedDistance());
        if (sample.signature() != null) {
            quality.append(
                    "signature", Binary.fromConstantByteArray(sample.signature().bytes()));
        }
    }

    private static void addMeasured(Group quality, String column, double value) {
        if (!Double.isNaN(value)) {
            quality.append(column, value);
        }
    }

    private static void addVerdict(Group row, GeneratedSample sample) {
        row.append("status", sample.status().column());
        Group reasons = row.addGroup("reasons");
        sample.reasons().forEach(reason -> reasons.addGroup("list").append("element", reason));
        if (sample.error() != null) {
            row.append("error", sample.error());
        }
    }

    static GeneratedSample sample(Group row) {
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
                row.getFieldRepetitionCount("background") == 0 ? null : row.getString("background", 0),
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
                measures(row),
                signature(row.getGroup("quality", 0)),
                GeneratedSample.Status.valueOf(row.getString("status", 0).toUpperCase(Locale.ROOT)),
                reasons(row.getGroup("reasons", 0)),
                row.getFieldRepetitionCount("error") == 0 ? null : row.getString("error", 0),
                row.getLong("millis", 0),
                Instant.EPOCH.plus(row.getLong("created_at", 0), ChronoUnit.MICROS));
    }

    private static byte[] picture(Group row, String column) {
        return row.getFieldRepetitionCount(column) == 0
                ? null
                : row.getGroup(column, 0).getBinary("bytes", 0).getBytes();
    }

    private static PairMeasures measures(Group row) {
        Group quality = row.getGroup("quality", 0);
        return new PairMeasures(
                measured(quality, "mask_ratio"),
                row.getInteger("components", 0),
                measured(quality, "outside_object"),
                measured(quality, "contrast"),
                measured(quality, "part_difference"),
                measured(quality, "clipped"),
                measured(quality, "deviation"),
                measured(quality, "window_margin"),
                measured(quality, "training_distance"),
                measured(quality, "accepted_distance"));
    }

    private static double measured(Group quality, String column) {
        return quality.getFieldRepetitionCount(column) == 0 ? Double.NaN : quality.getDouble(column, 0);
    }

    private static PairSignature signature(Group quality) {
        return quality.getFieldRepetitionCount("signature") == 0
                ? null
                : PairSignature.of(quality.getBinary("signature", 0).getBytes());
    }

    private static List<String> reasons(Group list) {
        List<String> reasons = new ArrayList<>();
        for (int i = 0; i < list.getFieldRepetitionCount("list"); i++) {
            reasons.add(list.getGroup("list", i).getString("element", 0));
        }
        return reasons;
    }
}
