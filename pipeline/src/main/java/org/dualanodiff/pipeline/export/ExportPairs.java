package org.dualanodiff.pipeline.export;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dualanodiff.model.files.Digest;
import org.dualanodiff.model.image.PngCodec;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.dataset.DatasetPath;
import org.dualanodiff.pipeline.dataset.ImageDecoder;
import org.dualanodiff.pipeline.dataset.ImageDecoder.UnreadableImageException;
import org.dualanodiff.pipeline.export.ExportFormat.PairFormat;
import org.dualanodiff.pipeline.export.FinishExport.PartLists;
import org.dualanodiff.pipeline.samples.GeneratedSample;
import org.dualanodiff.pipeline.samples.SampleFile;
import org.dualanodiff.pipeline.store.ObjectStore;

/**
 * Writes one part of an export. The list of what it wrote comes last; a part that has one is done and is not written
 * again. Good images are named by where they lie, so their list says what they were, and one that changed is.
 */
public final class ExportPairs {

    private final ObjectStore store;
    private final ObjectStore target;
    private final DatasetFiles files;

    /**
     * @param store that has the samples
     * @param target the export's root
     * @param files of the data set, which real images are read from
     */
    public ExportPairs(ObjectStore store, ObjectStore target, DatasetFiles files) {
        this.store = store;
        this.target = target;
        this.files = files;
    }

    /**
     * @throws IOException if images cannot be read
     * @throws org.dualanodiff.pipeline.store.StoreException if store or target fail
     */
    public Result run(Task task) throws IOException {
        String list = task.part().list();
        if (task.part() instanceof ExportPlan.Part.GoodImages good) {
            boolean resumed = good(good, list, task.pairFormat());
            return new Result(good.name(), 0, good.images().size(), resumed, null);
        }
        boolean resumed = target.exists(list);
        if (!resumed) {
            target.write(list, lines(task).getBytes(StandardCharsets.UTF_8));
        }
        return new Result(task.part().name(), (int) PartLists.count(target, list), 0, resumed, null);
    }

    private String lines(Task task) throws IOException {
        return task.part() instanceof ExportPlan.Part.RealPairs real
                ? written(task, real(real))
                : samples((ExportPlan.Part.Samples) task.part(), task);
    }

    private String samples(ExportPlan.Part.Samples part, Task task) throws IOException {
        try (Stream<GeneratedSample> rows = SampleFile.stream(store, part.file())) {
            return written(task, rows.filter(GeneratedSample::accepted).map(ExportedPair::of));
        } catch (IOException | UncheckedIOException e) {
            throw new IOException("%s cannot be exported: %s".formatted(store.uri(part.file()), e.getMessage()), e);
        }
    }

    private Stream<ExportedPair> real(ExportPlan.Part.RealPairs part) {
        return IntStream.range(0, part.images().size())
                .mapToObj(i -> ExportedPair.real(
                        part.key(),
                        String.format(Locale.ROOT, "real-%03d", i),
                        part.images().get(i),
                        files));
    }

    private String written(Task task, Stream<ExportedPair> pairs) {
        return task.pairFormat()
                .write(task.part().name(), pairs, task.classes(), target)
                .map(entry -> entry.json() + "\n")
                .collect(Collectors.joining());
    }

    /**
     * Writes good images as pairs are, upright and of 8 bits: what a camera stored may look sideways or black to readers that see
     * the pairs well.
     *
     * @param list has the SHA-256 of each image's file
     * @return whether all were there
     */
    private boolean good(ExportPlan.Part.GoodImages part, String list, PairFormat format) throws IOException {
        List<String> keys = keys(part, format);
        List<String> there = target.find(list).map(PartLists::lines).orElse(List.of());
        List<String> found = new ArrayList<>();
        boolean resumed = true;
        for (int i = 0; i < keys.size(); i++) {
            URI uri = part.images().get(i);
            byte[] file = files.read(uri);
            found.add(Digest.hex(file));
            if (i >= there.size() || !there.get(i).equals(found.get(i))) {
                if (resumed) {
                    // An attempt that breaks off leaves no list of what it has written over.
                    target.delete(list);
                    resumed = false;
                }
                target.write(keys.get(i), PngCodec.encode(picture(uri, file)));
            }
        }
        if (!resumed) {
            target.write(list, String.join("\n", found).getBytes(StandardCharsets.UTF_8));
        }
        return resumed;
    }

    /** Where the images of a part go, in their order. */
    static List<String> keys(ExportPlan.Part.GoodImages part, PairFormat format) {
        return IntStream.range(0, part.images().size())
                .mapToObj(i -> String.format(Locale.ROOT, "%06d.png", part.first() + i))
                .map(file -> format.good(part.category(), part.split(), file))
                .toList();
    }

    private static BufferedImage picture(URI uri, byte[] file) throws IOException {
        try {
            return ImageDecoder.image(file, DatasetPath.depth(uri));
        } catch (UnreadableImageException e) {
            throw new IOException(
                    "the good image %s is none: %s; take it out, or export with --no-originals"
                            .formatted(DatasetPath.address(uri), e.getMessage()),
                    e);
        }
    }

    /** One part of an export to be written; see {@link ExportPlan}. */
    public record Task(ExportPlan.Part part, ExportFormat format, ExportPlan.Classes classes, long shardBytes)
            implements Serializable {

        PairFormat pairFormat() {
            return format.pairFormat(shardBytes);
        }
    }

    /**
     * What became of one part.
     *
     * @param pairs in the part
     * @param goodImages in the part
     * @param resumed whether an earlier attempt had written it
     * @param error what went wrong, or null
     */
    public record Result(String part, int pairs, int goodImages, boolean resumed, String error)
            implements Serializable {

        public static Result failed(Task task, String error) {
            return new Result(task.part().name(), 0, 0, false, error);
        }

        public boolean succeeded() {
            return error == null;
        }
    }
}
