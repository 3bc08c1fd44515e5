package org.dualanodiff.pipeline.dataset;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.dualanodiff.pipeline.dataset.Catalog.CategorySource;
import org.dualanodiff.pipeline.dataset.Catalog.DefectListing;
import org.dualanodiff.pipeline.dataset.Catalog.GoodListing;
import org.dualanodiff.pipeline.dataset.Catalog.ListedCategory;
import org.dualanodiff.pipeline.dataset.Dataset.GoodImages;
import org.dualanodiff.pipeline.dataset.DatasetFiles.OutsideRootException;
import org.dualanodiff.pipeline.dataset.DatasetRequest.DatasetFormat;
import org.dualanodiff.pipeline.dataset.DefectSet.DefectImage;
import org.dualanodiff.pipeline.dataset.InspectImage.Finding;
import org.dualanodiff.pipeline.dataset.Quarantined.Reason;
import org.dualanodiff.pipeline.store.PathSegment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a data set of any {@link DatasetFormat}. Every defect image and mask is opened once; a file that cannot be used
 * goes to the quarantine list and the rest is read. The same folder always gives the same records in the same order.
 */
public final class DatasetReader {
    private static final Logger LOG = LoggerFactory.getLogger(DatasetReader.class);

    private static final int NAMES_SHOWN = 10;

    private final Configuration configuration;
    private final Function<DatasetFiles, InspectImage.Many> inspection;

    /** @param configuration how to reach the file system: endpoints and credentials */
    public DatasetReader(Configuration configuration) {
        this(configuration, InspectImage.Many::here);
    }

