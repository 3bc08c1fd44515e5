package org.dualanodiff.pipeline.dataset;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a data set in the MVTec AD layout. Every defect image and mask is opened once; a file that cannot be used goes
 * to the quarantine list and the rest is read. The same folder always gives the same records in the same order.
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
     * @throws DatasetException where the root, a category or a defect does not exist, where the split list names what
     *     is not there, or where the file system cannot be reached
     */
    public Dataset read(DatasetRequest request) {
        try {
            return read(request, DatasetFiles.locate(request.root()));
        } catch (IOException | IllegalArgumentException e) {
            throw new DatasetException("cannot read the data set at %s: %s".formatted(request.root(), e), e);
        }
    }

    private Dataset read(DatasetRequest request, Path root) throws IOException {
        Map<CategoryFolder, List<String>> selected = select(request, root);
        List<DefectSet> sets = new ArrayList<>();
        List<GoodImages> good = new ArrayList<>();
        List<Quarantined> quarantine = new ArrayList<>();
        for (var entry : selected.entrySet()) {
            good.add(entry.getKey().goodImages());
            for (String defect : entry.getValue()) {
                DefectInspection.Result result = new DefectInspection(entry.getKey(), defect).run(request.split());
                sets.add(result.set());
                quarantine.addAll(result.quarantine());
            }
        }
        LOG.info(
                "{}: {} defects in {} categories, {} files set aside",
                root,
                sets.size(),
                good.size(),
                quarantine.size());
        return new Dataset(sets, good, quarantine);
    }

    /** The categories to read, by name, each with its defects to read. */
    private Map<CategoryFolder, List<String>> select(DatasetRequest request, Path root) throws IOException {
        Map<String, CategoryFolder> folders = folders(root);
        Map<CategoryFolder, List<String>> found = new LinkedHashMap<>();
        for (CategoryFolder category : categories(request, root, folders)) {
            found.put(category, category.defects());
        }
        checkDefects(request.defects(), found.values(), root);
        if (request.split() instanceof SplitRule.Listed listed) {
            checkListed(listed, folders.keySet(), found);
        }
        if (!request.defects().isEmpty()) {
            found.replaceAll((category, defects) ->
                    defects.stream().filter(request.defects()::contains).toList());
        }
        return found;
    }

    private Map<String, CategoryFolder> folders(Path root) throws IOException {
        if (!files.isFolder(root)) {
            throw new DatasetException(
                    "the data set's root %s is not an existing folder; give the folder that holds the categories"
                            .formatted(root));
        }
        Map<String, CategoryFolder> folders = new TreeMap<>();
        for (FileEntry entry : files.list(root)) {
            if (entry.folder()) {
                folders.put(entry.name(), new CategoryFolder(entry.name(), entry.path(), files));
            }
        }
        return folders;
    }

    private List<CategoryFolder> categories(DatasetRequest request, Path root, Map<String, CategoryFolder> folders)
            throws IOException {
        boolean all = request.categories().isEmpty();
        List<CategoryFolder> categories = new ArrayList<>();
        for (String name : all ? folders.keySet() : request.categories()) {
            CategoryFolder folder = folders.get(name);
            if (folder != null && folder.isCategory()) {
                categories.add(folder);
            } else if (!all) {
                throw missingCategory(name, root, folders);
            }
        }
        if (categories.isEmpty()) {
            throw new DatasetException("%s holds no category: expected %s/<category>/test/<defect>%s"
                    .formatted(root, root, hint(root, folders)));
        }
        return categories;
    }

    private static DatasetException missingCategory(String name, Path root, Map<String, CategoryFolder> folders) {
        if (folders.containsKey(name)) {
            return new DatasetException("category \"%s\" in %s has no folder \"test\": expected %s/%s/test/<defect>"
                    .formatted(name, root, root, name));
        }
        return new DatasetException("category \"%s\" is not in %s; %s%s"
                .formatted(name, root, new KnownNames(folders.keySet()).suggest(name), hint(root, folders)));
    }

    private static String hint(Path root, Map<String, CategoryFolder> folders) {
        return folders.containsKey("test")
                ? "; it looks like the folder of one category: give %s as the root".formatted(root.getParent())
                : "";
    }

    private static void checkDefects(List<String> wanted, Collection<List<String>> found, Path root) {
        KnownNames known = new KnownNames(found.stream().flatMap(List::stream).toList());
        for (String defect : wanted) {
            if (!known.has(defect)) {
                throw new DatasetException("no category read from %s has the defect \"%s\"; %s"
                        .formatted(root, defect, known.suggest(defect)));
            }
        }
    }

    /** A misspelt name in the list would leave a set untrained without a word. */
    private static void checkListed(
            SplitRule.Listed listed, Collection<String> categories, Map<CategoryFolder, List<String>> found) {
        for (String category : new TreeSet<>(listed.names().keySet())) {
            KnownNames known = new KnownNames(categories);
            if (!known.has(category)) {
                throw new DatasetException("%s lists the category \"%s\", which is not in the data set; %s"
                        .formatted(listed.source(), category, known.suggest(category)));
            }
        }
        found.forEach((folder, defects) -> checkListed(listed, folder.name(), new KnownNames(defects)));
    }

    private static void checkListed(SplitRule.Listed listed, String category, KnownNames known) {
        for (String defect : listed.names().getOrDefault(category, Map.of()).keySet()) {
            if (!known.has(defect)) {
                throw new DatasetException("%s lists the defect \"%s\", which category \"%s\" does not have; %s"
                        .formatted(listed.source(), defect, category, known.suggest(defect)));
            }
        }
    }
}
