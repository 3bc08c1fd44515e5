package org.dualanodiff.pipeline.export;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.dataset.Dataset;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.dataset.DatasetReader;
import org.dualanodiff.pipeline.dataset.DatasetRequest;
import org.dualanodiff.pipeline.dataset.SplitRule;
import org.dualanodiff.pipeline.procedural.SampleDataset;
import org.dualanodiff.pipeline.samples.GeneratedSample;
import org.dualanodiff.pipeline.samples.SampleFile;
import org.dualanodiff.pipeline.samples.TestSamples;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.StoreLayout;

/** A store with accepted pairs of two defects and a rejected one, and a folder to export to. */
final class ExportFixture {

    private static final Image RING = TestMasks.of(
                    "..####..", "..#..#..", ".##..##.", "........", "##....##", "...##...")
            .image();
    private static final Image SPOT = TestMasks.of(
                    "........", "...#....", "....#...", "........", "........", "........")
            .image();

    private final Path folder;
    private final ObjectStore store;

    ExportFixture(Path folder) throws IOException {
        this.folder = folder;
        this.store = ObjectStore.open(folder.resolve("store").toString(), Map.of());
        put("cloth", "hole", TestSamples.pair("cloth", "hole", 0, image(1), RING.buffered()));
        put("cloth", "stain", TestSamples.pair("cloth", "stain", 1, image(2), SPOT.buffered()), TestSamples.rejected());
    }

    private void put(String category, String defect, GeneratedSample... samples) throws IOException {
        Path file = folder.resolve("part.parquet");
        SampleFile.write(file, Stream.of(samples));
        store.upload(file, StoreLayout.samples("night", new UnitKey(category, defect)) + "/part-0.parquet");
        Files.delete(file);
    }

    /** With a pair of one more defect. */
    ExportPlan with(ExportPlan plan, String category, String defect) throws IOException {
        put(category, defect, TestSamples.pair(category, defect, 3, image(4), SPOT.buffered()));
        List<ExportPlan.Part> parts = new ArrayList<>(plan.parts());
        parts.add(samples(category, defect));
        return new ExportPlan(plan.format(), plan.source(), parts, plan.shardBytes());
    }

    private static BufferedImage image(int level) {
        byte[] levels = new byte[3 * 8 * 6];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = (byte) (level * i);
        }
        return new Image(8, 6, 3, levels).buffered();
    }

    ExportPlan plan(ExportFormat format) {
        return ExportPlan.of(format, "run night", List.of(samples("cloth", "hole"), samples("cloth", "stain")));
    }

    private ExportPlan.Part.Samples samples(String category, String defect) {
        String key = StoreLayout.samples("night", new UnitKey(category, defect)) + "/part-0.parquet";
        return new ExportPlan.Part.Samples(
                new UnitKey(category, defect), key, store.list(key).get(0).bytes());
    }

    /** With one more pair of one of the defects. */
    ExportPlan larger(ExportFormat format) throws IOException {
        UnitKey unit = new UnitKey("cloth", "hole");
        Path file = folder.resolve("more.parquet");
        SampleFile.write(file, Stream.of(TestSamples.pair("cloth", "hole", 2, image(3), SPOT.buffered())));
        String key = StoreLayout.samples("night", unit) + "/part-2.parquet";
        long bytes = Files.size(file);
        store.upload(file, key);
        return ExportPlan.of(
                format,
                "run night",
                List.of(
                        samples("cloth", "hole"),
                        samples("cloth", "stain"),
                        new ExportPlan.Part.Samples(unit, key, bytes)));
    }

    /** The same pairs after the files of one of the defects were written into another one. */
    ExportPlan merged(ExportFormat format) {
        String folder = StoreLayout.samples("night", new UnitKey("cloth", "hole"));
        byte[] file = store.read(folder + "/part-0.parquet");
        store.write(folder + "/part-1.parquet", file);
        return ExportPlan.of(
                format,
                "run night",
                List.of(
                        new ExportPlan.Part.Samples(
                                new UnitKey("cloth", "hole"), folder + "/part-1.parquet", file.length),
                        samples("cloth", "stain")));
    }

    /** Cuts a file of samples off; returns its address. */
    String damage(String category, String defect) {
        String key = StoreLayout.samples("night", new UnitKey(category, defect)) + "/part-0.parquet";
        store.write(key, Arrays.copyOf(store.read(key), 100));
        return store.uri(key);
    }

    /** Procedural cloth with two training pairs a defect. */
    Dataset originals() throws IOException {
        if (!Files.exists(folder.resolve("data"))) {
            SampleDataset.write(folder.resolve("data"), 1, new SampleDataset.Size(3, 1, 6), List.of("cloth"));
        }
        return new DatasetReader(new Configuration())
                .read(new DatasetRequest(
                        folder.resolve("data").toString(), List.of("cloth"), List.of(), new SplitRule.FirstThird()));
    }

    ObjectStore target(String name) {
        return ObjectStore.open(folder.resolve(name).toString(), Map.of());
    }

    /** Runs all of an export; returns the results of its parts. */
    List<ExportPairs.Result> export(ExportPlan plan, ObjectStore target) throws IOException {
        FinishExport finish = new FinishExport(target);
        finish.begin(plan);
        ExportPairs verb = new ExportPairs(store, target, new DatasetFiles(new Configuration()));
        List<ExportPairs.Result> results = plan.tasks().stream()
                .map(task -> {
                    try {
                        return verb.run(task);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                })
                .toList();
        finish.end(plan);
        return results;
    }

    /** All files but the hidden ones, by key. */
    static List<String> keys(ObjectStore target) {
        return target.list("").stream()
                .map(file -> file.key())
                .filter(key -> !key.startsWith(".export/"))
                .toList();
    }
}
