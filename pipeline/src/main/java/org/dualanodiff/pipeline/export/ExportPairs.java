package org.dualanodiff.pipeline.export;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
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
 * again.
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
        String list = PartLists.key(task.part().name());
        boolean resumed = target.exists(list);
        if (!resumed) {
            target.write(list, lines(task).getBytes(StandardCharsets.UTF_8));
        }
        int pairs = (int) PartLists.count(target, list);
        int good = task.part() instanceof ExportPlan.Part.GoodImages images
                ? images.images().size()
                : 0;
        return new Result(task.part().name(), pairs, good, resumed, null);
    }

    private String lines(Task task) throws IOException {
        if (task.part() instanceof ExportPlan.Part.Samples samples) {
            return samples(samples, task);
        } else if (task.part() instanceof ExportPlan.Part.RealPairs real) {
            return written(task, real(real));
        }
        good((ExportPlan.Part.GoodImages) task.part(), task.pairFormat());
        return "";
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

    /** As pairs are: upright, of 8 bits. What a camera stored may look sideways or black to readers that see the pairs well. */
    private void good(ExportPlan.Part.GoodImages part, PairFormat format) throws IOException {
        List<URI> images = part.images();
        List<String> keys = keys(part, format);
        for (int i = 0; i < images.size(); i++) {
            target.write(keys.get(i), PngCodec.encode(picture(images.get(i))));
        }
    }

    /** Where the images of a part go, in their order. */
    static List<String> keys(ExportPlan.Part.GoodImages part, PairFormat format) {
        return IntStream.range(0, part.images().size())
                .mapToObj(i -> String.format(Locale.ROOT, "%06d.png", part.first() + i))
                .map(file -> format.good(part.category(), part.split(), file))
                .toList();
    }

    private BufferedImage picture(URI uri) throws IOException {
        byte[] file = files.read(uri);
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
