package org.dualanodiff.jobs.run;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.dualanodiff.jobs.spark.SparkJob;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.image.PngCodec;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.dataset.DefectSet;
import org.dualanodiff.pipeline.evaluate.EvaluationFiles;
import org.dualanodiff.pipeline.report.DescribeRun;
import org.dualanodiff.pipeline.report.DescribeRun.GeneratedPairs;
import org.dualanodiff.pipeline.report.DescribeRun.UnitFacts;
import org.dualanodiff.pipeline.report.PairThumbnail;
import org.dualanodiff.pipeline.report.RealPairs;
import org.dualanodiff.pipeline.samples.GeneratedSample;
import org.dualanodiff.pipeline.samples.GeneratedSample.MaskSize;
import org.dualanodiff.pipeline.samples.GeneratedSample.Pictures;
import org.dualanodiff.pipeline.samples.SampleFile;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.AdapterRegistry;
import org.dualanodiff.pipeline.store.AdapterRegistry.PublishedAdapter;
import org.dualanodiff.pipeline.store.Json;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.ObjectStore.StoredFile;
import org.dualanodiff.pipeline.store.Provenance;
import org.dualanodiff.pipeline.store.RunManifest;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the page {@code runs/RUN/report.html} of a run that has a manifest; can be done again at any time. */
public final class WriteReport {

    private static final Logger LOG = LoggerFactory.getLogger(WriteReport.class);

    /** Chapters of a page; the manifest lists all units. */
    private static final int MOST_UNITS = 100;

    private final SparkSession spark;
    private final ObjectStore store;

    public WriteReport(SparkSession spark, ObjectStore store) {
        this.spark = spark;
        this.store = store;
    }

    /**
     * Keeps what reports show of the real pairs. Done by the run itself, which has the data set; once for each unit that
     * has a chapter.
     *
     * @throws IOException if a training image can no longer be read
     */
    public void keepRealPairs(RunManifest manifest, List<DefectSet> sets, DatasetFiles files) throws IOException {
        String runId = manifest.runId();
        Set<UnitKey> shown =
                shown(manifest).stream().map(RunManifest.Unit::unit).collect(Collectors.toSet());
        Set<String> there = store.list(StoreLayout.realPairs(runId)).stream()
                .map(StoredFile::key)
                .collect(Collectors.toSet());
        for (DefectSet set : sets) {
            String key = StoreLayout.realPairs(runId, set.unit());
            if (set.usable() && shown.contains(set.unit()) && !there.contains(key)) {
                store.write(key, Json.record(RealPairs.read(set, files)));
            }
        }
    }

    /**
     * Says where a page is. What it shows is complete without it, so whatever keeps it from being made is a warning.
     *
     * @param page makes it and gives its address
     */
    static void orWarn(String runId, PrintWriter console, Callable<String> page) {
        try {
            console.printf("report %s%n", page.call());
        } catch (Exception e) {
            // Spark's own failures are checked ones that it does not declare.
            LOG.warn("no report was written", e);
            console.printf(
                    "warning: no report was written: %s; try dualanodiff report --run %s%n", e.getMessage(), runId);
        }
        console.flush();
    }

    /**
     * Writes the page over an earlier one.
     *
     * @return its address
     */
    public String run(RunManifest manifest) {
        String runId = manifest.runId();
        List<UnitFacts> units = facts(runId, shown(manifest));
        String key = StoreLayout.report(runId);
        store.write(
                key,
                DescribeRun.of(manifest, units, new EvaluationFiles(store).find(runId))
                        .html());
        return store.uri(key);
    }

    /** All where there are not too many to look at, else those that are not complete before the others. */
    private static List<RunManifest.Unit> shown(RunManifest manifest) {
        return manifest.units().size() <= MOST_UNITS
                ? manifest.units()
                : manifest.units().stream()
                        .sorted(Comparator.comparing(RunManifest.Unit::succeeded))
                        .limit(MOST_UNITS)
                        .toList();
    }

