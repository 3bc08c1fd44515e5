package org.dualanodiff.pipeline.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.dualanodiff.pipeline.report.Section.AxisScale;
import org.junit.jupiter.api.Test;

class ReportPageTest {

    private static final double[] NONE = {};

    @Test
    void html_ofTextWithMarkup_escapesIt() {
        String hostile = "<script>alert('x')</script> & \"quoted\"";

        String page = html(
                new Section.Text(hostile, List.of(hostile)),
                new Section.Table("t", List.of(hostile), List.of(List.of(hostile))),
                new Section.LineChart("chart", hostile, hostile, List.of(line(hostile, 5))));

        assertThat(page).doesNotContain("<script").contains("&lt;script&gt;");
    }

    @Test
    void html_ofEverySection_needsNothingFromOutside() {
        String page = html(
                new Section.KeyFigures("figures", List.of(new Section.Figure("accepted", "7"))),
                new Section.Gallery("pairs", "", TestPairs.realAndGenerated(16)),
                new Section.Chapter("defect", "a note", List.of(new Section.Text("why", List.of("because")))));

        assertThat(page)
                .startsWith("<!DOCTYPE html>")
                .contains("data:image/jpeg;base64,", "data:image/png;base64,", "prefers-color-scheme")
                .doesNotContain("src=\"http", "href=\"http", "url(", "<link");
        assertThat(page.split("<img ")).hasSize(1 + 12 * 4);
    }

    @Test
    void html_ofTable_setsColumnsOfNumbersToTheRight() {
        String page = html(new Section.Table(
                "t",
                List.of("share", "unit", "mean (range)"),
                List.of(List.of("12.5 %", "cloth/hole", "0.420 (0.040)"), List.of("-", "7", "-"))));

        assertThat(page)
                .contains("<th scope=\"col\" class=\"number\">share</th>")
                .contains("<td class=\"number\">12.5 %</td><td class=\"words\">cloth/hole</td>")
                .contains("<td class=\"number\">0.420 (0.040)</td>")
                .contains("<td class=\"words\">7</td>");
    }

    @Test
    void html_ofMoreLinesThanColors_beginsWithTheFirstColorAgain() {
        List<Section.Line> lines =
                IntStream.range(0, 9).mapToObj(i -> line("l" + i, 5)).toList();
        assertThat(html(new Section.LineChart("c", "x", "y", lines)))
                .contains("swatch s7")
                .doesNotContain("swatch s8", "line s8");
    }

    @Test
    void html_ofChartsWithoutValues_isStillAPage() {
        String page = html(
                new Section.LineChart("empty", "x", "y", List.of(new Section.Line("none", NONE, NONE))),
                new Section.LineChart(
                        "nan", "x", "y", List.of(new Section.Line("nan", new double[] {1}, new double[] {Double.NaN}))),
                new Section.Histogram("empty", "x", "%", AxisScale.LOGARITHMIC, List.of(new Section.Sample("r", NONE))),
                new Section.Histogram(
                        "zero", "x", "%", AxisScale.LOGARITHMIC, List.of(new Section.Sample("r", new double[] {0, 0
                        }))));

        assertThat(page).contains("r: none").doesNotContain("NaN\"", "Infinity");
    }

    @Test
    void html_of20Defects_staysBelow10Megabytes() {
        Section[] chapters = IntStream.range(0, 20)
                .mapToObj(i -> (Section) new Section.Chapter(
                        "cloth/defect " + i,
                        "",
                        List.of(
                                new Section.Gallery(
                                        "pairs",
                                        "",
                                        List.of(TestPairs.group("real", 4, 128), TestPairs.group("generated", 8, 128))),
                                new Section.LineChart("loss", "step", "loss", List.of(line("loss", 200))))))
                .toArray(Section[]::new);

        assertThat(html(chapters).length()).isLessThan(10_000_000);
    }

    @Test
    void table_withAShortRow_isRefused() {
        assertThatThrownBy(() -> new Section.Table("units", List.of("a", "b"), List.of(List.of("1"))))
                .hasMessageContaining("'units' has 2 columns, but a row of 1 cells");
    }

    static Section.Line line(String name, int points) {
        double[] x = IntStream.range(0, points).mapToDouble(i -> 10 * i).toArray();
        double[] y = IntStream.range(0, points)
                .mapToDouble(i -> 0.1 + 0.4 / (1 + i) + 0.02 * Math.sin(7.3 * i))
                .toArray();
        return new Section.Line(name, x, y);
    }

    private static String html(Section... sections) {
        return new String(new ReportPage("Run", "a night", List.of(sections)).html(), UTF_8);
    }
}
