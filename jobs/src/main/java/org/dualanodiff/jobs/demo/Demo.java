package org.dualanodiff.jobs.demo;

import com.google.gson.Gson;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.dualanodiff.jobs.preflight.Preflight;
import org.dualanodiff.jobs.run.AugmentRun;
import org.dualanodiff.jobs.run.AugmentRun.Stages;
import org.dualanodiff.jobs.run.RunReport;
import org.dualanodiff.jobs.spark.Machine;
import org.dualanodiff.jobs.spark.SparkSessions;
import org.dualanodiff.model.torch.Compute;
import org.dualanodiff.model.torch.Precision;
import org.dualanodiff.pipeline.Stopwatch;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.config.ConfigLoader;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.dataset.Dataset;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.evaluate.EvaluationTable;
import org.dualanodiff.pipeline.evaluate.PairComparison;
import org.dualanodiff.pipeline.evaluate.PairMetrics;
import org.dualanodiff.pipeline.procedural.SampleDataset;
import org.dualanodiff.pipeline.samples.GeneratedSample;
import org.dualanodiff.pipeline.store.ObjectStore;

/**
 * Sample data, adapters, pairs in both ways, figures, a page and a sheet. Run again in the same folder, it keeps what is
 * there.
 */
public final class Demo {

    private static final List<UnitKey> UNITS = List.of(new UnitKey("cloth", "stain"), new UnitKey("wood", "hole"));
    private static final SampleDataset.Size SIZE = new SampleDataset.Size(64, 8, 30);
    private static final int LEARNED_FROM = 10;
    private static final long SEED = 1;

    private final Path out;
    private final List<String> settings;
    private final int side;
    private final int steps;
    private final PrintWriter console;
    private final DatasetFiles files = new DatasetFiles(new Configuration());
    private final Map<String, Double> seconds = new LinkedHashMap<>();
    private final Map<Way, Double> pairsPerSecond = new LinkedHashMap<>();

    /**
     * @param settings over those of the demonstration, each {@code key=value}
     * @param side of the images that the comparing network sees, in pixels; see {@link PairComparison#PairComparison}
     * @param steps of its training
     * @param console for people
     */
    public Demo(Path out, List<String> settings, int side, int steps, PrintWriter console) {
        this.out = out;
        this.settings = settings;
        this.side = side;
        this.steps = steps;
        this.console = console;
    }

    /** The page that it writes. */
    public Path page() {
        return out.resolve("index.html");
    }

    public void run() throws IOException {
        say("1/4 sample data");
        Stopwatch drawing = Stopwatch.start();
        writeSamples();
        seconds.put("sample data", drawing.seconds());
        say("2/4 adapters, and pairs drawn freely");
        augment(Way.FREE);
        say("3/4 pairs on real good images");
        augment(Way.ANCHORED);
        say("4/4 figures and page");
        Stopwatch watch = Stopwatch.start();
        Dataset dataset = Machine.of(Map.of()).dataset(config(Way.FREE));
        Map<Way, Map<UnitKey, List<GeneratedSample>>> samples = samples(dataset);
        DemoFigures figures = figures(watch, dataset, samples);
        Path sheet = out.resolve("contact-sheet.png");
        new DemoPage(UNITS, dataset, files, samples).write(figures, page(), sheet);
        Files.writeString(out.resolve("figures.json"), new Gson().toJson(figures.rows()));
        say("");
        figures.lines().forEach(this::say);
        say("");
        say("look at      " + page());
        say("or at        " + sheet);
        say("the pairs    " + store().resolve("samples") + " (Parquet)");
        say("next         bin/dualanodiff augment --config conf/small.conf --set dataset.root=YOUR_IMAGES \\");
        say("                 --set generation.samples-per-defect=20");
    }

    private Path data() {
        return out.resolve("data");
    }

    private Path store() {
        return out.resolve("store");
    }

    private void writeSamples() throws IOException {
        List<String> products = UNITS.stream().map(UnitKey::category).distinct().toList();
        List<String> missing = products.stream()
                .filter(product -> !Files.isDirectory(data().resolve(product)))
                .toList();
        SampleDataset.write(data(), SEED, SIZE, missing);
    }

    /** Training is timed with the first way; the second one finds the adapters there. */
    private void augment(Way way) throws IOException {
        PipelineConfig config = config(way);
        Preflight.require(config, true, console);
        try (SparkSession spark = SparkSessions.open(config, "demo")) {
            AugmentRun run = new AugmentRun(spark, config, console);
            if (way == Way.FREE) {
                Stopwatch training = Stopwatch.start();
                run.run(Stages.TRAIN);
                seconds.put("adapters", training.seconds());
            }
            Stopwatch generating = Stopwatch.start();
            RunReport.Summary summary = run.run(Stages.ALL);
            seconds.put("pairs, " + way.setting(), generating.seconds());
            if (summary.pairsPerSecond() != null) {
                pairsPerSecond.put(way, summary.pairsPerSecond());
            }
            say(summary.sentence());
        }
    }

