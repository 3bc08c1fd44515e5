package org.dualanodiff.pipeline.dataset;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a data set of any {@link DatasetFormat}. Every defect image and mask is opened once; a file that cannot be used
 * goes to the quarantine list and the rest is read. The same folder always gives the same records in the same order.
 */
public final class DatasetReader {
    private static final Logger LOG = LoggerFactory.getLogger(DatasetReader.class);

    private final DatasetFiles files;

    /** @param configuration how to reach the file system: endpoints and credentials */
    public DatasetReader(Configuration configuration) {
        this.files = new DatasetFiles(configuration);
    }

    /**
     * Reads what the request names.
     *
     * <p>A set may come back without a training image ({@link DefectSet#usable()}); what to do then is the caller's
     * choice.
     *
     * @throws DatasetException where the root, a category or a defect does not exist, where the data set's table cannot
     *     be read, where the split list names what is not there, or where the file system cannot be reached
     */
    public Dataset read(DatasetRequest request) {
        try {
            return read(request, DatasetFiles.locate(request.root()));
        } catch (IOException | IllegalArgumentException e) {
            throw new DatasetException("cannot read the data set at %s: %s".formatted(request.root(), e), e);
        }
    }

    /** The format that a request's data set is read in, found out by looking where the request leaves it open. */
    public DatasetFormat format(DatasetRequest request) {
        try {
            return new LayoutDetection(files).format(request.format(), DatasetFiles.locate(request.root()));
        } catch (IOException | IllegalArgumentException e) {
            throw new DatasetException("cannot read the data set at %s: %s".formatted(request.root(), e), e);
        }
    }

    private Dataset read(DatasetRequest request, Path root) throws IOException {
        LayoutDetection detection = new LayoutDetection(files);
        DatasetFormat format = detection.format(request.format(), root);
        Catalog catalog = detection.layout(format, request.maskLevel()).catalog(root, request.categories());
        Map<CategorySource, List<String>> selected = DefectSelection.of(request, root, catalog);
        List<DefectSet> sets = new ArrayList<>();
        List<GoodImages> good = new ArrayList<>();
        List<Quarantined> quarantine = new ArrayList<>(catalog.aside());
        List<String> notes = new ArrayList<>();
        for (var entry : selected.entrySet()) {
            CategorySource category = entry.getKey();
            quarantine.addAll(category.goodAside());
            List<DefectInspection.Result> results = new ArrayList<>();
            for (String defect : entry.getValue()) {
                results.add(new DefectInspection(files, category.listing(defect)).run(request.split()));
            }
            results.forEach(result -> quarantine.addAll(result.quarantine()));
            GoodImages all = category.goodImages().with(results.stream()
                    .flatMap(result -> result.good().stream())
                    .map(FileEntry::uri)
                    .toList());
            BitDepth depth = request.bitDepth() > 0
                    ? new BitDepth(request.bitDepth(), 0)
                    : BitDepth.of(files, all, results);
            depth.note(category.name(), request.bitDepth() == 0).ifPresent(notes::add);
            good.add(depth.of(all));
            results.forEach(result -> sets.add(depth.of(result.set())));
        }
        LOG.info(
                "{}: {} defects in {} categories, {} files set aside; read as {}",
                root,
                sets.size(),
                good.size(),
                quarantine.size(),
                format.setting());
        sets.forEach(DatasetReader::warnOfSharedImages);
        if (request.maskLevel() == 0 && format != DatasetFormat.VISA) {
            sets.forEach(set -> noteOfNumberedMasks(set).ifPresent(notes::add));
        }
        return new Dataset(sets, good, quarantine, notes);
    }

    private static Optional<String> noteOfNumberedMasks(DefectSet set) {
        long numbered = Stream.concat(set.training().stream(), set.test().stream())
                .filter(image -> image.mask() instanceof MaskFile file && file.level() == MaskFile.NUMBERED)
                .count();
        return numbered == 0
                ? Optional.empty()
                : Optional.of(
                        "%s/%s: %d masks have regions darker than level 128, as of numbered or colored classes; all but black is taken for the defect, dataset.mask-level changes it"
                                .formatted(set.category(), set.defect(), numbered));
    }

    /** The same file among training and test images makes scores too good; {@code inspect} finds more than this. */
    private static void warnOfSharedImages(DefectSet set) {
        Set<String> training =
                set.training().stream().map(DefectImage::imageSha256).collect(Collectors.toSet());
        List<String> shared = set.test().stream()
                .filter(image -> training.contains(image.imageSha256()))
                .map(DefectImage::name)
                .toList();
        if (!shared.isEmpty()) {
            LOG.warn(
                    "{}/{}: {} test images hold the same bytes as a training image: {}",
                    set.category(),
                    set.defect(),
                    shared.size(),
                    String.join(", ", shared));
        }
    }
}