    /** A row of the samples at a time, and the few that are shown, are in memory. */
    private List<UnitFacts> facts(String runId, List<RunManifest.Unit> units) {
        List<List<String>> files = units.stream()
                .map(unit ->
                        unit.files().stream().map(RunManifest.OutputFile::key).toList())
                .toList();
        List<SeenPairs> shown = new SparkJob(
                        JavaSparkContext.fromSparkContext(spark.sparkContext()),
                        "report",
                        "look at the samples of " + runId)
                .onStore(store.root(), files, WriteReport::look);
        return IntStream.range(0, units.size())
                .mapToObj(i -> new UnitFacts(
                        units.get(i),
                        provenance(units.get(i)),
                        realPairs(runId, units.get(i).unit()),
                        shown.get(i).pairs()))
                .toList();
    }

    private Optional<Provenance> provenance(RunManifest.Unit unit) {
        return unit.adapter()
                .flatMap(adapter -> new AdapterRegistry(store).find(new AdapterId(unit.unit(), adapter)))
                .map(PublishedAdapter::provenance);
    }

    private RealPairs realPairs(String runId, UnitKey unit) {
        return store.find(StoreLayout.realPairs(runId, unit), RealPairs.class).orElse(RealPairs.NONE);
    }

    /** The files of a unit, as the manifest lists them. */
    private static SeenPairs look(ObjectStore store, List<String> files) throws IOException {
        SeenPairs shown = new SeenPairs();
        for (String file : files) {
            try (Stream<GeneratedSample> rows = SampleFile.stream(store, file)) {
                rows.forEach(shown::add);
            }
        }
        shown.shrink();
        return shown;
    }

    /** What was seen so far of one unit; pictures of those that are shown only. */
    private static final class SeenPairs implements Serializable {
        private static final long serialVersionUID = 1L;

        private final List<Double> maskShares = new ArrayList<>();
        private final Map<String, Integer> reasons = new TreeMap<>();
        private final NavigableMap<Long, GeneratedExample> good = new TreeMap<>();
        private final NavigableMap<Long, GeneratedExample> bad = new TreeMap<>();
        private int rejected;
        private long millis;

        void add(GeneratedSample row) {
            millis += row.origin().millis();
            if (row.accepted()) {
                maskShares.add(share(row.mask()));
                keep(row, good, GeneratedPairs.ACCEPTED_EXAMPLES);
            } else {
                rejected++;
                row.verdict().reasons().forEach(reason -> reasons.merge(reason, 1, Integer::sum));
                keep(row, bad, GeneratedPairs.REJECTED_EXAMPLES);
            }
        }

        /** Of the whole image, as the real pairs' are; what was measured of a pair made in a window is of that. */
        private static double share(MaskSize mask) {
            return (double) mask.area() / ((long) mask.width() * mask.height());
        }

        private static void keep(GeneratedSample row, NavigableMap<Long, GeneratedExample> lowest, int most) {
            if (row.hasPixels()) {
                lowest.put(row.id().index(), GeneratedExample.of(row));
            }
            if (lowest.size() > most) {
                lowest.pollLastEntry();
            }
        }

        /** Before they go to the driver, which would hold whole pictures of all units. */
        void shrink() {
            good.replaceAll((index, example) -> example.small());
            bad.replaceAll((index, example) -> example.small());
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

    private record GeneratedExample(String caption, Pictures pictures) implements Serializable {

        static GeneratedExample of(GeneratedSample row) {
            return new GeneratedExample(caption(row), row.pictures());
        }

        private static String caption(GeneratedSample row) {
            String background = row.origin().background();
            return row.id().index()
                    + (background == null ? "" : " on " + background.substring(background.lastIndexOf('/') + 1))
                    + (row.verdict().reasons().isEmpty()
                            ? ""
                            : ": " + String.join(", ", row.verdict().reasons()));
        }

        /** As large as it is shown, so that its thumbnail is the same. */
        GeneratedExample small() {
            PairThumbnail shown = thumbnail();
            return new GeneratedExample(
                    caption, new Pictures(png(shown.image()), png(shown.mask()), png(shown.anomaly())));
        }

        private static byte[] png(Image picture) {
            return PngCodec.encode(picture.buffered());
        }

        PairThumbnail thumbnail() {
            try {
                return PairThumbnail.of(caption, pictures, DescribeRun.CELL);
            } catch (IOException e) {
                throw new UncheckedIOException("the pair %s cannot be shown".formatted(caption), e);
            }
        }
    }
}
