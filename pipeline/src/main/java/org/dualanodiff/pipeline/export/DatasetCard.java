package org.dualanodiff.pipeline.export;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.stream.Collectors;

/** The {@code README.md} beside a published data set: what it holds and how it is read. */
final class DatasetCard {

    private DatasetCard() {}

    /** @param store its root */
    static String of(PublishedDataset dataset, String store) {
        return template()
                .replace("${units}", units(dataset))
                .replace("${name}", dataset.name())
                .replace("${version}", Integer.toString(dataset.version()))
                .replace("${published}", dataset.publishedAt().toString())
                .replace("${accepted}", Long.toString(dataset.accepted()))
                .replace("${runs}", String.join(", ", dataset.runs()))
                .replace("${store}", store)
                .replace("${product}", dataset.productVersion());
    }

    private static String units(PublishedDataset dataset) {
        return dataset.units().stream()
                .map(unit -> String.format(
                        Locale.ROOT,
                        "| %s | %s | %d | %d | %s | %s |",
                        cell(unit.category()),
                        cell(unit.defect()),
                        unit.accepted(),
                        unit.rejected(),
                        cell(unit.run()),
                        unit.adapter() == null
                                ? "-"
                                : unit.adapter()
                                        .substring(
                                                0, Math.min(12, unit.adapter().length()))))
                .collect(Collectors.joining("\n"));
    }

    private static String cell(String name) {
        return name.replace("|", "\\|").replaceAll("\\R", " ");
    }

    private static String template() {
        try (InputStream in = DatasetCard.class.getResourceAsStream("dataset-card.md")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
