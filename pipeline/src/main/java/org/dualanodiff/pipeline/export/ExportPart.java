package org.dualanodiff.pipeline.export;

import java.io.Serializable;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.dualanodiff.pipeline.dataset.DefectImage;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.store.Fingerprint;

/** A piece of an export that one task writes. */
public sealed interface ExportPart extends Serializable {

    /** A name that follows from the content: the same piece of a later export has the same. */
    String name();

    /** The class of its pairs; empty for good images. */
    Optional<UnitKey> unit();

    /**
     * The accepted pairs of one Parquet file.
     *
     * @param key of the file in the store
     */
    record Samples(UnitKey key, String file, long bytes) implements ExportPart {
        @Override
        public String name() {
            return digits(Fingerprint.of("samples").text("file", file).integer("bytes", bytes));
        }

        @Override
        public Optional<UnitKey> unit() {
            return Optional.of(key);
        }
    }

    /** The real pairs that an adapter was trained on. */
    record RealPairs(UnitKey key, List<DefectImage> images) implements ExportPart {
        public RealPairs {
            images = List.copyOf(images);
        }

        @Override
        public String name() {
            String content = images.stream()
                    .map(image -> image.imageSha256() + " " + image.maskSha256())
                    .collect(Collectors.joining("\n"));
            return digits(
                    Fingerprint.of("real-pairs").text("unit", key.toString()).text("images", content));
        }

        @Override
        public Optional<UnitKey> unit() {
            return Optional.of(key);
        }
    }

    /**
     * Some defect-free images.
     *
     * @param split {@code train} or {@code test}
     * @param first number of the first image among those of category and split
     */
    record GoodImages(String category, String split, int first, List<URI> images) implements ExportPart {
        public GoodImages {
            images = List.copyOf(images);
        }

        @Override
        public String name() {
            String content = images.stream().map(URI::toString).collect(Collectors.joining("\n"));
            return digits(Fingerprint.of("good-images")
                    .text("category", category)
                    .text("split", split)
                    .integer("first", first)
                    .text("images", content));
        }

        @Override
        public Optional<UnitKey> unit() {
            return Optional.empty();
        }
    }

    private static String digits(Fingerprint.Builder name) {
        return name.build().shortHex();
    }
}
