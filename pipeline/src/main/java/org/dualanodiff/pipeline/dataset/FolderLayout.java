package org.dualanodiff.pipeline.dataset;

import java.io.IOException;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.dualanodiff.pipeline.dataset.Quarantined.Reason;

/**
 * Plain folders {@code [<category>/][<defect>/]<image>}. A mask lies beside its image as {@code <stem>_mask.<ext>}, or
 * under the same name in a parallel folder {@code masks}, anywhere in the path: {@code crack/images/1.png} and
 * {@code crack/masks/1.png} as well as {@code images/tile/crack/1.png} and {@code masks/tile/crack/1_mask.png}. Folders
 * named {@code good} hold good images; folders named {@code train} and {@code test} tell the split. Without a folder of
 * the category its name is the root's, without one of the defect it is {@code defect}.
 *
 * @param maskLevel grey level from which a mask marks a pixel
 */
record FolderLayout(DatasetFiles files, int maskLevel) implements DatasetLayout {
    private static final int CATEGORY_AND_DEFECT = 2;
    private static final String UNNAMED_CATEGORY = "data";
    private static final String UNNAMED_DEFECT = "defect";

    /** Whether there is anything to read, by the names alone. */
    boolean holdsImages(Path root) throws IOException {
        return FolderWalk.holdsImages(files, root);
    }

    @Override
    public Catalog catalog(Path root, List<String> wanted) throws IOException {
        FolderWalk walk = FolderWalk.of(files, root);
        FolderMasks masks = new FolderMasks(walk.masks(), maskLevel);
        CatalogBuilder catalog = new CatalogBuilder();
        String rootName = root.getName().isEmpty() ? UNNAMED_CATEGORY : root.getName();
        boolean categories =
                walk.images().stream().anyMatch(image -> image.names().size() == CATEGORY_AND_DEFECT);
        for (FolderFile image : walk.images()) {
            if (image.names().size() > CATEGORY_AND_DEFECT) {
                catalog.aside(image.file(), Reason.INVALID_ENTRY, "it lies deeper than <category>/<defect>");
            } else {
                add(image, categories ? image.names() : within(rootName, image.names()), masks, catalog);
            }
        }
        masks.orphans(walk.images())
                .forEach(mask -> catalog.aside(mask.file(), Reason.ORPHAN_MASK, "no image takes this mask"));
        walk.strangers().forEach(catalog::aside);
        return catalog.build(root.toString());
    }

    private static List<String> within(String category, List<String> defect) {
        return defect.isEmpty() ? List.of(category) : List.of(category, defect.get(0));
    }

    private static void add(FolderFile image, List<String> names, FolderMasks masks, CatalogBuilder catalog) {
        if (names.isEmpty()) {
            catalog.aside(image.file(), Reason.INVALID_ENTRY, "it lies in no category's folder, as the others do");
        } else if (image.good()) {
            catalog.good(names.get(0), image.file(), image.entry(), image.part());
        } else {
            String defect = names.size() == CATEGORY_AND_DEFECT ? names.get(1) : UNNAMED_DEFECT;
            catalog.defect(names.get(0), defect, masks.candidate(image));
        }
    }
}
