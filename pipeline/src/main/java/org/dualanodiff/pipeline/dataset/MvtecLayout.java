package org.dualanodiff.pipeline.dataset;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.Path;
import org.dualanodiff.pipeline.dataset.Catalog.CategorySource;
import org.dualanodiff.pipeline.dataset.Catalog.DefectListing;
import org.dualanodiff.pipeline.dataset.Catalog.GoodListing;
import org.dualanodiff.pipeline.dataset.Dataset.GoodImages;
import org.dualanodiff.pipeline.dataset.DefectSelection.KnownNames;
import org.dualanodiff.pipeline.dataset.FolderWalk.MaskIndex;
import org.dualanodiff.pipeline.dataset.Quarantined.Reason;

/**
 * The layout of MVTec AD (Bergmann et al., CVPR 2019):
 * {@code <root>/<category>/{train/good, test/good, test/<defect>, ground_truth/<defect>/<stem>_mask.png}}. The folder of one
 * category may be the root itself; the category has its name.
 *
 * @param maskLevel grey level from which a mask marks a pixel
 */
record MvtecLayout(DatasetFiles files, int maskLevel) implements DatasetLayout {

    @Override
    public Catalog catalog(Path root, List<String> wanted) throws IOException {
        Map<String, CategoryFolder> folders = folders(root);
        return new Catalog(
                categories(root, wanted, folders),
                folders.keySet(),
                wanted.isEmpty() ? others(folders.values()) : List.of());
    }

    /** Folders beside the categories that hold images and are none. */
    private List<Quarantined> others(Collection<CategoryFolder> folders) throws IOException {
        List<Quarantined> aside = new ArrayList<>();
        for (CategoryFolder folder : folders) {
            if (!folder.isCategory() && FolderWalk.holdsImages(files, folder.path())) {
                String detail = "images lie in it, but it is no category: it has no folder \"test\"";
                aside.add(new Quarantined("", "", folder.name(), Reason.INVALID_ENTRY, detail));
            }
        }
        return aside;
    }

    private Map<String, CategoryFolder> folders(Path root) throws IOException {
        if (isCategory(root, files) && !root.isRoot()) {
            return Map.of(root.getName(), new CategoryFolder(root.getName(), root, files, maskLevel));
        }
        Map<String, CategoryFolder> folders = new TreeMap<>();
        for (FileEntry entry : files.list(root)) {
            if (entry.folder()) {
                folders.put(entry.name(), new CategoryFolder(entry.name(), entry.path(), files, maskLevel));
            }
        }
        return folders;
    }

    /** Whether a folder has the parts by which a category is known. */
    static boolean isCategory(Path folder, DatasetFiles files) throws IOException {
        return new CategoryFolder("", folder, files, 0).isCategory()
                && files.isFolder(new Path(folder, CategoryFolder.GROUND_TRUTH));
    }

    private static List<CategoryFolder> categories(Path root, List<String> wanted, Map<String, CategoryFolder> folders)
            throws IOException {
        boolean all = wanted.isEmpty();
        List<CategoryFolder> categories = new ArrayList<>();
        for (String name : all ? folders.keySet() : wanted) {
            CategoryFolder folder = folders.get(name);
            if (folder != null && folder.isCategory()) {
                categories.add(folder);
            } else if (!all) {
                throw missing(name, root, folders);
            }
        }
        if (categories.isEmpty()) {
            throw new DatasetException(
                    "%s holds no category: expected %s/<category>/test/<defect>".formatted(root, root));
        }
        return categories;
    }

    private static DatasetException missing(String name, Path root, Map<String, CategoryFolder> folders) {
        if (folders.containsKey(name)) {
            return new DatasetException("category \"%s\" in %s has no folder \"test\": expected %s/%s/test/<defect>"
                    .formatted(name, root, root, name));
        }
        return new DatasetException("category \"%s\" is not in %s; %s"
                .formatted(name, root, new KnownNames(folders.keySet()).suggest(name)));
    }

    /**
     * Where a category keeps its files in the MVTec AD layout and its kin: MVTec LOCO AD has a folder of masks for each image,
     * MVTec 3D-AD {@code rgb} and {@code gt} below each defect, MVTec AD 2 {@code test_public} with the masks inside, BTAD
     * {@code ok}. A defect's folders are listed only when they are asked for.
     *
     * @param maskLevel grey level from which a mask marks a pixel, or 0 to detect it
     */
    record CategoryFolder(String name, Path path, DatasetFiles files, int maskLevel) implements CategorySource {
        static final String TEST = "test";
        static final String GROUND_TRUTH = "ground_truth";
        private static final String PUBLIC_TEST = "test_public";

