package org.dualanodiff.pipeline.samples;

import java.io.Serializable;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.io.api.Binary;
import org.dualanodiff.model.image.Box;
import org.dualanodiff.model.mask.Mask;
import org.dualanodiff.pipeline.quality.PairMeasures;
import org.dualanodiff.pipeline.quality.PairMeasures.Measure;
import org.dualanodiff.pipeline.quality.PairSignature;
import org.dualanodiff.pipeline.quality.QualityCheck;
import org.dualanodiff.pipeline.quality.QualityGate.Verdict;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.Fingerprint;

/**
 * One generated pair: a row of the Parquet files that users read.
 *
 * @param pictures null if it was rejected and its pixels were not to be kept
 * @param verdict its signature is null in files that have none
 */
public record GeneratedSample(SampleId id, Origin origin, Pictures pictures, MaskSize mask, Verdict verdict) {

    /** The status of a row that passed all quality checks; every other has {@link #REJECTED}. */
    public static final String ACCEPTED = "accepted";

    static final String REJECTED = "rejected";

    public boolean accepted() {
        return verdict.accepted();
    }

    /** Whether its pictures are there. */
    public boolean hasPixels() {
        return pictures != null;
    }

    /**
     * The same after it was compared with the other pairs of its defect.
     *
     * @param nearest distance to the nearest good pair, or NaN
     * @param copy whether it is a near-copy of that one
     * @param keepPixels whether it keeps its pictures if it is
     */
    public GeneratedSample compared(double nearest, boolean copy, boolean keepPixels) {
        List<String> reasons = copy ? List.of(QualityCheck.NEAR_COPY_OF_ACCEPTED.reason()) : verdict.reasons();
        Verdict last =
                new Verdict(verdict.measures().with(Measure.ACCEPTED_DISTANCE, nearest), verdict.signature(), reasons);
        return new GeneratedSample(id, origin, copy && !keepPixels ? null : pictures, mask, last);
    }

    /** This sample with the {@link SampleFile#columns}. */
    Group row() {
        Group row = new SimpleGroup(SampleFile.columns());
        id.addTo(row);
        row.append("sample_index", id.index()).append("seed", origin.seed());
        origin.addTo(row);
        if (hasPixels()) {
            pictures.addTo(row, id.name());
        }
        mask.addTo(row);
        addVerdict(row);
        return row.append("millis", origin.millis())
                .append("created_at", ChronoUnit.MICROS.between(Instant.EPOCH, origin.createdAt()));
    }

    private void addVerdict(Group row) {
        PairMeasures measures = verdict.measures();
        row.append("components", (int) measures.of(Measure.COMPONENTS));
        Group quality = row.addGroup("quality");
        measures.values().forEach((measure, value) -> {
            if (measure != Measure.COMPONENTS) {
                quality.append(measure.column(), value);
            }
        });
        if (verdict.signature() != null) {
            quality.append(
                    "signature",
                    Binary.fromConstantByteArray(verdict.signature().bytes()));
        }
        row.append("status", verdict.accepted() ? ACCEPTED : REJECTED);
        Group reasons = row.addGroup("reasons");
        verdict.reasons().forEach(reason -> reasons.addGroup("list").append("element", reason));
    }

    static GeneratedSample of(Group row) {
        Origin origin = new Origin(
                row.getLong("seed", 0),
                row.getString("prompt", 0),
                has(row, "background") ? row.getString("background", 0) : null,
                row.getLong("millis", 0),
                Instant.EPOCH.plus(row.getLong("created_at", 0), ChronoUnit.MICROS));
        Pictures pictures = has(row, "image")
                ? new Pictures(picture(row, "image"), picture(row, "mask"), picture(row, "anomaly"))
                : null;
        Group box = row.getGroup("bbox", 0);
        MaskSize mask = new MaskSize(
                row.getInteger("width", 0),
                row.getInteger("height", 0),
                row.getInteger("mask_area", 0),
                new Box(
                        box.getInteger("x", 0),
                        box.getInteger("y", 0),
                        box.getInteger("width", 0),
                        box.getInteger("height", 0)));
        return new GeneratedSample(id(row), origin, pictures, mask, verdict(row));
    }

    private static SampleId id(Group row) {
        AdapterId adapter = new AdapterId(
                row.getString("category", 0), row.getString("defect", 0), new Fingerprint(row.getString("adapter", 0)));
        return new SampleId(
                row.getString("sample_id", 0), row.getString("run_id", 0), adapter, row.getLong("sample_index", 0));
    }

    private static byte[] picture(Group row, String column) {
        return row.getGroup(column, 0).getBinary("bytes", 0).getBytes();
    }

