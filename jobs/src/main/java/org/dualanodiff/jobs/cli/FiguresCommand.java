package org.dualanodiff.jobs.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.dualanodiff.jobs.spark.HadoopProperties;
import org.dualanodiff.model.torch.Compute;
import org.dualanodiff.model.detector.DetectorTraining;
import org.dualanodiff.pipeline.base.LocalCache;
import org.dualanodiff.pipeline.dataset.Dataset;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.dataset.DefectImage;
import org.dualanodiff.pipeline.dataset.DefectSet;
import org.dualanodiff.pipeline.evaluate.PairComparison;
import org.dualanodiff.pipeline.evaluate.PairMetrics;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.report.ContactSheet;
import org.dualanodiff.pipeline.report.PairGroup;
import org.dualanodiff.pipeline.report.PairGroups;
import org.dualanodiff.pipeline.run.RunInputs;
import org.dualanodiff.pipeline.samples.GeneratedSample;
import org.dualanodiff.pipeline.samples.RunSamples;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.PathSegment;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "figures",
        mixinStandardHelpOptions = true,
        description = {
            "Compares the pairs of a run with the real ones of its data set: masks that are not empty, pairs that pass the"
                    + " gate, agreement, diversity, copies.",
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
    private ComparisonOptions network;

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
    int run(SparkSession spark, ObjectStore store) throws IOException {
        Dataset dataset = RunInputs.dataset(config, LocalCache.ofUser(), HadoopProperties.configuration());
        DatasetFiles files = new DatasetFiles(HadoopProperties.configuration());
        RunSamples samples = new RunSamples(store, run);
        Map<DefectSet, List<GeneratedSample>> found = new LinkedHashMap<>();
        for (DefectSet set : dataset.sets()) {
            found.put(set, samples.first(set.category(), set.defect(), sample -> true, pairs));
        }
        if (found.values().stream().allMatch(List::isEmpty)) {
            spec.commandLine().getErr().printf("run %s has no pairs of this data set%n", run);
            return ExitCode.DATA;
        }
        Compute compute = DetectorTraining.fastest("cpu", config.compute().threads());
        Map<String, PairMetrics> figures = new LinkedHashMap<>();
        try (PairComparison comparison = PairComparison.with(dataset, files, network.side, network.steps, compute)) {
            for (DefectSet set : dataset.sets()) {
                UnitKey unit = set.unit();
                List<GeneratedSample> own = found.get(set);
                PairMetrics of = comparison.of(unit, own);
                if (of != null) {
                    figures.put(unit.toString(), of);
                    draw(unit, set, own, files);
                }
            }
            print(figures, comparison.onUnseen());
        }
        return figures.isEmpty() ? ExitCode.DATA : ExitCode.DONE;
    }

    private void draw(UnitKey unit, DefectSet set, List<GeneratedSample> own, DatasetFiles files) throws IOException {
        if (sheets == null) {
            return;
        }
        List<DefectImage> examples = set.training().stream().limit(REAL_SHOWN).toList();
        List<PairGroup> groups = List.of(
                PairGroups.real(unit + ": real training pairs", examples, files, CELL),
                PairGroups.generated(unit + ": generated", own, shown, CELL));
        Files.createDirectories(sheets);
        Path file = sheets.resolve(PathSegment.escape("%s-%s.png".formatted(set.category(), set.defect())));
        Files.write(file, ContactSheet.png(groups, ACROSS, Long.MAX_VALUE));
    }

    private void print(Map<String, PairMetrics> figures, double onUnseen) {
        PrintWriter console = spec.commandLine().getErr();
        if (figures.isEmpty()) {
            console.printf("run %s has too few pairs of this data set to compare%n", run);
        }
        PairMetrics.table(run, figures).lines().forEach(console::println);
        console.printf(Locale.ROOT, "agreement on real pairs that the network did not see: %.2f%n", onUnseen);
        spec.commandLine().getOut().println(JsonLine.of(new Answer(run, onUnseen, figures)));
    }

    /** The last line of the output. */
    private record Answer(String runId, double agreementOnReal, Map<String, PairMetrics> figures) {}
}
