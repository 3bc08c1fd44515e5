package org.dualanodiff.pipeline.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.dualanodiff.model.image.PngCodec;
import org.dualanodiff.pipeline.report.DescribeRun.GeneratedPairs;
import org.dualanodiff.pipeline.report.DescribeRun.UnitFacts;
import org.dualanodiff.pipeline.report.Section.AxisScale;
import org.dualanodiff.pipeline.store.Provenance;

/** The chapter about one defect: its pairs, mask areas, training, rejections, and where its adapter comes from. */
final class DescribeUnit {

    private static final String NOTE = "The first of each, none was picked. Cells: image, anomaly part, mask, overlay.";

    private DescribeUnit() {}

    /** @param shown pairs of each kind at most */
    static Section.Chapter of(UnitFacts facts, int shown) {
        List<Section> sections = new ArrayList<>();
        sections.add(new Section.Gallery("Pairs", NOTE, groups(facts, shown)));
        facts.adapter()
                .filter(adapter -> !adapter.training().lossCurve().isEmpty())
                .ifPresent(adapter -> sections.add(lossCurve(adapter)));
        sections.add(new Section.Histogram(
                "Mask area",
                "share of the image",
                "%",
                AxisScale.LOGARITHMIC,
                List.of(realShares(facts), generatedShares(facts))));
        if (!facts.generated().reasons().isEmpty()) {
            sections.add(reasons(facts.generated()));
        }
        facts.adapter().ifPresent(adapter -> sections.add(origin(adapter)));
        return new Section.Chapter(facts.name(), note(facts), sections);
    }

    private static String note(UnitFacts facts) {
        GeneratedPairs generated = facts.generated();
        String counts = "%s real training pairs, %s generated pairs accepted, %s rejected"
                .formatted(
                        Readable.count(facts.real().maskShares().size()),
                        Readable.count(generated.accepted()),
                        Readable.count(generated.rejected()));
        return facts.unit().error().map(error -> counts + "; " + error).orElse(counts);
    }

    private static List<PairGroup> groups(UnitFacts facts, int shown) {
        List<PairGroup> groups = new ArrayList<>();
        groups.add(new PairGroup(
                "real",
                facts.real().examples().stream()
                        .limit(shown)
                        .map(DescribeUnit::thumbnail)
                        .toList()));
        groups.add(new PairGroup("generated", first(facts.generated().acceptedExamples(), shown)));
        if (!facts.generated().rejectedExamples().isEmpty()) {
            groups.add(
                    new PairGroup("generated, rejected", first(facts.generated().rejectedExamples(), shown)));
        }
        return groups;
    }

    private static List<PairThumbnail> first(List<PairThumbnail> pairs, int count) {
        return pairs.subList(0, Math.min(count, pairs.size()));
    }

    private static PairThumbnail thumbnail(RealPairs.Example example) {
        try {
            return PairThumbnail.of(
                    example.name(),
                    PngCodec.decode(Base64.getDecoder().decode(example.image())),
                    PngCodec.decode(Base64.getDecoder().decode(example.mask())),
                    DescribeRun.CELL);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot show the real pair " + example.name() + ": " + e.getMessage(), e);
        }
    }

    private static Section lossCurve(Provenance adapter) {
        List<Provenance.LossPoint> points = adapter.training().lossCurve();
        return new Section.LineChart(
                "Training loss",
                "step",
                "loss",
                List.of(new Section.Line(
                        "loss of a batch, and its running mean",
                        points.stream().mapToDouble(Provenance.LossPoint::step).toArray(),
                        points.stream().mapToDouble(Provenance.LossPoint::loss).toArray())));
    }

    static Section.Sample realShares(UnitFacts facts) {
        return new Section.Sample(
                "real",
                facts.real().maskShares().stream()
                        .mapToDouble(share -> 100 * share)
                        .toArray());
    }

    static Section.Sample generatedShares(UnitFacts facts) {
        return new Section.Sample(
                "generated",
                Arrays.stream(facts.generated().maskShares())
                        .map(share -> 100 * share)
                        .toArray());
    }

    private static Section reasons(GeneratedPairs generated) {
        return new Section.Table(
                "Why pairs were rejected",
                List.of("reason", "pairs", "of all"),
                generated.reasons().entrySet().stream()
                        .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
                        .map(entry -> List.of(
                                entry.getKey(),
                                Readable.count(entry.getValue()),
                                Readable.share(entry.getValue(), generated.all())))
                        .toList());
    }

    private static Section origin(Provenance adapter) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("adapter", adapter.fingerprint().hex());
        facts.put(
                "base model",
                adapter.base().name() + ", SHA-256 " + adapter.base().sha256());
        facts.put("training data", adapter.data().fingerprint());
        facts.put("trained on", adapter.training().device());
        facts.put("trained by", "dualanodiff " + adapter.productVersion() + ", " + Readable.time(adapter.createdAt()));
        facts.put("weights, SHA-256", adapter.weights().sha256());
        return new Section.Table("Where the adapter comes from", List.of("what", "value"), DescribeRun.rows(facts));
    }
}