        /** Whether this folder has the one part that every category has. */
        boolean isCategory() throws IOException {
            return !tests().isEmpty();
        }

        /** Whether that part has folders as this layout has them; of other data sets, images lie in {@code test} itself. */
        boolean holdsFolders() throws IOException {
            for (FileEntry test : tests()) {
                if (!folders(test.path(), name -> !Words.mayBeMaskFolder(name)).isEmpty()) {
                    return true;
                }
            }
            return isCategory() && !groundTruths().isEmpty();
        }

        /** The defects with images or masks; a folder of masks without its folder of images is a defect, too. */
        @Override
        public List<String> defects() throws IOException {
            List<FileEntry> folders = new ArrayList<>();
            for (FileEntry part : tests()) {
                folders.addAll(folders(part.path(), name -> !Words.isGood(name) && !Words.isMaskFolder(name)));
            }
            for (FileEntry part : groundTruths()) {
                folders.addAll(folders(part.path(), name -> !Words.isGood(name)));
            }
            return folders.stream().map(FileEntry::name).distinct().sorted().toList();
        }

        @Override
        public GoodListing good() throws IOException {
            List<Quarantined> strangers = new ArrayList<>();
            List<URI> training = good(Candidate.Part.TRAINING, strangers);
            List<URI> test = good(Candidate.Part.TEST, strangers);
            for (FileEntry masks : groundTruths()) {
                files.list(masks.path()).stream()
                        .filter(FileEntry::isMask)
                        .map(mask ->
                                aside(Catalog.Builder.GOOD, mask, Reason.ORPHAN_MASK, "it lies in no defect's folder"))
                        .forEach(strangers::add);
            }
            return new GoodListing(new GoodImages(name, training, test), strangers);
        }

        private List<URI> good(Candidate.Part part, List<Quarantined> strangers) throws IOException {
            List<URI> good = new ArrayList<>();
            // Listed once: on an object store each time is a request.
            Set<Path> tests = tests().stream().map(FileEntry::path).collect(Collectors.toSet());
            for (FileEntry folder : folders(path, name -> part(name) == part)) {
                boolean holdsDefects = tests.contains(folder.path());
                for (FileEntry inside : files.list(folder.path())) {
                    if (inside.folder() && Words.isGood(inside.name())) {
                        addGood(inside, good, strangers);
                    } else if (inside.isImage()) {
                        strangers.add(aside(
                                Catalog.Builder.GOOD,
                                inside,
                                Reason.INVALID_ENTRY,
                                "it lies in no folder of good images or of a defect"));
                    } else if (inside.folder() && !holdsDefects && FolderWalk.holdsImages(files, inside.path())) {
                        String detail = "images lie in it; images of defects are read from \"test\" alone";
                        strangers.add(aside(Catalog.Builder.GOOD, inside, Reason.INVALID_ENTRY, detail));
                    }
                }
            }
            return good;
        }

        private void addGood(FileEntry folder, List<URI> good, List<Quarantined> strangers) throws IOException {
            Map<FileEntry, MaskIndex.Name> pictures = new LinkedHashMap<>();
            for (FileEntry entry : pictures(folder.path())) {
                pictures.put(entry, name(entry, ""));
            }
            Set<FileEntry> masks = FolderWalk.masksBeside(pictures);
            for (FileEntry entry : pictures.keySet()) {
                if (masks.contains(entry)) {
                    strangers.add(aside(
                            Catalog.Builder.GOOD, entry, Reason.ORPHAN_MASK, "a mask by its name, among good images"));
                } else if (entry.isImage()) {
                    good.add(entry.uri());
                } else {
                    strangers.add(stranger(Catalog.Builder.GOOD, entry));
                }
            }
        }

        private static Candidate.Part part(String folder) {
            return folder.equals(PUBLIC_TEST)
                    ? Candidate.Part.TEST
                    : Words.part(folder).orElse(Candidate.Part.UNSAID);
        }

