package org.dualanodiff.pipeline.dataset;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.fs.Path;

/**
 * The layout of MVTec AD (Bergmann et al., CVPR 2019):
 * {@code <root>/<category>/{train/good, test/good, test/<defect>, ground_truth/<defect>/<stem>_mask.png}}.
 *
 * @param maskLevel grey level from which a mask marks a pixel
 */
record MvtecLayout(DatasetFiles files, int maskLevel) implements DatasetLayout {

    @Override
    public Catalog catalog(Path root, List<String> wanted) throws IOException {
        Map<String, CategoryFolder> folders = folders(root);
        return new Catalog(categories(root, wanted, folders), folders.keySet(), List.of());
    }

    private Map<String, CategoryFolder> folders(Path root) throws IOException {
        Map<String, CategoryFolder> folders = new TreeMap<>();
        for (FileEntry entry : files.list(root)) {
            if (entry.folder()) {
                folders.put(entry.name(), new CategoryFolder(entry.name(), entry.path(), files, maskLevel));
            }
        }
        return folders;
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
            throw new DatasetException("%s holds no category: expected %s/<category>/test/<defect>%s"
                    .formatted(root, root, hint(root, folders)));
        }
        return categories;
    }

    private static DatasetException missing(String name, Path root, Map<String, CategoryFolder> folders) {
        if (folders.containsKey(name)) {
            return new DatasetException("category \"%s\" in %s has no folder \"test\": expected %s/%s/test/<defect>"
                    .formatted(name, root, root, name));
        }
        return new DatasetException("category \"%s\" is not in %s; %s%s"
                .formatted(name, root, new KnownNames(folders.keySet()).suggest(name), hint(root, folders)));
    }

    private static String hint(Path root, Map<String, CategoryFolder> folders) {
        return folders.containsKey(CategoryFolder.TEST)
                ? "; it looks like the folder of one category: give %s as the root".formatted(root.getParent())
                : "";
    }
}
