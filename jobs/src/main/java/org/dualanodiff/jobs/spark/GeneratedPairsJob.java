package org.dualanodiff.jobs.spark;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.dualanodiff.model.image.PngCodec;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.report.DescribeRun;
import org.dualanodiff.pipeline.report.GeneratedPairs;
import org.dualanodiff.pipeline.report.PairThumbnail;
import org.dualanodiff.pipeline.samples.GeneratedSample;
import org.dualanodiff.pipeline.samples.RunSamples;
import org.dualanodiff.pipeline.samples.SampleFile;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.StoredFile;

/** Gathers what the report shows of a run's samples, one task a unit; a row at a time and the few that are shown are in memory. */
public final class GeneratedPairsJob {

    private final JavaSparkContext spark;
    private final String store;

    /** @param store its address */
    public GeneratedPairsJob(JavaSparkContext spark, String store) {
        this.spark = spark;
        this.store = store;
    }

    /** By unit; one without samples has none. */
    public Map<UnitKey, GeneratedPairs> run(String runId, List<UnitKey> units) {
        if (units.isEmpty()) {
            return Map.of();
        }
        JobText.set(spark, "report", "look at the samples of " + runId);
        List<Shown> shown = spark.parallelize(units, units.size())
                .map(new Look(store, runId))
                .collect();
        Map<UnitKey, GeneratedPairs> pairs = new HashMap<>();
        for (int i = 0; i < units.size(); i++) {
            pairs.put(units.get(i), shown.get(i).pairs());
        }
        return pairs;
    }

    private record Look(String store, String runId) implements Function<UnitKey, Shown> {
        @Override
        public Shown call(UnitKey unit) throws IOException {
            Shown shown = new Shown();
            try (ObjectStore opened = ObjectStore.open(store, HadoopProperties.current())) {
                RunSamples samples = new RunSamples(opened, runId);
                for (StoredFile file : samples.files(unit.category(), unit.defect())) {
                    Path copy = Files.createTempFile("dualanodiff-report-", ".parquet");
                    try {
                        opened.download(file.key(), copy);
                        try (Stream<GeneratedSample> rows = SampleFile.stream(copy)) {
                            rows.forEach(shown::add);
                        }
                    } finally {
                        Files.deleteIfExists(copy);
                    }
                }
            }
            return shown;
        }
    }

    /** What was seen so far of one unit; pictures of those that are shown only. */
    private static final class Shown implements Serializable {
        private static final long serialVersionUID = 1L;

        private final List<Double> maskShares = new ArrayList<>();
        private final Map<String, Integer> reasons = new TreeMap<>();
        private final NavigableMap<Long, GeneratedExample> good = new TreeMap<>();
        private final NavigableMap<Long, GeneratedExample> bad = new TreeMap<>();
        private int rejected;
        private long millis;

        void add(GeneratedSample row) {
            millis += row.millis();
            if (row.status() == GeneratedSample.Status.ACCEPTED) {
                maskShares.add(row.maskArea() / ((double) row.width() * row.height()));
                keep(row, good, GeneratedPairs.ACCEPTED_EXAMPLES);
            } else {
                rejected++;
                row.reasons().forEach(reason -> reasons.merge(reason, 1, Integer::sum));
                keep(row, bad, GeneratedPairs.REJECTED_EXAMPLES);
            }
        }

        private static void keep(GeneratedSample row, NavigableMap<Long, GeneratedExample> lowest, int most) {
            if (row.hasPixels()) {
                lowest.put(row.sampleIndex(), GeneratedExample.of(row));
            }
            if (lowest.size() > most) {
                lowest.pollLastEntry();
            }
        }

        GeneratedPairs pairs() {
            return new GeneratedPairs(
                    maskShares.size(),
                    rejected,
                    maskShares.stream().flatMapToDouble(DoubleStream::of).toArray(),
                    reasons,
                    millis / 1000.0,
                    thumbnails(good),
                    thumbnails(bad));
        }

        private static List<PairThumbnail> thumbnails(NavigableMap<Long, GeneratedExample> examples) {
            return examples.values().stream().map(GeneratedExample::thumbnail).toList();
        }
    }

    private record GeneratedExample(String caption, byte[] image, byte[] anomaly, byte[] mask) implements Serializable {

        static GeneratedExample of(GeneratedSample row) {
            return new GeneratedExample(caption(row), row.image(), row.anomaly(), row.mask());
        }

        private static String caption(GeneratedSample row) {
            String background = row.background();
            return row.sampleIndex()
                    + (background == null ? "" : " on " + background.substring(background.lastIndexOf('/') + 1))
                    + (row.reasons().isEmpty() ? "" : ": " + String.join(", ", row.reasons()));
        }

        PairThumbnail thumbnail() {
            try {
                return PairThumbnail.of(
                        caption,
                        PngCodec.decode(image),
                        PngCodec.decode(anomaly),
                        PngCodec.decode(mask),
                        DescribeRun.CELL);
            } catch (IOException e) {
                throw new UncheckedIOException("the pair %s cannot be shown".formatted(caption), e);
            }
        }
    }
}