        /** The files of a folder and, where it has any, of a folder {@code images} or {@code rgb} inside. */
        private List<FileEntry> pictures(Path folder) throws IOException {
            List<FileEntry> found = new ArrayList<>();
            for (FileEntry entry : files.list(folder)) {
                if (entry.folder() && Words.isImageFolder(entry.name())) {
                    found.addAll(files.list(entry.path()));
                } else if (!entry.folder() || !Words.isMaskFolder(entry.name()) && !Words.isOtherFolder(entry.name())) {
                    found.add(entry);
                }
            }
            return found;
        }

        @Override
        public DefectListing listing(String defect) throws IOException {
            List<FileEntry> images = new ArrayList<>();
            Map<FileEntry, MaskIndex.Name> masks = new LinkedHashMap<>();
            List<Quarantined> strangers = new ArrayList<>();
            for (FileEntry test : tests()) {
                Path folder = DatasetPath.child(test.path(), defect);
                for (FileEntry entry : pictures(folder)) {
                    if (entry.isImage()) {
                        images.add(entry);
                    } else {
                        strangers.add(stranger(defect, entry));
                    }
                }
                for (FileEntry inside : folders(folder, Words::isMaskFolder)) {
                    addMasks(inside.path(), "", defect, masks, strangers);
                }
            }
            for (FileEntry part : groundTruths()) {
                addMasks(DatasetPath.child(part.path(), defect), "", defect, masks, strangers);
            }
            MaskIndex<FileEntry> index = new MaskIndex<>(
                    images.stream().map(image -> name(image, "")).toList(), masks, Words::imagesOf);
            List<Quarantined> aside = new ArrayList<>();
            index.orphans()
                    .forEach(mask -> aside.add(aside(defect, mask, Reason.ORPHAN_MASK, "no image takes this mask")));
            aside.addAll(strangers);
            List<Candidate> candidates = images.stream()
                    .map(image -> candidate(defect, image, index.masksOf(name(image, ""))))
                    .toList();
            return new DefectListing(name, defect, candidates, aside, false);
        }

        private void addMasks(
                Path folder,
                String space,
                String defect,
                Map<FileEntry, MaskIndex.Name> masks,
                List<Quarantined> strangers)
                throws IOException {
            for (FileEntry entry : files.list(folder)) {
                if (entry.isMask()) {
                    masks.put(entry, name(entry, space));
                } else if (entry.folder() && space.isEmpty()) {
                    addMasks(entry.path(), entry.name(), defect, masks, strangers);
                } else {
                    strangers.add(stranger(defect, entry));
                }
            }
        }

        private static MaskIndex.Name name(FileEntry entry, String space) {
            return new MaskIndex.Name(space, entry.stem());
        }

        private Candidate candidate(String defect, FileEntry image, List<FileEntry> masks) {
            String file = file(image);
            String missing = "no %s_mask.png in ground_truth/%s".formatted(image.stem(), defect);
            Candidate.Mask mask = masks.isEmpty()
                    ? new Candidate.Mask.None(file, Reason.MASK_MISSING, missing)
                    : Candidate.Mask.joined(masks.stream()
                            .<Candidate.Mask>map(entry -> new Candidate.Mask.OfFile(entry, file(entry), maskLevel))
                            .toList());
            return new Candidate(image.name(), file, image, mask, Candidate.Part.UNSAID);
        }

        private Quarantined stranger(String defect, FileEntry entry) {
            return aside(defect, entry, Reason.NOT_AN_IMAGE, FileEntry.NO_IMAGE);
        }

        private Quarantined aside(String defect, FileEntry entry, Reason reason, String detail) {
            return new Quarantined(name, defect, file(entry), reason, detail);
        }

        private String file(FileEntry entry) {
            return name + "/" + DatasetPath.below(path, entry.path());
        }

        private List<FileEntry> tests() throws IOException {
            List<FileEntry> tests = folders(path, name -> name.equalsIgnoreCase(TEST));
            return tests.isEmpty() ? folders(path, PUBLIC_TEST::equals) : tests;
        }

        private List<FileEntry> groundTruths() throws IOException {
            List<FileEntry> found = new ArrayList<>(folders(path, Words::isMaskFolder));
            for (FileEntry test : tests()) {
                found.addAll(folders(test.path(), Words::isMaskFolder));
            }
            return found;
        }

        private List<FileEntry> folders(Path folder, Predicate<String> named) throws IOException {
            return files.list(folder).stream()
                    .filter(entry -> entry.folder() && named.test(entry.name()))
                    .toList();
        }
    }
}
