package org.dualanodiff.pipeline.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.image.PngCodec;
import org.dualanodiff.pipeline.evaluate.EvaluationReport;
import org.dualanodiff.pipeline.evaluate.EvaluationFiles;
import org.dualanodiff.pipeline.evaluate.EvaluationTable;

/** The chapter that says whether the generated pairs help detectors: verdicts, figures of all arms, cases. */
final class DescribeEvaluation {

    private static final String NOTE =
            "Detectors trained under one budget, tested on real images that no training saw. Means over seeds, the range over seeds in brackets.";
    private static final String CASES =
            "Located best on the left, worst on the right; from above: test image, true mask, the detector's map.";

    private DescribeEvaluation() {}

    static Section.Chapter of(EvaluationFiles.Found evaluated) {
        List<Section> sections = new ArrayList<>();
        for (EvaluationReport.Category category : evaluated.report().categories()) {
            sections.add(new Section.Text(category.category(), category.remarks()));
            EvaluationTable.of(category).forEach(table -> sections.add(table(table)));
        }
        evaluated
                .sheets()
                .forEach((name, png) -> sections.add(new Section.Picture("Cases: " + name, CASES, pixels(png))));
        return new Section.Chapter("Does the data help?", NOTE, sections);
    }

    private static Section table(EvaluationTable table) {
        return new Section.Table(
                table.title(),
                Stream.concat(Stream.of("trained on"), table.columns().stream()).toList(),
                table.rows().stream().map(EvaluationTable.Row::named).toList());
    }

    private static Image pixels(byte[] png) {
        try {
            return Image.of(PngCodec.decode(png));
        } catch (IOException e) {
            throw new UncheckedIOException("a picture of the evaluation is damaged; evaluate again", e);
        }
    }
}
