package org.dualanodiff.pipeline.export;

import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.dualanodiff.pipeline.Shown;

/** The {@code README.md} beside a published data set: what it holds and how it is read. */
final class DatasetCard {

    private DatasetCard() {}

    /** @param store its root */
    static String of(PublishedDataset dataset, String store) {
        return Card.of(
                "dataset-card.md",
                Map.of(
                        "units", units(dataset),
                        "name", Card.plain(dataset.name()),
                        "version", Integer.toString(dataset.version()),
                        "published", dataset.publishedAt().toString(),
                        "accepted", Long.toString(dataset.accepted()),
                        "runs", Card.plain(String.join(", ", dataset.runs())),
                        "store", Shown.line(store).replace('`', '\''),
                        "product", dataset.productVersion()));
    }

    private static String units(PublishedDataset dataset) {
        return dataset.units().stream()
                .map(unit -> String.format(
                        Locale.ROOT,
                        "| %s | %s | %d | %d | %s | %s |",
                        Card.plain(unit.category()),
                        Card.plain(unit.defect()),
                        unit.accepted(),
                        unit.rejected(),
                        Card.plain(unit.run()),
                        unit.adapter() == null
                                ? "-"
                                : unit.adapter()
                                        .substring(
                                                0, Math.min(12, unit.adapter().length()))))
                .collect(Collectors.joining("\n"));
    }
}
