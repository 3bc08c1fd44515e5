package org.dualanodiff.pipeline.evaluate;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.dualanodiff.model.detector.DetectorPair;
import org.dualanodiff.model.image.PngCodec;
import org.dualanodiff.pipeline.samples.GeneratedSample;
import org.dualanodiff.pipeline.samples.SampleFile;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.dualanodiff.pipeline.store.StoredFile;

/** Accepted pairs of a run, read from the table of the store. */
final class GeneratedPool {

    private final ObjectStore store;

    GeneratedPool(ObjectStore store) {
        this.store = store;
    }

    private record Picture(byte[] image, byte[] mask) {}

    /**
     * The accepted pairs of lowest index.
     *
     * @throws IllegalArgumentException if the run has none of them
     */
    List<DetectorPair> pairs(String runId, String category, String defect, EvaluationSettings settings)
            throws IOException {
        NavigableMap<Long, Picture> lowest = new TreeMap<>();
        for (StoredFile file : store.list(StoreLayout.samples(runId, category, defect))) {
            if (file.key().endsWith(".parquet")) {
                read(file.key(), settings.pairsPerDefect(), lowest);
            }
        }
        if (lowest.isEmpty()) {
            throw new IllegalArgumentException(
                    "run %s in %s has no accepted pairs of %s/%s; run augment with these settings first, or name another run"
                            .formatted(runId, store.root(), category, defect));
        }
        List<DetectorPair> pairs = new ArrayList<>();
        for (Picture picture : lowest.values()) {
            BufferedImage image = PngCodec.decode(picture.image());
            BufferedImage mask = PngCodec.decode(picture.mask());
            pairs.add(DetectorPair.of(image, mask, settings.size(), settings.channels()));
        }
        return pairs;
    }

    private void read(String key, int most, NavigableMap<Long, Picture> lowest) throws IOException {
        Path local = Files.createTempFile("dualanodiff-evaluate-", ".parquet");
        try {
            store.download(key, local);
            try (Stream<GeneratedSample> samples = SampleFile.stream(local)) {
                samples.filter(sample -> sample.status() == GeneratedSample.Status.ACCEPTED)
                        .forEach(sample -> keep(sample, most, lowest));
            }
        } finally {
            Files.deleteIfExists(local);
        }
    }

    private static void keep(GeneratedSample sample, int most, NavigableMap<Long, Picture> lowest) {
        lowest.put(sample.sampleIndex(), new Picture(sample.image(), sample.mask()));
        if (lowest.size() > most) {
            lowest.pollLastEntry();
        }
    }
}
