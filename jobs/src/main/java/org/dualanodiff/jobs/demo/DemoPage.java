package org.dualanodiff.jobs.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.dualanodiff.jobs.demo.Demo.DemoFigures;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.dataset.Dataset;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.dataset.DefectSet.DefectImage;
import org.dualanodiff.pipeline.report.ContactSheet;
import org.dualanodiff.pipeline.report.PairGroup;
import org.dualanodiff.pipeline.report.ReportPage;
import org.dualanodiff.pipeline.report.Section;
import org.dualanodiff.pipeline.samples.GeneratedSample;

/** Shows what a demonstration made: a page, and a sheet of pairs. */
final class DemoPage {

    private static final int CELL = 96;
    private static final int SHOWN = 16;
    private static final int SHEET_SHOWN = 8;
    private static final int SHEET_ACROSS = 2;
    private static final long SHEET_BYTES = 4L << 20;

    private final List<UnitKey> units;
    private final Dataset dataset;
    private final DatasetFiles files;
    private final Map<Demo.Way, Map<UnitKey, List<GeneratedSample>>> samples;

    DemoPage(
            List<UnitKey> units,
            Dataset dataset,
            DatasetFiles files,
            Map<Demo.Way, Map<UnitKey, List<GeneratedSample>>> samples) {
        this.units = units;
        this.dataset = dataset;
        this.files = files;
        this.samples = samples;
    }

    void write(DemoFigures figures, Path page, Path sheet) throws IOException {
        List<Section> sections = new ArrayList<>();
        sections.add(new Section.Text(
                "What this is",
                List.of(
                        "Procedural products with exact masks stand for a factory's photographs. For each defect an adapter"
                                + " learned from ten image-mask pairs, starting from the base model's starting adapter;"
                                + " then it made new pairs in two ways.",
                        "Agreement: a segmentation network trained on real pairs only looks for the defect in an image; its"
                                + " map against the pair's mask, intersection over union, median. Diversity: distance"
                                + " between two generated images over that between two real ones. Copies: share of"
                                + " generated images nearer to a training image than a quarter of that distance.")));
        sections.add(new Section.KeyFigures("At a glance", glance(figures)));
        sections.add(new Section.Table("Figures", DemoFigures.COLUMNS, figures.rows()));
        List<PairGroup> all = new ArrayList<>();
        for (UnitKey unit : units) {
            List<PairGroup> groups = groups(unit);
            sections.add(new Section.Gallery(
                    unit.toString(),
                    "real training pairs beside generated ones; what the quality gate objects to stands below a pair",
                    groups));
            groups.forEach(group -> all.add(new PairGroup(
                    unit + ": " + group.title(),
                    group.pairs().subList(0, Math.min(SHEET_SHOWN, group.pairs().size())))));
        }
        Files.write(page, new ReportPage("DualAnoDiff demonstration", "", sections).html());
        Files.write(sheet, ContactSheet.png(all, SHEET_ACROSS, SHEET_BYTES));
    }

    private static List<Section.Figure> glance(DemoFigures figures) {
        List<Section.Figure> glance = new ArrayList<>();
        glance.add(new Section.Figure("time in all", String.format(Locale.ROOT, "%.0f s", figures.total())));
        figures.seconds()
                .forEach((stage, seconds) ->
                        glance.add(new Section.Figure(stage, String.format(Locale.ROOT, "%.0f s", seconds))));
        figures.pairsPerSecond()
                .forEach((way, rate) -> glance.add(new Section.Figure(
                        way.name().toLowerCase(Locale.ROOT), String.format(Locale.ROOT, "%.2f pairs/s", rate))));
        glance.add(new Section.Figure(
                "agreement, real pairs", String.format(Locale.ROOT, "%.2f", figures.realAgreement())));
        return glance;
    }

    private List<PairGroup> groups(UnitKey unit) throws IOException {
        List<DefectImage> training =
                dataset.set(unit.category(), unit.defect()).orElseThrow().training();
        List<PairGroup> groups = new ArrayList<>();
        groups.add(PairGroup.real(
                "real training pairs", training.subList(0, Math.min(SHEET_SHOWN, training.size())), files, CELL));
        for (Demo.Way way : Demo.Way.values()) {
            groups.add(PairGroup.generated(way.title(), samples.get(way).get(unit), SHOWN, CELL));
        }
        return groups;
    }
}
