package org.dualanodiff.pipeline.inspect;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.dualanodiff.model.mask.Mask;
import org.dualanodiff.pipeline.dataset.Dataset;
import org.dualanodiff.pipeline.dataset.Dataset.GoodImages;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.dataset.DatasetPath;
import org.dualanodiff.pipeline.dataset.DatasetReader;
import org.dualanodiff.pipeline.dataset.DatasetRequest;
import org.dualanodiff.pipeline.dataset.DefectSet;
import org.dualanodiff.pipeline.dataset.DefectSet.DefectImage;
import org.dualanodiff.pipeline.dataset.ImageDecoder.UnreadableImageException;
import org.dualanodiff.pipeline.dataset.Quarantined;
import org.dualanodiff.pipeline.dataset.Quarantined.Reason;
import org.dualanodiff.pipeline.inspect.DatasetReport.Quantiles;
import org.dualanodiff.pipeline.inspect.DuplicateSearch.Duplicate;
import org.dualanodiff.pipeline.inspect.DuplicateSearch.SeenImage;
import org.dualanodiff.pipeline.inspect.DuplicateSearch.Thumbnail;
import org.dualanodiff.pipeline.store.Fingerprint;

/** Opens every image of a data set, good ones too, and reports what is there. Writes nothing. */
public final class InspectDataset {
    private static final String GOOD = "good";

    private final DatasetReader reader;
    private final Configuration configuration;

    /** @param configuration how to reach the file system: endpoints and credentials */
    public InspectDataset(Configuration configuration) {
        this.reader = new DatasetReader(configuration);
        this.configuration = configuration;
    }

    /** @throws org.dualanodiff.pipeline.dataset.DatasetException as {@link DatasetReader#read} does */
    public DatasetReport run(DatasetRequest request) {
        Dataset dataset = reader.read(request);
        DatasetFiles files = DatasetFiles.of(configuration, request);
        List<Quarantined> problems = new ArrayList<>(dataset.quarantine());
        List<DatasetReport.Category> categories = new ArrayList<>();
        List<Duplicate> duplicates = new ArrayList<>();
        for (GoodImages good : dataset.good()) {
            List<DefectSet> sets = dataset.sets().stream()
                    .filter(set -> set.category().equals(good.category()))
                    .toList();
            List<Opened> opened = open(files, request.root(), good, sets);
            List<Opened> sound =
                    opened.stream().filter(image -> image.seen().isPresent()).toList();
            opened.forEach(image -> image.problem().ifPresent(problems::add));
            List<SeenImage> seen =
                    sound.stream().flatMap(image -> image.seen().stream()).toList();
            duplicates.addAll(DuplicateSearch.among(seen));
            categories.add(category(good, sets, sound, seen, problems));
        }
        String format = reader.format(request).setting();
        return new DatasetReport(request.root(), format, categories, duplicates, problems, dataset.warnings());
    }

    /** One image that was to be opened: it was seen, or there is a problem. */
    private record Opened(Optional<SeenImage> seen, Optional<Quarantined> problem, long maskPixels) {}

    private static List<Opened> open(DatasetFiles files, String root, GoodImages good, List<DefectSet> sets) {
        List<Supplier<Opened>> images = new ArrayList<>();
        good.training().forEach(uri -> images.add(() -> good(files, root, good.category(), uri, true)));
        good.test().forEach(uri -> images.add(() -> good(files, root, good.category(), uri, false)));
        for (DefectSet set : sets) {
            set.training().forEach(image -> images.add(() -> defect(files, root, set, image, true)));
            set.test().forEach(image -> images.add(() -> defect(files, root, set, image, false)));
        }
        return images.parallelStream().map(Supplier::get).toList();
    }

    private static Opened good(DatasetFiles files, String root, String category, URI uri, boolean training) {
        String file = DatasetPath.below(root, uri);
        try {
            SeenImage seen = seen(category, GOOD, training, file, files.image(uri));
            return new Opened(Optional.of(seen), Optional.empty(), 0);
        } catch (IOException e) {
            return new Opened(Optional.empty(), Optional.of(problem(category, GOOD, file, e)), 0);
        }
    }

    private static Opened defect(DatasetFiles files, String root, DefectSet set, DefectImage image, boolean training) {
        String file = DatasetPath.below(root, image.imageUri());
        try {
            long pixels = Mask.of(image.openMask(files)).area();
            SeenImage seen = seen(set.category(), set.defect(), training, file, image.openImage(files));
            return new Opened(Optional.of(seen), Optional.empty(), pixels);
        } catch (IOException e) {
            return new Opened(Optional.empty(), Optional.of(problem(set.category(), set.defect(), file, e)), 0);
        }
    }

    private static Quarantined problem(String category, String defect, String file, IOException e) {
        Reason reason = e instanceof UnreadableImageException ? Reason.IMAGE_UNREADABLE : Reason.STORAGE_ERROR;
        return new Quarantined(category, defect, file, reason, e.getMessage());
    }

    private static SeenImage seen(String category, String label, boolean training, String file, BufferedImage image) {
        byte[] levels = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
        return new SeenImage(
                category,
                label,
                training,
                file,
                image.getWidth(),
                image.getHeight(),
                image.getWidth() + " " + Fingerprint.ofBytes(levels).hex(),
                Thumbnail.of(image));
    }

    private static DatasetReport.Category category(
            GoodImages good,
            List<DefectSet> sets,
            List<Opened> opened,
            List<SeenImage> seen,
            Collection<Quarantined> problems) {
        List<DatasetReport.Defect> defects =
                sets.stream().map(set -> defect(set, opened, problems)).toList();
        return new DatasetReport.Category(
                good.category(), good.training().size(), good.test().size(), sizes(seen), defects);
    }

    private static DatasetReport.Defect defect(DefectSet set, List<Opened> opened, Collection<Quarantined> problems) {
        List<Opened> own = opened.stream()
                .filter(image -> image.seen().orElseThrow().label().equals(set.defect()))
                .toList();
        long aside = problems.stream()
                .filter(file ->
                        file.category().equals(set.category()) && file.defect().equals(set.defect()))
                .count();
        return new DatasetReport.Defect(
                set.defect(),
                set.training().size(),
                set.test().size(),
                (int) aside,
                Quantiles.of(own.stream().mapToDouble(InspectDataset::maskArea).toArray()),
                own.stream().mapToLong(Opened::maskPixels).min().orElse(0));
    }

    private static double maskArea(Opened image) {
        SeenImage seen = image.seen().orElseThrow();
        return (double) image.maskPixels() / seen.width() / seen.height();
    }

    private static List<DatasetReport.SizeCount> sizes(List<SeenImage> seen) {
        Map<List<Integer>, Long> counts = seen.stream()
                .map(image -> List.of(image.width(), image.height()))
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
        return counts.entrySet().stream()
                .map(entry -> new DatasetReport.SizeCount(
                        entry.getKey().get(0),
                        entry.getKey().get(1),
                        entry.getValue().intValue()))
                .sorted(Comparator.comparingInt(DatasetReport.SizeCount::images)
                        .reversed()
                        .thenComparingInt(DatasetReport.SizeCount::width)
                        .thenComparingInt(DatasetReport.SizeCount::height))
                .toList();
    }
}
