package org.dualanodiff.jobs.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.samples.GeneratedSample;
import org.dualanodiff.pipeline.samples.SampleFile;
import org.dualanodiff.pipeline.store.FileDigest;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.UnitCommit;
import org.dualanodiff.pipeline.store.UnitCommits;

/** What the commits of a store's runs list: for each sample's id the hash of its three pictures. */
public final class StoredPictures {

    private static final Pattern COMMIT = Pattern.compile("runs/([^/]+)/commits/.*");

    private StoredPictures() {}

    /** Fails if a sample is there twice, or a file is not what its commit says. */
    public static Map<String, String> of(ObjectStore store, Path scratch) throws IOException {
        Map<String, String> pictures = new TreeMap<>();
        for (UnitCommit.File file : files(store)) {
            Path copy = scratch.resolve("copy.parquet");
            store.download(file.key(), copy);
            assertThat(FileDigest.of(copy)).isEqualTo(new FileDigest(file.sha256(), file.bytes()));
            for (GeneratedSample sample : SampleFile.read(copy)) {
                assertThat(pictures.put(sample.id().name(), content(sample)))
                        .as("%s is there twice", sample.id().name())
                        .isNull();
            }
            Files.delete(copy);
        }
        return pictures;
    }

    private static List<UnitCommit.File> files(ObjectStore store) {
        return store.list("runs").stream()
                .map(file -> COMMIT.matcher(file.key()))
                .filter(Matcher::matches)
                .map(matcher -> matcher.group(1))
                .distinct()
                .flatMap(run -> new UnitCommits(store, run).all().stream())
                .flatMap(commit -> commit.files().stream())
                .toList();
    }

    private static String content(GeneratedSample sample) {
        return Stream.of(
                        sample.pictures().image(),
                        sample.pictures().mask(),
                        sample.pictures().anomaly())
                .map(png -> Fingerprint.ofBytes(png).hex())
                .collect(Collectors.joining(" "));
    }
}
