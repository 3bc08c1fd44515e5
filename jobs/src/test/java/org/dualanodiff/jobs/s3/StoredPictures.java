package org.dualanodiff.jobs.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
import org.dualanodiff.pipeline.upkeep.VerifyStore;
import org.dualanodiff.pipeline.upkeep.VerifyStore.InspectionHere;
import org.dualanodiff.pipeline.upkeep.VerifyStore.VerifyResult;

/** What a store has of pairs, by its own records: whether they are all right, and the hashes of their pictures. */
public final class StoredPictures {

    private static final Pattern COMMIT = Pattern.compile("runs/([^/]+)/commits/.*");

    private StoredPictures() {}

    /**
     * What the commits of a store's runs list: for each sample's id the hashes of its three pictures. Fails if a sample
     * is there twice, or a file is not what its commit says.
     */
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

    /** Fails if {@code verify} finds anything wrong in a store, or other than so many samples. */
    public static void assertClean(ObjectStore store, int samples) {
        assertClean(store, Optional.empty(), samples);
    }

    /** As {@link #assertClean(ObjectStore, int)}, of one run if it is named. */
    public static void assertClean(ObjectStore store, Optional<String> run, int samples) {
        VerifyResult result = new VerifyStore(store, new InspectionHere(store)).run(run);
        assertThat(result.findings()).isEmpty();
        assertThat(result.underWay()).isEmpty();
        assertThat(result.samples()).isEqualTo(samples);
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

    /** The hashes of a sample's three pictures. */
    public static String content(GeneratedSample sample) {
        return Stream.of(
                        sample.pictures().image(),
                        sample.pictures().mask(),
                        sample.pictures().anomaly())
                .map(png -> Fingerprint.ofBytes(png).hex())
                .collect(Collectors.joining(" "));
    }
}
