package org.dualanodiff.jobs.demo;

import com.google.gson.Gson;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.spark.sql.SparkSession;
import org.dualanodiff.jobs.run.AugmentRun;
import org.dualanodiff.jobs.run.RunSummary;
import org.dualanodiff.jobs.run.Stages;
import org.dualanodiff.jobs.spark.SparkSessions;
import org.dualanodiff.model.Compute;
import org.dualanodiff.model.detector.DetectorCompute;
import org.dualanodiff.model.detector.DetectorPair;
import org.dualanodiff.model.torch.Precision;
import org.dualanodiff.pipeline.Stopwatch;
import org.dualanodiff.pipeline.config.ConfigLoader;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.dataset.ImageDecoder;
import org.dualanodiff.pipeline.evaluate.MaskAgreement;
import org.dualanodiff.pipeline.evaluate.PairFigures;
import org.dualanodiff.pipeline.sample.SampleDataset;
import org.dualanodiff.pipeline.sample.SampleSize;
import org.dualanodiff.pipeline.samples.GeneratedSample;

/**
 * Sample data, adapters, pairs in both ways, figures, a page and a sheet. Run again in the same folder, it keeps what is
 * there.
 */
public final class Demo {

    private static final List<DemoUnit> UNITS =
            List.of(new DemoUnit("cloth", "stain"), new DemoUnit("hex_nut", "rust"));
    private static final SampleSize SIZE = new SampleSize(64, 8, 30);
    private static final int LEARNED_FROM = 10;
    private static final int HELD_OUT = 10;
    private static final int AGREEMENT_STEPS = 300;
    private static final long SEED = 1;

    private final Path out;
    private final List<String> settings;
    private final PrintWriter console;
    private final Map<String, Double> seconds = new LinkedHashMap<>();
    private final Map<DemoWay, Double> pairsPerSecond = new LinkedHashMap<>();

    /**
     * @param settings over those of the demonstration, each {@code key=value}
     * @param console for people
     */
    public Demo(Path out, List<String> settings, PrintWriter console) {
        this.out = out;
        this.settings = settings;
        this.console = console;
    }

    /** The page that it writes. */
    public Path page() {
        return out.resolve("index.html");
    }

    public void run() throws IOException {
        say("1/4 sample data");
        timed("sample data", this::writeSamples);
        say("2/4 adapters, and pairs drawn freely");
        augment(DemoWay.FREE);
        say("3/4 pairs on real good images");
        augment(DemoWay.ANCHORED);
        say("4/4 figures and page");
        Stopwatch watch = Stopwatch.start();
        DemoFigures figures = figures(watch);
        Path sheet = out.resolve("contact-sheet.png");
        new DemoPage(UNITS, data(), store()).write(figures, page(), sheet);
        Files.writeString(out.resolve("figures.json"), new Gson().toJson(figures.rows()));
        say("");
        figures.lines().forEach(this::say);
        say("");
        say("look at      " + page());
        say("or at        " + sheet);
        say("the pairs    " + store().resolve("samples") + " (Parquet)");
        say("next         bin/dualanodiff augment --config conf/local.conf --set dataset.root=YOUR_IMAGES");
    }

    private Path data() {
        return out.resolve("data");
    }

    private Path store() {
        return out.resolve("store");
    }

    private void writeSamples() throws IOException {
        List<String> products =
                UNITS.stream().map(DemoUnit::category).distinct().toList();
        List<String> missing = products.stream()
                .filter(product -> !Files.isDirectory(data().resolve(product)))
                .toList();
        SampleDataset.write(data(), SEED, SIZE, missing);
    }

    /** Training is timed with the first way; the second one finds the adapters there. */
    private void augment(DemoWay way) throws IOException {
        PipelineConfig config = config(way);
        try (SparkSession spark = SparkSessions.open(config, "demo")) {
            AugmentRun run = new AugmentRun(spark, config, console);
            if (way == DemoWay.FREE) {
                Stopwatch training = Stopwatch.start();
                run.run(Stages.TRAIN);
                seconds.put("adapters", training.seconds());
            }
            Stopwatch generating = Stopwatch.start();
            RunSummary summary = run.run(Stages.ALL);
            seconds.put("pairs, " + way.setting(), generating.seconds());
            if (summary.pairsPerSecond() != null) {
                pairsPerSecond.put(way, summary.pairsPerSecond());
            }
            say(summary.sentence());
        }
    }

