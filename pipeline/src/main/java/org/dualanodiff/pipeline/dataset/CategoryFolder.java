package org.dualanodiff.pipeline.dataset;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;
import org.dualanodiff.pipeline.dataset.Quarantined.Reason;

/**
 * Where a category keeps its files in the MVTec AD layout. A defect's folders are listed only when they are asked for.
 *
 * @param maskLevel grey level from which a mask marks a pixel
 */
record CategoryFolder(String name, Path path, DatasetFiles files, int maskLevel) implements CategorySource {
    static final String GOOD = "good";
    static final String TEST = "test";
    static final String GROUND_TRUTH = "ground_truth";

    /** Whether this folder has the one part that every category has. */
    boolean isCategory() throws IOException {
        return files.isFolder(test());
    }

    /** The defects with images or masks; a folder of masks without its folder of images is a defect, too. */
    @Override
    public List<String> defects() throws IOException {
        return Stream.concat(files.list(test()).stream(), files.list(groundTruth()).stream())
                .filter(entry -> entry.folder() && !entry.name().equals(GOOD))
                .map(FileEntry::name)
                .distinct()
                .sorted()
                .toList();
    }

    @Override
    public GoodImages goodImages() throws IOException {
        return new GoodImages(name, goodUnder(new Path(path, "train")), goodUnder(test()));
    }

    @Override
    public List<Quarantined> goodAside() {
        return List.of();
    }

    private List<URI> goodUnder(Path folder) throws IOException {
        return files.list(new Path(folder, GOOD)).stream()
                .filter(FileEntry::isImage)
                .map(FileEntry::uri)
                .toList();
    }

    @Override
    public DefectListing listing(String defect) throws IOException {
        List<FileEntry> imageFolder = files.list(DatasetFiles.child(test(), defect));
        List<FileEntry> maskFolder = files.list(DatasetFiles.child(groundTruth(), defect));
        MaskFolder masks =
                new MaskFolder(maskFolder.stream().filter(FileEntry::isMask).toList());
        List<FileEntry> images = imageFolder.stream().filter(FileEntry::isImage).toList();
        List<Quarantined> aside = new ArrayList<>();
        masks.orphans(images).stream()
                .map(mask -> aside(GROUND_TRUTH, defect, mask, Reason.ORPHAN_MASK, "no image takes this mask"))
                .forEach(aside::add);
        strangers(defect, imageFolder, maskFolder).forEach(aside::add);
        return new DefectListing(
                name,
                defect,
                images.stream().map(image -> candidate(defect, image, masks)).toList(),
                aside);
    }

    private Candidate candidate(String defect, FileEntry image, MaskFolder masks) {
        String file = file(TEST, defect, image);
        String missing = "no %s_mask.png in ground_truth/%s".formatted(image.stem(), defect);
        Candidate.Mask mask = masks.maskOf(image)
                .<Candidate.Mask>map(
                        entry -> new Candidate.Mask.OfFile(entry, file(GROUND_TRUTH, defect, entry), maskLevel))
                .orElse(new Candidate.Mask.None(file, Reason.MASK_MISSING, missing));
        return new Candidate(image.name(), file, image, mask, Candidate.Part.UNSAID);
    }

    private Stream<Quarantined> strangers(String defect, List<FileEntry> imageFolder, List<FileEntry> maskFolder) {
        String detail = "not an image by its name; images end in " + FileEntry.EXTENSIONS;
        return Stream.concat(
                imageFolder.stream()
                        .filter(entry -> !entry.isImage())
                        .map(entry -> aside(TEST, defect, entry, Reason.NOT_AN_IMAGE, detail)),
                maskFolder.stream()
                        .filter(entry -> !entry.isMask())
                        .map(entry -> aside(GROUND_TRUTH, defect, entry, Reason.NOT_AN_IMAGE, detail)));
    }

    private Quarantined aside(String part, String defect, FileEntry entry, Reason reason, String detail) {
        return new Quarantined(name, defect, file(part, defect, entry), reason, detail);
    }

    private String file(String part, String defect, FileEntry entry) {
        return String.join("/", name, part, defect, entry.name());
    }

    private Path test() {
        return new Path(path, TEST);
    }

    private Path groundTruth() {
        return new Path(path, GROUND_TRUTH);
    }
}
