package org.dualanodiff.jobs.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.samples.GeneratedSample;
import org.dualanodiff.pipeline.samples.SampleFile;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.StoreLayout;

/** What a store holds: for each sample's id the hash of its three pictures. */
public final class StoredPictures {

    private StoredPictures() {}

    /** Fails if a sample is there twice. */
    public static Map<String, String> of(ObjectStore store, Path scratch) throws IOException {
        Map<String, String> pictures = new TreeMap<>();
        for (String key : sampleFiles(store)) {
            Path copy = scratch.resolve("copy.parquet");
            store.download(key, copy);
            for (GeneratedSample sample : SampleFile.read(copy)) {
                assertThat(pictures.put(sample.sampleId(), content(sample)))
                        .as("%s is there twice", sample.sampleId())
                        .isNull();
            }
            Files.delete(copy);
        }
        return pictures;
    }

    private static List<String> sampleFiles(ObjectStore store) {
        return store.list("samples").stream()
                .map(file -> file.key())
                .filter(StoreLayout::isSampleFile)
                .toList();
    }

    private static String content(GeneratedSample sample) {
        return Stream.of(sample.image(), sample.mask(), sample.anomaly())
                .map(png -> Fingerprint.ofBytes(png).hex())
                .collect(Collectors.joining(" "));
    }
}