    private static Verdict verdict(Group row) {
        Group quality = row.getGroup("quality", 0);
        Map<Measure, Double> measures = new EnumMap<>(Measure.class);
        for (Measure measure : Measure.values()) {
            if (measure == Measure.COMPONENTS) {
                measures.put(measure, (double) row.getInteger("components", 0));
            } else if (has(quality, measure.column())) {
                measures.put(measure, quality.getDouble(measure.column(), 0));
            }
        }
        PairSignature signature = has(quality, "signature")
                ? PairSignature.of(quality.getBinary("signature", 0).getBytes())
                : null;
        Group reasons = row.getGroup("reasons", 0);
        return new Verdict(
                new PairMeasures(measures),
                signature,
                IntStream.range(0, reasons.getFieldRepetitionCount("list"))
                        .mapToObj(i -> reasons.getGroup("list", i).getString("element", 0))
                        .toList());
    }

    private static boolean has(Group row, String column) {
        return row.getFieldRepetitionCount(column) > 0;
    }

    /**
     * How it came about.
     *
     * @param seed of the run
     * @param prompt of the whole image
     * @param background URI of the good image that it was made on, or null where the model drew all of it
     * @param millis of device time
     * @param createdAt the file keeps microseconds and drops what is finer
     */
    public record Origin(long seed, String prompt, String background, long millis, Instant createdAt) {

        /** The columns {@code prompt} and {@code background}. */
        public void addTo(Group row) {
            row.append("prompt", prompt);
            if (background != null) {
                row.append("background", background);
            }
        }
    }

    /**
     * As PNG files.
     *
     * @param image RGB
     * @param mask grey: 255 on the defect, else 0
     * @param anomaly RGB: the defect alone on its ground
     */
    public record Pictures(byte[] image, byte[] mask, byte[] anomaly) implements Serializable {

        /** The columns {@code image}, {@code mask} and {@code anomaly}, each with the name of a file that it would be. */
        public void addTo(Group row, String name) {
            add(row, "image", image, name + ".png");
            add(row, "mask", mask, name + "_mask.png");
            add(row, "anomaly", anomaly, name + "_anomaly.png");
        }

        private static void add(Group row, String column, byte[] png, String path) {
            row.addGroup(column)
                    .append("bytes", Binary.fromConstantByteArray(png))
                    .append("path", path);
        }
    }

    /**
     * @param width of the whole mask
     * @param area defect pixels
     * @param box the smallest one around them; all zero where the mask is empty
     */
    public record MaskSize(int width, int height, int area, Box box) {

        public static MaskSize of(Mask mask) {
            return new MaskSize(mask.width(), mask.height(), mask.area(), mask.box());
        }

        /** The columns {@code width}, {@code height}, {@code mask_area} and {@code bbox}. */
        public void addTo(Group row) {
            row.append("width", width).append("height", height).append("mask_area", area);
            row.addGroup("bbox")
                    .append("x", box.x())
                    .append("y", box.y())
                    .append("width", box.width())
                    .append("height", box.height());
        }
    }

    /**
     * A pair without its pictures.
     *
     * @param file that it lies in, a key of the store
     * @param reasons why it was rejected; empty for a good pair
     * @param signature to find near-copies by, or null
     */
    public record PairVerdict(int index, String file, List<String> reasons, PairSignature signature)
            implements Serializable {

        public PairVerdict {
            reasons = List.copyOf(reasons);
        }

        public static PairVerdict of(GeneratedSample sample, String file) {
            return new PairVerdict(
                    Math.toIntExact(sample.id.index()), file, sample.verdict.reasons(), sample.verdict.signature());
        }

        public boolean accepted() {
            return reasons.isEmpty();
        }
    }

    /**
     * Which sample this is. Its name is unique within a store: twelve hexadecimal digits that stand for run, category, defect
     * and adapter, a dash, and the sample's index, padded to six digits.
     *
     * <p>Two samples of one series differ in the index. Two series differ in the digits, the first 48 bits of a SHA-256: with
     * a million series in a store, the chance that any two agree is 0.2 %.
     *
     * @param name as the row has it
     * @param adapter that made it
     * @param index place in the endless series of this defect's samples
     */
    public record SampleId(String name, String runId, AdapterId adapter, long index) {

        private static final int DIGITS = 12;

        public static SampleId of(String runId, AdapterId adapter, long index) {
            return new SampleId(name(series(runId, adapter), index), runId, adapter, index);
        }

        /** The columns {@code sample_id}, {@code category}, {@code defect}, {@code run_id} and {@code adapter}. */
        public void addTo(Group row) {
            row.append("sample_id", name)
                    .append("category", adapter.category())
                    .append("defect", adapter.defect())
                    .append("run_id", runId)
                    .append("adapter", adapter.fingerprint().hex());
        }

        static String name(String series, long index) {
            return String.format(Locale.ROOT, "%s-%06d", series, index);
        }

        /** The digits that all samples of one run, category, defect and adapter share. */
        static String series(String runId, AdapterId adapter) {
            String series = Fingerprint.of("sample-series")
                    .text("run", runId)
                    .text("category", adapter.category())
                    .text("defect", adapter.defect())
                    .text("adapter", adapter.fingerprint().hex())
                    .build()
                    .hex();
            return series.substring(0, DIGITS);
        }
    }
}
