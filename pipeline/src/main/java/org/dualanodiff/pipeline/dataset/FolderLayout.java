package org.dualanodiff.pipeline.dataset;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.Path;
import org.dualanodiff.pipeline.dataset.DatasetRequest.DatasetFormat;
import org.dualanodiff.pipeline.dataset.FolderWalk.FolderFile;
import org.dualanodiff.pipeline.dataset.FolderWalk.MaskIndex;
import org.dualanodiff.pipeline.dataset.Quarantined.Reason;

/**
 * Plain folders {@code [<category>/][<defect>/]<image>}. A mask lies beside its image as {@code <stem>_mask.<ext>}, or
 * under the same name in a parallel folder {@code masks}, anywhere in the path: {@code crack/images/1.png} and
 * {@code crack/masks/1.png} as well as {@code images/tile/crack/1.png} and {@code masks/tile/crack/1_mask.png}. Folders
 * named {@code good} hold good images; folders named {@code train} and {@code test} tell the split; {@link Words} has all
 * such names. Without a folder of the category its name is the root's, without one of the defect it is {@code defect}.
 *
 * @param maskLevel grey level from which a mask marks a pixel, or 0 to detect it
 */
record FolderLayout(DatasetFiles files, int maskLevel) implements DatasetLayout {
    private static final int CATEGORY_AND_DEFECT = 2;

    /** Of CVAT's masks: a line {@code name:color:parts:actions} for each class. */
    private static final String LABEL_MAP = "labelmap.txt";

    /** Of DAGM 2007: a table among the masks, where images without a mask are good ones and folders are products. */
    private static final String LABEL_TABLE = "/label/labels.txt";

    @Override
    public Catalog catalog(Path root, List<String> wanted) throws IOException {
        FolderWalk walk = FolderWalk.of(files, root);
        MaskIndex<FolderFile> masks = walk.index();
        Catalog.Builder catalog = new Catalog.Builder();
        String unnamed = unnamedDefect(root);
        Tree tree = new Tree(walk, root);
        for (FolderFile image : walk.images()) {
            List<FolderFile> own = walk.of(image, masks);
            String complaint = tree.complaint(image);
            if (!complaint.isEmpty()) {
                catalog.aside(image.file(), Reason.INVALID_ENTRY, complaint);
            } else if (tree.isGood(image, own)) {
                catalog.good(tree.category(image), image.file(), image.entry(), image.part());
            } else {
                String defect = tree.defect(image);
                Candidate candidate =
                        new Candidate(image.name(), image.file(), image.entry(), mask(image, own), image.part());
                if (defect.isEmpty()) {
                    catalog.unnamedDefect(tree.category(image), unnamed, candidate);
                } else {
                    catalog.defect(tree.category(image), defect, candidate);
                }
            }
        }
        if (walk.images().stream().noneMatch(image -> tree.complaint(image).isEmpty())) {
            requireOneFolder(walk, root);
        }
        masks.orphans().forEach(mask -> catalog.aside(mask.file(), Reason.ORPHAN_MASK, "no image takes this mask"));
        walk.strangers().stream().filter(file -> !isLabelTable(file)).forEach(catalog::aside);
        return catalog.build(root.toString());
    }

    private static boolean isLabelTable(Quarantined file) {
        return file.file().toLowerCase(Locale.ROOT).endsWith(LABEL_TABLE);
    }

    /** @throws DatasetException where all images lie too deep and below one folder, which is the root then */
    private static void requireOneFolder(FolderWalk walk, Path root) {
        Set<String> first = walk.images().stream()
                .filter(image -> image.file().contains("/"))
                .map(image -> image.file().substring(0, image.file().indexOf('/')))
                .collect(Collectors.toSet());
        if (first.size() == 1) {
            throw new DatasetException("the images lie too deep below %s: give %s as the root"
                    .formatted(root, DatasetPath.child(root, first.iterator().next())));
        }
    }

    /** The only class that a label map names, if there is one. */
    private String unnamedDefect(Path root) throws IOException {
        for (FileEntry entry : files.list(root)) {
            if (entry.name().equals(LABEL_MAP)) {
                try (BufferedReader lines = files.text(entry.path())) {
                    List<String> names = lines.lines()
                            .filter(line -> !line.startsWith("#") && line.contains(":"))
                            .map(line -> line.substring(0, line.indexOf(':')))
                            .filter(name -> !name.equals("background"))
                            .toList();
                    return names.size() == 1 ? names.get(0) : Catalog.Builder.UNNAMED_DEFECT;
                } catch (UncheckedIOException e) {
                    return Catalog.Builder.UNNAMED_DEFECT;
                }
            }
        }
        return Catalog.Builder.UNNAMED_DEFECT;
    }

    private Candidate.Mask mask(FolderFile image, List<FolderFile> masks) {
        List<Candidate.Mask> found = masks.stream()
                .<Candidate.Mask>map(mask -> new Candidate.Mask.OfFile(mask.entry(), mask.file(), maskLevel))
                .toList();
        return found.isEmpty()
                ? new Candidate.Mask.None(image.file(), Reason.MASK_MISSING, missing(image))
                : Candidate.Mask.joined(found);
    }

    private static String missing(FolderFile image) {
        String stem = image.entry().stem();
        return "no %s_mask.png beside it, and no %s.png in a folder \"masks\"".formatted(stem, stem);
    }

    /** Which of the folders' names are categories, and which are defects. */
    private static final class Tree {
        private final String rootName;
        private final boolean labelTable;
        private final boolean categories;

        Tree(FolderWalk walk, Path root) {
            rootName = root.getName().isEmpty() ? DatasetFormat.UNNAMED_CATEGORY : root.getName();
            labelTable = walk.strangers().stream().anyMatch(FolderLayout::isLabelTable);
            categories = labelTable
                            && walk.images().stream()
                                    .anyMatch(image -> !image.names().isEmpty())
                    || walk.images().stream().anyMatch(image -> image.names().size() == CATEGORY_AND_DEFECT);
        }

        boolean isGood(FolderFile image, List<FolderFile> masks) {
            return image.good() || labelTable && masks.isEmpty();
        }

        /** Why an image has no place in it; empty where it has. */
        String complaint(FolderFile image) {
            if (image.names().size() > CATEGORY_AND_DEFECT) {
                return "it lies deeper than <category>/<defect>; give a folder further down as the root, or list the images in a manifest (docs/datasets.md)";
            }
            return categories && image.names().isEmpty() ? "it lies in no category's folder, as the others do" : "";
        }

        String category(FolderFile image) {
            return categories && !image.names().isEmpty() ? image.names().get(0) : rootName;
        }

        /** Empty where no folder names it. */
        String defect(FolderFile image) {
            int place = categories ? 1 : 0;
            return image.names().size() > place ? image.names().get(place) : "";
        }
    }
}
