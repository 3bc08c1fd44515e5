package org.dualanodiff.pipeline.export;

import java.util.Map;
import java.util.stream.Collectors;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.Type;

/** The {@code README.md} of a Hugging Face data set: features for the library, a few words for people. */
final class HuggingFaceCard {

    private HuggingFaceCard() {}

    static String of(ClassNames classes, long pairs) {
        return Card.of(
                "huggingface-card.md",
                Map.of(
                        "size", sizeCategory(pairs),
                        "features", features(),
                        "classes", Card.plain(String.join(", ", classes.names())),
                        "count", Long.toString(pairs)));
    }

    private static String features() {
        return HuggingFaceFile.COLUMNS.getFields().stream()
                .map(field -> feature(field, "  "))
                .collect(Collectors.joining("\n"));
    }

    private static String feature(Type field, String indent) {
        String name = indent + "- name: " + field.getName() + "\n" + indent + "  ";
        if (HuggingFaceFile.isPicture(field)) {
            return name + "dtype: image";
        } else if (field instanceof GroupType group) {
            return name + "struct:\n"
                    + group.getFields().stream()
                            .map(part -> feature(part, indent + "  "))
                            .collect(Collectors.joining("\n"));
        }
        return name + "dtype: " + HuggingFaceFile.dtype(field);
    }

    /** One of the hub's own size classes. */
    private static String sizeCategory(long pairs) {
        if (pairs < 1_000) {
            return "n<1K";
        } else if (pairs < 10_000) {
            return "1K<n<10K";
        }
        return pairs < 100_000 ? "10K<n<100K" : "100K<n<1M";
    }
}
