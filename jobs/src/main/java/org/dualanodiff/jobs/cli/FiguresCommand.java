package org.dualanodiff.jobs.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.dualanodiff.model.torch.Compute;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.dataset.Dataset;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.dataset.DefectSet;
import org.dualanodiff.pipeline.dataset.DefectSet.DefectImage;
import org.dualanodiff.pipeline.evaluate.PairComparison;
import org.dualanodiff.pipeline.evaluate.PairMetrics;
import org.dualanodiff.pipeline.report.ContactSheet;
import org.dualanodiff.pipeline.report.PairGroup;
import org.dualanodiff.pipeline.samples.GeneratedSample;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.PathSegment;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "figures",
        footer = "bin/dualanodiff figures --config conf/local.conf --run ID --sheets work/sheets",
        description = {
            "Compares the pairs of a run with the real ones of its data set.",
            "Masks that are not empty, pairs that pass the gate, agreement, diversity, copies.",
            "Agreement: a small segmentation network trained on real pairs looks for the defect in an image; its map"
                    + " against the pair's mask, intersection over union, median."
        })
final class FiguresCommand extends StoreCommand {

    private static final int CELL = 96;
    private static final int ACROSS = 2;
    private static final int REAL_SHOWN = 4;

    @Option(names = "--run", required = true, paramLabel = "ID", description = "Run to look at.")
    private String run;

    @Option(
            names = "--pairs",
            paramLabel = "N",
            description = "Pairs of each defect to look at, the first ones. Default: ${DEFAULT-VALUE}.")
    private int pairs = 64;

    @Mixin
    private Options.OfComparison network;

    @Option(
            names = "--sheets",
            paramLabel = "DIR",
            description = "Also draw a contact sheet for each defect, real pairs above generated ones.")
    private Path sheets;

    @Option(
            names = "--shown",
            paramLabel = "N",
            description = "Generated pairs on a contact sheet. Default: ${DEFAULT-VALUE}.")
    private int shown = 8;

    @Override
    void check() {
        atLeast(1, "--pairs", pairs);
        atLeast(1, "--shown", shown);
    }

    @Override
    int run(SparkSession spark, ObjectStore store) throws IOException {
        Dataset dataset = machine.dataset(config);
        DatasetFiles files = machine.files();
        Map<UnitKey, List<GeneratedSample>> samples = PairComparison.samples(store, run, dataset, pairs);
        if (samples.values().stream().allMatch(List::isEmpty)) {
            stderr().printf("run %s has no pairs of this data set%n", run);
            return ExitCode.DATA;
        }
        Compute compute = Compute.fastest("cpu", config.compute().threads());
        try (PairComparison comparison = new PairComparison(dataset, files, network.side, network.steps, compute)) {
            Map<String, PairMetrics> metrics = new LinkedHashMap<>();
            for (Map.Entry<UnitKey, PairMetrics> unit : comparison.of(samples).entrySet()) {
                metrics.put(unit.getKey().toString(), unit.getValue());
                draw(unit.getKey(), dataset, samples.get(unit.getKey()), files);
            }
            print(samples.keySet(), metrics, comparison);
            return metrics.isEmpty() ? ExitCode.DATA : ExitCode.DONE;
        }
    }

    private void draw(UnitKey unit, Dataset dataset, List<GeneratedSample> own, DatasetFiles files) throws IOException {
        if (sheets == null) {
            return;
        }
        DefectSet set = dataset.set(unit.category(), unit.defect()).orElseThrow();
        List<DefectImage> examples = set.training().stream().limit(REAL_SHOWN).toList();
        List<PairGroup> groups = List.of(
                PairGroup.real(unit + ": real training pairs", examples, files, CELL),
                PairGroup.generated(unit + ": generated", own, shown, CELL));
        Files.createDirectories(sheets);
        Path file = sheets.resolve(PathSegment.escape("%s-%s.png".formatted(set.category(), set.defect())));
        Files.write(file, ContactSheet.png(groups, ACROSS, Long.MAX_VALUE));
    }

    private void print(Collection<UnitKey> units, Map<String, PairMetrics> metrics, PairComparison comparison) {
        PrintWriter console = stderr();
        if (metrics.isEmpty()) {
            console.printf("run %s has too few pairs of this data set to compare%n", run);
        }
        comparison.lines(run, metrics).forEach(console::println);
        units.stream()
                .filter(unit -> !metrics.containsKey(unit.toString()))
                .forEach(unit -> console.printf(
                        "not compared: %s; it takes two pairs whose pixels were kept, and two training images that show the defect%n",
                        unit));
        stdout().println(Console.json(new Answer(run, comparison.onUnseen(), metrics)));
    }

    /** The last line of the output. */
    private record Answer(String runId, double agreementOnReal, Map<String, PairMetrics> figures) {}
}