    private PipelineConfig config(Way way) {
        boolean bfloat16 = compute().precision() == Precision.BF16;
        List<String> sets = new ArrayList<>(List.of(
                "dataset.root=" + data(),
                "dataset.split=" + LEARNED_FROM,
                "dataset.defects=["
                        + UNITS.stream().map(unit -> "\"" + unit + "\"").collect(Collectors.joining(", ")) + "]",
                "store=" + store(),
                "run.id=" + way.run(),
                "compute.precision=" + (bfloat16 ? "bf16" : "fp32"),
                "training.log-every=50",
                // Sixteen pairs as they come, the bad ones too.
                "quality.max-attempts=1",
                "generation.background=" + way.setting(),
                "generation.samples-per-defect=16"));
        sets.addAll(settings);
        return ConfigLoader.loadExample("small.conf", sets);
    }

    private static Compute compute() {
        return Compute.fastest("cpu", Compute.CPU.threads());
    }

    private DemoFigures figures(Stopwatch watch, Dataset dataset, Map<Way, Map<UnitKey, List<GeneratedSample>>> samples)
            throws IOException {
        try (PairComparison comparison = new PairComparison(dataset, files, side, steps, compute())) {
            Map<Way, Map<UnitKey, PairMetrics>> units = new LinkedHashMap<>();
            for (Way way : Way.values()) {
                units.put(way, comparison.of(samples.get(way)));
            }
            seconds.put("figures", watch.seconds());
            return new DemoFigures(seconds, pairsPerSecond, comparison.onUnseen(), units);
        }
    }

    private Map<Way, Map<UnitKey, List<GeneratedSample>>> samples(Dataset dataset) throws IOException {
        Map<Way, Map<UnitKey, List<GeneratedSample>>> samples = new EnumMap<>(Way.class);
        try (ObjectStore opened = ObjectStore.open(store().toString(), Map.of())) {
            for (Way way : Way.values()) {
                samples.put(way, PairComparison.samples(opened, way.run(), dataset, Integer.MAX_VALUE));
            }
        }
        return samples;
    }

    private void say(String line) {
        console.println(line);
        console.flush();
    }

    /** The two ways to generate. */
    enum Way {
        /** The model draws the whole image. */
        FREE("generated", "generated freely (the paper's way)"),
        /** The pair is made on a real good image. */
        ANCHORED("anchored", "anchored on real good images");

        private final String setting;
        private final String title;

        Way(String setting, String title) {
            this.setting = setting;
            this.title = title;
        }

        /** The value of {@code generation.background}. */
        String setting() {
            return setting;
        }

        String title() {
            return title;
        }

        String run() {
            return "demo-" + name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * The numbers of a demonstration.
     *
     * @param seconds by stage, in order
     * @param pairsPerSecond by way
     * @param realAgreement median agreement on real pairs that neither network nor adapter saw
     * @param units what was measured of each unit, by way
     */
    record DemoFigures(
            Map<String, Double> seconds,
            Map<Demo.Way, Double> pairsPerSecond,
            double realAgreement,
            Map<Demo.Way, Map<UnitKey, PairMetrics>> units) {

        static final List<String> COLUMNS =
                Stream.concat(Stream.of(""), PairMetrics.COLUMNS.stream()).toList();

        double total() {
            return seconds.values().stream().mapToDouble(Double::doubleValue).sum();
        }

        /** A row for each way and unit. */
        EvaluationTable table() {
            Map<String, PairMetrics> named = new LinkedHashMap<>();
            units.forEach((way, figures) -> figures.forEach(
                    (unit, of) -> named.put(unit + ", " + way.name().toLowerCase(Locale.ROOT), of)));
            return PairMetrics.table("", named);
        }

        /** As {@link #table}, the name in front of each row's cells. */
        List<List<String>> rows() {
            return table().rows().stream().map(EvaluationTable.Row::named).toList();
        }

        /** The same for a console. */
        List<String> lines() {
            List<String> lines = new ArrayList<>();
            seconds.forEach((stage, s) -> lines.add(String.format(Locale.ROOT, "  %-28s %6.1f s", stage, s)));
            lines.add(String.format(Locale.ROOT, "  %-28s %6.1f s", "all", total()));
            pairsPerSecond.forEach((way, rate) -> lines.add(String.format(
                    Locale.ROOT, "  %-28s %6.2f pairs/s", way.name().toLowerCase(Locale.ROOT), rate)));
            lines.addAll(table().lines());
            lines.add(String.format(
                    Locale.ROOT, "  agreement on real pairs that the network did not see: %.2f", realAgreement));
            return lines;
        }
    }
}
