package org.dualanodiff.jobs.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.dualanodiff.jobs.run.PublishRun;
import org.dualanodiff.pipeline.export.PublishDataset;
import org.dualanodiff.pipeline.export.PublishDataset.PublishedDataset;
import org.dualanodiff.pipeline.samples.GeneratedSample;
import org.dualanodiff.pipeline.samples.SampleFile;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.RunRegistry;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.dualanodiff.pipeline.store.UnitCommit;
import org.dualanodiff.pipeline.store.UnitCommits;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Those who read a store while a run grows in it. */
@Tag("slow")
@Timeout(600)
class ReadersTest {

    private static final String RUN = "night";
    private static final String DATASET = "defects";

    @TempDir
    private Path folder;

    @Test
    void readers_allThroughRunsThatGrow_seeWholeUnitsOnly() throws Exception {
        Path address = folder.resolve("store");
        AtomicBoolean over = new AtomicBoolean();
        Reader reader = new Reader(address, over);
        Thread reading = new Thread(reader, "reader");
        reading.start();
        for (int pairs : List.of(8, 16, 24)) {
            NightBenchmark.Plan plan = new NightBenchmark.Plan(3, 2, pairs, 4, 4, 0.3, 6000);
            NightBenchmark.Measures measured = new NightBenchmark(plan, new PrintWriter(Writer.nullWriter()))
                    .run(List.of("store=" + address, "run.compact=true", "spark.conf.spark.driver.host=localhost"));
            assertThat(measured.status()).isEqualTo("complete");
        }
        over.set(true);
        reading.join();

        System.out.println(reader.summary());
        assertThat(reader.problems).isEmpty();
        assertThat(reader.commits).hasSizeGreaterThanOrEqualTo(9);
        assertThat(reader.versions).contains(1).hasSizeGreaterThanOrEqualTo(2);
    }

    /** Reads all that is committed and all that is published, again and again, and publishes what it finds. */
    private final class Reader implements Runnable {
        private final Path address;
        private final AtomicBoolean over;
        private final List<String> problems = new ArrayList<>();
        private final Set<String> commits = new HashSet<>();
        private final Set<Integer> versions = new HashSet<>();
        private int rounds;
        private int rows;

        Reader(Path address, AtomicBoolean over) {
            this.address = address;
            this.over = over;
        }

        @Override
        public void run() {
            try (ObjectStore store = ObjectStore.open(address.toString(), Map.of())) {
                for (boolean last = false; !last; rounds++) {
                    last = over.get();
                    readCommits(store);
                    readPublished(store);
                }
            } catch (IOException | RuntimeException e) {
                problems.add(e.toString());
            }
        }

        private void readCommits(ObjectStore store) throws IOException {
            for (UnitCommit commit : new UnitCommits(store, RUN).all()) {
                String key = StoreLayout.commit(RUN, commit.unit(), commit.number());
                commits.add(key);
                BitSet seen = new BitSet();
                for (UnitCommit.File file : commit.files()) {
                    for (GeneratedSample row : read(file.key(), file.bytes(), file.rows())) {
                        int index = Math.toIntExact(row.id().index());
                        require(!seen.get(index), "%s lists %d twice", key, index);
                        seen.set(index);
                        boolean good = row.accepted();
                        require(good == row.verdict().reasons().isEmpty(), "%s: row %d has no verdict", key, index);
                        require(commit.accepted().contains(index) == good, "%s: other verdict on %d", key, index);
                    }
                }
                require(seen.equals(commit.indices()), "%s: rows %s are not its indices", key, seen);
            }
        }

        private void readPublished(ObjectStore store) throws IOException {
            if (new RunRegistry(store).findManifest(RUN).isEmpty()) {
                return;
            }
            new PublishRun(store).run(DATASET, List.of(RUN));
            PublishedDataset published = new PublishDataset(store).find(DATASET).orElseThrow();
            versions.add(published.version());
            Set<String> ids = new HashSet<>();
            long good = 0;
            for (PublishedDataset.File file : published.files()) {
                for (GeneratedSample row : read(file.key(), file.bytes(), -1)) {
                    require(
                            ids.add(row.id().name()),
                            "version %s: %s is there twice",
                            published.version(),
                            row.id().name());
                    good += row.accepted() ? 1 : 0;
                }
            }
            long promised = published.units().stream()
                    .mapToLong(PublishedDataset.Unit::accepted)
                    .sum();
            require(good == promised, "version %s has %s good pairs, not %s", published.version(), good, promised);
        }

        private List<GeneratedSample> read(String key, long bytes, long count) throws IOException {
            Path file = address.resolve(key);
            require(Files.exists(file), "%s is missing%s", key, "");
            require(Files.size(file) == bytes, "%s has %s bytes", key, Files.size(file));
            List<GeneratedSample> found = SampleFile.read(file);
            require(count < 0 || found.size() == count, "%s has %s rows", key, found.size());
            rows += found.size();
            return found;
        }

        private void require(boolean holds, String problem, Object... values) {
            if (!holds) {
                problems.add(problem.formatted(values));
            }
        }

        String summary() {
            return "read %d times, %d commits, %d versions, %d rows; %d problems"
                    .formatted(rounds, commits.size(), versions.size(), rows, problems.size());
        }
    }
}