    /** @param inspection how images of defects are looked at */
    public DatasetReader(Configuration configuration, Function<DatasetFiles, InspectImage.Many> inspection) {
        this.configuration = configuration;
        this.inspection = inspection;
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
            return read(request, DatasetPath.locate(request.root()));
        } catch (OutsideRootException e) {
            throw new DatasetException(
                    "cannot read the data set at %s: %s".formatted(request.root(), e.getMessage()), e);
        } catch (IOException | IllegalArgumentException e) {
            throw new DatasetException("cannot read the data set at %s: %s".formatted(request.root(), e), e);
        }
    }

    /** The format that a request's data set is read in, detected where the request leaves it open. */
    public DatasetFormat format(DatasetRequest request) {
        try {
            return new DatasetLayout.Detection(DatasetFiles.of(configuration, request))
                    .format(request.format(), DatasetPath.locate(request.root()));
        } catch (IOException | IllegalArgumentException e) {
            throw new DatasetException("cannot read the data set at %s: %s".formatted(request.root(), e), e);
        }
    }

    private Dataset read(DatasetRequest request, Path root) throws IOException {
        DatasetFiles files = DatasetFiles.of(configuration, request);
        DatasetLayout.Detection detection = new DatasetLayout.Detection(files);
        DatasetFormat format = detection.format(request.format(), root);
        Catalog catalog = catalog(request, root, detection, format);
        Map<CategorySource, List<String>> selected = DefectSelection.of(request, root, catalog);
        List<DefectSet> sets = new ArrayList<>();
        List<GoodImages> good = new ArrayList<>();
        List<Quarantined> quarantine = new ArrayList<>(catalog.aside());
        List<String> notes = new ArrayList<>();
        Map<String, Set<String>> trained = new HashMap<>();
        List<String> undivided = new ArrayList<>();
        Map<CategorySource, List<DefectListing>> listed = new LinkedHashMap<>();
        for (var entry : selected.entrySet()) {
            CategorySource category = entry.getKey();
            if (!isStorable(category.name(), "", quarantine)) {
                continue;
            }
            List<DefectListing> listings = new ArrayList<>();
            for (String defect : entry.getValue()) {
                if (isStorable(category.name(), defect, quarantine)) {
                    listings.add(category.listing(defect));
                }
            }
            // Of images whose masks alone tell, the good ones are wanted, whatever defects are.
            if (category instanceof ListedCategory all) {
                all.byDefect().values().stream()
                        .filter(listing ->
                                listing.unnamed() && !entry.getValue().contains(listing.defect()))
                        .forEach(listings::add);
            }
            listed.put(category, listings);
        }
        Iterator<InspectImage.Finding> findings = inspection
                .apply(files)
                .inspect(listed.values().stream()
                        .flatMap(List::stream)
                        .flatMap(listing -> DefectInspection.tasks(listing).stream())
                        .toList())
                .iterator();
        for (var entry : listed.entrySet()) {
            CategorySource category = entry.getKey();
            List<DefectInspection> results =
                    inspected(category, entry.getValue(), findings, request.split(), undivided);
            List<DefectInspection> wanted = results.stream()
                    .filter(result ->
                            selected.get(category).contains(result.set().defect()))
                    .toList();
            wanted.forEach(result -> quarantine.addAll(result.quarantine()));
            wanted.forEach(result -> notes.addAll(result.notes()));
            wanted.forEach(result -> result.forTraining()
                    .forEach(image -> trained.computeIfAbsent(DatasetPath.address(image), any -> new TreeSet<>())
                            .add(result.set().category() + "/" + result.set().defect())));
            List<Candidate> found =
                    results.stream().flatMap(result -> result.good().stream()).toList();
            Set<Path> defective = category.defective(Set.copyOf(found));
            found = found.stream()
                    .filter(image -> !defective.contains(image.image().path()))
                    .toList();
            GoodListing listing = category.good();
            quarantine.addAll(listing.aside());
            GoodImages all =
                    inside(files, listing.images(), root, quarantine).with(uris(found, false), uris(found, true));
            BitDepth depth =
                    request.bitDepth() > 0 ? new BitDepth(request.bitDepth(), 0) : BitDepth.of(files, all, results);
            depth.note(category.name(), request.bitDepth() == 0).ifPresent(notes::add);
            good.add(depth.of(all));
            wanted.stream()
                    .filter(result -> !result.isOfGoodImages())
                    .forEach(result -> sets.add(depth.of(result.set())));
        }
        files.refusedFolders()
                .forEach((folder, reason) -> quarantine.add(
                        new Quarantined("", "", DatasetPath.below(root, folder), Reason.OUTSIDE_ROOT, reason)));
        LOG.info(
                "{}: {} defects in {} categories, {} files set aside; read as {}",
                root,
                sets.size(),
                good.size(),
                quarantine.size(),
                format.setting());
        if (!undivided.isEmpty() && !(request.split() instanceof SplitRule.Listed)) {
            notes.add(
                    "%s: all images of defects are for testing, as the data set has it; dataset.split divides them all the same"
                            .formatted(String.join(", ", undivided)));
        }
        sets.replaceAll(set -> testedApart(set, trained, notes));
        warnOfSharedImages(sets);
        if (sets.stream().noneMatch(DefectSet::usable)) {
            detection.hint(root).ifPresent(notes::add);
        }
        return new Dataset(sets, good, quarantine, notes);
    }

    /** @param undivided takes the category if its own words on training and testing do not count */
    private static List<DefectInspection> inspected(
            CategorySource category,
            List<DefectListing> listings,
            Iterator<Finding> findings,
            SplitRule split,
            List<String> undivided) {
        List<List<Finding>> found = new ArrayList<>();
        Set<Candidate> free = new HashSet<>();
        for (DefectListing listing : listings) {
            List<Finding> own =
                    listing.images().stream().map(image -> findings.next()).toList();
            found.add(own);
            free.addAll(DefectInspection.good(listing, own));
        }
        boolean divided = category.dividesDefects(free);
        if (!divided) {
            undivided.add(category.name());
        }
        return IntStream.range(0, listings.size())
                .mapToObj(i -> DefectInspection.of(listings.get(i), found.get(i), split, divided))
                .toList();
    }

    private static Catalog catalog(
            DatasetRequest request, Path root, DatasetLayout.Detection detection, DatasetFormat format)
            throws IOException {
        try {
            return detection.layout(format, request.maskLevel()).catalog(root, request.categories());
        } catch (DatasetException e) {
            Optional<String> hint = detection.hint(root);
            throw hint.isEmpty() || e.getMessage().contains("as the root")
                    ? e
                    : new DatasetException(e.getMessage() + "; " + hint.get(), e);
        }
    }

    /** Whether something can be stored under a unit's names; else it is set aside as a whole. */
    private static boolean isStorable(String category, String defect, List<Quarantined> aside) {
        String name = defect.isEmpty() ? category : defect;
        Optional<String> complaint = PathSegment.complaint(name);
        complaint.ifPresent(reason ->
                aside.add(new Quarantined(category, defect, name, Reason.INVALID_ENTRY, "as a name " + reason)));
        return complaint.isEmpty();
    }

    private static List<URI> uris(List<Candidate> images, boolean test) {
        return images.stream()
                .filter(image -> (image.part() == Candidate.Part.TEST) == test)
                .map(image -> image.image().uri())
                .toList();
    }

    /** Good images are opened much later, if at all; one that must not be opened is set aside now. */
    private static GoodImages inside(DatasetFiles files, GoodImages good, Path root, List<Quarantined> aside) {
        Map<URI, String> refused = new LinkedHashMap<>();
        Stream.concat(good.training().stream(), good.test().stream())
                .forEach(image -> files.refusal(image).ifPresent(reason -> refused.put(image, reason)));
        refused.forEach((image, reason) -> aside.add(new Quarantined(
                good.category(),
                Catalog.Builder.GOOD,
                DatasetPath.below(root.toString(), image),
                Reason.OUTSIDE_ROOT,
                reason)));
        return new GoodImages(
                good.category(),
                good.training().stream()
                        .filter(image -> !refused.containsKey(image))
                        .toList(),
                good.test().stream()
                        .filter(image -> !refused.containsKey(image))
                        .toList());
    }

    /** An image of several defects that is for the training of one would test another with what a model has seen. */
    private static DefectSet testedApart(DefectSet set, Map<String, Set<String>> trained, List<String> notes) {
        Set<String> names = new TreeSet<>();
        Set<String> others = new TreeSet<>();
        for (DefectImage image : set.test()) {
            Set<String> units = trained.getOrDefault(DatasetPath.address(image.imageUri()), Set.of());
            if (!units.isEmpty()) {
                names.add(image.name());
                others.addAll(units);
            }
        }
        if (names.isEmpty()) {
            return set;
        }
        notes.add("%s/%s tests without %d of its images, for the training of %s has them: %s%s"
                .formatted(
                        set.category(),
                        set.defect(),
                        names.size(),
                        String.join(", ", others),
                        names.stream().limit(NAMES_SHOWN).collect(Collectors.joining(", ")),
                        names.size() > NAMES_SHOWN ? ", ..." : ""));
        return set.withoutTests(names);
    }

    /** The same file among training and test images makes scores too good; {@code inspect} finds more than this. */
    private static void warnOfSharedImages(List<DefectSet> sets) {
        Set<String> training = sets.stream()
                .flatMap(set -> set.training().stream())
                .map(DefectImage::imageSha256)
                .collect(Collectors.toSet());
        for (DefectSet set : sets) {
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
}
