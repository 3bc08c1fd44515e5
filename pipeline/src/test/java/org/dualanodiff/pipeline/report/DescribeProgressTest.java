package org.dualanodiff.pipeline.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.pipeline.report.DescribeProgress.UnitProgress;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.dualanodiff.pipeline.store.RunRegistry.RunStatus;
import org.dualanodiff.pipeline.store.RunRegistry.UnitState;
import org.dualanodiff.pipeline.store.RunRegistry.UnitStatus;
import org.dualanodiff.pipeline.store.TrainingCurve;
import org.junit.jupiter.api.Test;

class DescribeProgressTest {

    private static final Instant NOW = Instant.parse("2026-11-29T06:40:12Z");

    @Test
    void page_ofARunUnderWay_showsWhoWorksTheUnitsTheirCurvesAndSheets() {
        UnitProgress training =
                unit("hole", UnitState.TRAINING, Optional.of(curve(40).withSheet(20)), Optional.of(picture()));
        UnitProgress generating = unit("stain", UnitState.GENERATING, Optional.of(curve(100)), Optional.empty());
        UnitProgress failed = new UnitProgress(
                new UnitStatus(adapter("<b>cut</b>"), UnitState.FAILED, 3, 4, Optional.of("training: no mask")),
                Optional.empty(),
                Optional.empty());
        String page = html(Optional.of("driver-7, process 12, since 05:00"), List.of(training, generating, failed));

        assertThat(page)
                .contains("under way, as of 2026-11-29 06:40:12 UTC", "driver-7, process 12, since 05:00")
                .contains("Sample sheet after step 20", "Training loss", "Gradient norm", "Learning rate", "Speed")
                .contains("training: no mask", "&lt;b&gt;cut&lt;/b&gt;")
                .doesNotContain("<b>cut", "<script", "http-equiv");
        // 60 steps at 2 a second.
        assertThat(page).contains("training: step 40 of 100, 30 s left").contains("<dd>7 of 90</dd>");
        assertThat(page.split("<svg ")).hasSize(1 + 2 * 4);
        assertThat(page.split("<img ")).hasSize(1 + 1);
    }

    @Test
    void page_ofARunThatNobodyWorksOn_saysSo() {
        assertThat(html(Optional.empty(), List.of())).contains("nobody is at work", "run it again");
    }

    @Test
    void page_ofManyUnits_staysSmall() {
        List<UnitProgress> units = new ArrayList<>();
        IntStream.range(0, 128)
                .forEach(i ->
                        units.add(unit("defect " + i, UnitState.TRAINING, Optional.of(curve(5000)), Optional.empty())));
        assertThat(html(Optional.of("somebody"), units))
                .hasSizeLessThan(2_000_000)
                .contains("defect 127");
    }

    @Test
    void charts_ofNumbersThatWereNotMeasured_areLeftOut() {
        TrainingCurve curve = TrainingCurve.begin(10).with(new TrainingCurve.Point(1, 0.5, Double.NaN, 1e-4, 1, 0.5));
        assertThat(TrainingCharts.of(curve))
                .extracting(Section::heading)
                .doesNotContain("Gradient norm")
                .hasSize(3);
    }

    private static String html(Optional<String> driver, List<UnitProgress> units) {
        RunStatus status = new RunStatus(
                "night",
                NOW,
                NOW,
                Map.of("training", 1, "generating", 1, "failed", 1),
                1,
                1,
                7,
                90,
                0.5,
                Optional.of(166.0),
                units.stream().map(UnitProgress::status).toList());
        return new String(DescribeProgress.of(status, driver, units).html(), UTF_8);
    }

    private static UnitProgress unit(
            String defect, UnitState state, Optional<TrainingCurve> curve, Optional<Image> sheet) {
        return new UnitProgress(new UnitStatus(adapter(defect), state, 0, 0, Optional.empty()), curve, sheet);
    }

    private static AdapterId adapter(String defect) {
        return new AdapterId("cloth", defect, Fingerprint.of(defect).build());
    }

    private static TrainingCurve curve(int made) {
        TrainingCurve curve = TrainingCurve.begin(Math.max(100, made));
        for (int step = 1; step <= made; step++) {
            curve = curve.with(new TrainingCurve.Point(step, 1.0 / step, 2.0, 1e-4, 1, 0.5));
        }
        return curve;
    }

    private static Image picture() {
        return Image.rgb(new BufferedImage(64, 32, BufferedImage.TYPE_INT_RGB));
    }
}