    private PipelineConfig config(DemoWay way) {
        boolean bfloat16 = compute().precision() == Precision.BF16;
        List<String> sets = new ArrayList<>(List.of(
                "base-model=builtin:small",
                "dataset.root=" + data(),
                "dataset.split=" + LEARNED_FROM,
                "dataset.defects=["
                        + String.join(", ", UNITS.stream().map(DemoUnit::defect).toList()) + "]",
                "store=" + store(),
                "run.id=" + way.run(),
                "compute.device=cpu",
                "compute.precision=" + (bfloat16 ? "bf16" : "fp32"),
                "compute.threads=1",
                "spark.master=local[2]",
                "prompt.global=a {category} with {defect}",
                "prompt.anomaly={defect}",
                "training.steps=700",
                "training.rank=16",
                "training.learning-rate=1e-3",
                "training.schedule=cosine",
                "training.defect-weight=4",
                "training.checkpoint-every=350",
                "training.log-every=50",
                "mask.low=0.25",
                "mask.high=0.45",
                "mask.opening-radius=1",
                "mask.min-area=48",
                "quality.max-attempts=1",
                "generation.background=" + way.setting(),
                "generation.place=object",
                "generation.sampler=\"dpm-solver++\"",
                "generation.steps=20",
                "generation.guidance-scale=1",
                "generation.samples-per-defect=16",
                "generation.batch-size=8",
                "generation.pairs-per-task=16"));
        sets.addAll(settings);
        return ConfigLoader.load(Optional.empty(), sets, Map.of(), new Properties());
    }

    private static Compute compute() {
        return DetectorCompute.fastest("cpu", Compute.CPU.threads());
    }

    private DemoFigures figures(Stopwatch watch) throws IOException {
        Map<DemoUnit, List<DetectorPair>> real = new LinkedHashMap<>();
        for (DemoUnit unit : UNITS) {
            List<DetectorPair> pairs = new ArrayList<>();
            for (DemoUnit.RealFile file : unit.real(data())) {
                pairs.add(file.pair());
            }
            real.put(unit, pairs);
        }
        List<List<DetectorPair>> seen = real.values().stream()
                .map(pairs -> pairs.subList(0, pairs.size() - HELD_OUT))
                .toList();
        List<DetectorPair> unseen = real.values().stream()
                .flatMap(pairs -> pairs.stream().skip(pairs.size() - HELD_OUT))
                .toList();
        try (MaskAgreement agreement = MaskAgreement.train(seen, good(), AGREEMENT_STEPS, SEED, compute())) {
            Map<DemoWay, Map<DemoUnit, PairFigures>> units = new LinkedHashMap<>();
            for (DemoWay way : DemoWay.values()) {
                units.put(way, figures(way, real, agreement));
            }
            double onReal = MaskAgreement.median(agreement.of(unseen));
            seconds.put("figures", watch.seconds());
            return new DemoFigures(seconds, pairsPerSecond, onReal, units);
        }
    }

    private Map<DemoUnit, PairFigures> figures(
            DemoWay way, Map<DemoUnit, List<DetectorPair>> real, MaskAgreement agreement) throws IOException {
        Map<DemoUnit, PairFigures> figures = new LinkedHashMap<>();
        for (DemoUnit unit : UNITS) {
            List<GeneratedSample> samples = unit.generated(store(), way.run());
            List<DetectorPair> pairs = new ArrayList<>();
            for (GeneratedSample sample : samples) {
                pairs.add(DetectorPair.of(
                        ImageDecoder.image(sample.image()),
                        ImageDecoder.mask(sample.mask()),
                        MaskAgreement.SIDE,
                        MaskAgreement.CHANNELS));
            }
            int accepted = (int) samples.stream()
                    .filter(sample -> sample.status() == GeneratedSample.Status.ACCEPTED)
                    .count();
            if (pairs.size() > 1) {
                figures.put(unit, PairFigures.of(pairs, accepted, real.get(unit).subList(0, LEARNED_FROM), agreement));
            }
        }
        return figures;
    }

    private List<DetectorPair> good() throws IOException {
        List<DetectorPair> good = new ArrayList<>();
        for (String product : UNITS.stream().map(DemoUnit::category).distinct().toList()) {
            for (Path file :
                    DemoUnit.pictures(data().resolve(product).resolve("train").resolve("good"))) {
                good.add(DetectorPair.normal(
                        ImageDecoder.image(Files.readAllBytes(file)), MaskAgreement.SIDE, MaskAgreement.CHANNELS));
            }
        }
        return good;
    }

    @FunctionalInterface
    private interface Stage {
        void run() throws IOException;
    }

    private void timed(String name, Stage stage) throws IOException {
        Stopwatch watch = Stopwatch.start();
        stage.run();
        seconds.put(name, watch.seconds());
    }

    private void say(String line) {
        console.println(line);
        console.flush();
    }
}
