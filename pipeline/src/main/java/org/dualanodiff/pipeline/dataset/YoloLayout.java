package org.dualanodiff.pipeline.dataset;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.Path;
import org.dualanodiff.pipeline.dataset.DatasetRequest.DatasetFormat;
import org.dualanodiff.pipeline.dataset.FolderWalk.FolderFile;
import org.dualanodiff.pipeline.dataset.FolderWalk.MaskIndex;
import org.dualanodiff.pipeline.dataset.Quarantined.Reason;

/**
 * YOLO segmentation, as Ultralytics and Roboflow write it: for each image a text file of the same stem, in a parallel
 * folder {@code labels} or beside it, a line {@code class x y x y ...} an outline, in parts of width and height; the names
 * of the classes in {@code data.yaml} or {@code classes.txt}. A class is a defect, the root's name the category, and an
 * image without lines a good one.
 */
record YoloLayout(DatasetFiles files) implements DatasetLayout {
    private static final int MOST_LOOKS = 10;

    private static final String LOST =
            "it has no label file, but no image takes %s: whether it is a good one is not known; name its file %s.txt, empty for a good one";

    /** Possessive: an outline may have thousands of points, and a pattern that may go back keeps a place on the stack for each. */
    private static final Pattern LINE = Pattern.compile("\\d+(?:\\s++[0-9.eE+-]++){4,}+");

    private static final Pattern NAMES = Pattern.compile("(?m)^names\\s*:(.*)$");
    private static final Pattern BLOCK_ENTRY = Pattern.compile("\\s*(?:-|(\\d+)\\s*:)\\s*(.+?)\\s*");
    private static final Pattern INLINE_ENTRY =
            Pattern.compile("\\s*(?:(\\d+)\\s*:)?\\s*('[^']*'|\"[^\"]*\"|[^,\\[\\]{}]+)");

    /** By a list of names beside folders of labels. */
    boolean isOne(Path root) throws IOException {
        List<FileEntry> inside = files.list(root);
        boolean names = false;
        for (FileEntry entry : inside) {
            names |= isYaml(entry)
                    && NAMES.matcher(files.beginning(entry.path())).find();
        }
        return names || firstIsLabel(root, 1) || holdsLabels(root, inside);
    }

    private static boolean isYaml(FileEntry entry) {
        return !entry.folder() && List.of("yaml", "yml").contains(entry.extension());
    }

    private boolean holdsLabels(Path root, List<FileEntry> inside) throws IOException {
        for (FileEntry entry : inside) {
            if (entry.folder() && entry.name().equalsIgnoreCase("labels") && firstIsLabel(entry.path(), 2)) {
                return true;
            }
            Path labels = new Path(entry.path(), "labels");
            if (entry.folder() && firstIsLabel(labels, 1)) {
                return true;
            }
        }
        return false;
    }

    /** Other texts may lie among them: notes, and the names of classes. */
    private boolean firstIsLabel(Path folder, int levels) throws IOException {
        int looks = 0;
        for (FileEntry entry : files.list(folder)) {
            if (entry.folder() && levels > 1 && firstIsLabel(entry.path(), levels - 1)) {
                return true;
            } else if (entry.extension().equals("txt")
                    && entry.length() > 0
                    && looks++ < MOST_LOOKS
                    && isLabel(entry)) {
                return true;
            }
        }
        return false;
    }

    /** By its first line that is not blank. */
    private boolean isLabel(FileEntry entry) throws IOException {
        return files.beginning(entry.path())
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .findFirst()
                .filter(line -> LINE.matcher(line).matches())
                .isPresent();
    }

    @Override
    public Catalog catalog(Path root, List<String> wanted) throws IOException {
        FolderWalk walk = FolderWalk.of(files, root);
        MaskIndex<FolderFile> labels = walk.index(walk.others("txt"));
        List<String> names = names(root);
        Catalog.Builder catalog = new Catalog.Builder();
        String category = root.getName().isEmpty() ? DatasetFormat.UNNAMED_CATEGORY : root.getName();
        List<FolderFile> orphans = orphans(labels, catalog);
        for (FolderFile image : walk.images()) {
            List<FolderFile> files = walk.of(image, labels);
            if (files.isEmpty() && !image.good() && !orphans.isEmpty()) {
                String detail =
                        LOST.formatted(orphans.get(0).file(), image.entry().stem());
                catalog.goodAside(category, image.file(), Reason.INVALID_ENTRY, detail);
                continue;
            }
            SortedMap<String, List<Outline>> outlines = new TreeMap<>();
            if (!read(files, names, outlines, catalog, image)) {
                continue;
            }
            catalog.outlined(
                    category,
                    new Candidate(
                            image.file(),
                            image.file(),
                            image.entry(),
                            new Candidate.Mask.Drawn(List.of(), 0, 0, (files.isEmpty() ? image : files.get(0)).file()),
                            image.part()),
                    outlines,
                    List.of());
        }
        walk.strangers().stream().filter(FolderWalk::isPictureOrFolder).forEach(catalog::aside);
        return catalog.build(root.toString());
    }

    /** Files with outlines that belong to no image, which are set aside. */
    private List<FolderFile> orphans(MaskIndex<FolderFile> labels, Catalog.Builder catalog) throws IOException {
        List<FolderFile> orphans = new ArrayList<>();
        for (FolderFile file : labels.orphans()) {
            if (isLabel(file.entry())) {
                orphans.add(file);
                catalog.aside(file.file(), Reason.ORPHAN_MASK, "no image takes these outlines");
            }
        }
        return orphans;
    }

    /** Whether all of an image's files can be read: with a part of its outlines it is of no use. */
    private boolean read(
            List<FolderFile> labels,
            List<String> names,
            SortedMap<String, List<Outline>> outlines,
            Catalog.Builder catalog,
            FolderFile image)
            throws IOException {
        for (FolderFile label : labels) {
            try {
                read(label, names, outlines, catalog, image);
            } catch (CharacterCodingException e) {
                catalog.annotated(image.entry());
                catalog.aside(label.file(), Reason.INVALID_ENTRY, "it is not in UTF-8");
                return false;
            } catch (DatasetException e) {
                catalog.annotated(image.entry());
                catalog.aside(label.file(), Reason.INVALID_ENTRY, e.getMessage());
                return false;
            }
        }
        return true;
    }

    private void read(
            FolderFile label,
            List<String> names,
            SortedMap<String, List<Outline>> outlines,
            Catalog.Builder catalog,
            FolderFile image)
            throws IOException {
        try (BufferedReader lines = new BufferedReader(files.text(label.entry().path()))) {
            int number = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                if (LINE.matcher(line.strip()).matches()) {
                    String[] words = line.strip().split("\\s+");
                    outlines.computeIfAbsent(name(words[0], names), any -> new ArrayList<>())
                            .add(outline(words));
                } else if (!line.isBlank()) {
                    catalog.annotated(image.entry());
                    String place = "%s, line %d".formatted(label.file(), number);
                    catalog.aside(place, Reason.INVALID_ENTRY, "it is no class with the points of an outline");
                }
            }
        }
    }

    private static String name(String number, List<String> names) {
        int index = number.length() > 6 ? names.size() : Integer.parseInt(number);
        return index < names.size() ? names.get(index) : "class " + number;
    }

    private static Outline outline(String[] words) {
        if (words.length < 7 || words.length % 2 == 0) {
            return new Outline.Unusable(
                    words.length == 5
                            ? "a box alone makes no mask; export outlines (segmentation)"
                            : "an outline needs x and y of at least 3 points");
        }
        double[] ring = new double[words.length - 1];
        for (int i = 0; i < ring.length; i++) {
            try {
                ring[i] = Double.parseDouble(words[i + 1]);
            } catch (NumberFormatException e) {
                return new Outline.Unusable("\"%s\" is no number".formatted(words[i + 1]));
            }
        }
        return new Outline.Relative(List.of(ring));
    }

    /** By class number. */
    private List<String> names(Path root) throws IOException {
        for (FileEntry entry : files.list(root)) {
            if (isYaml(entry) && NAMES.matcher(files.beginning(entry.path())).find()) {
                List<String> names = names(text(entry.path()));
                if (!names.isEmpty()) {
                    return names;
                }
            }
        }
        for (FileEntry entry : files.list(root)) {
            if (entry.name().equals("classes.txt") || entry.extension().equals("names")) {
                return text(entry.path())
                        .lines()
                        .map(String::strip)
                        .filter(name -> !name.isEmpty())
                        .toList();
            }
        }
        return List.of();
    }

    private String text(Path path) throws IOException {
        try (RecordReader text = files.text(path)) {
            return text.lines().collect(Collectors.joining("\n"));
        } catch (UncheckedIOException e) {
            if (e.getCause() instanceof CharacterCodingException) {
                throw notUtf8(path, e);
            }
            throw e.getCause();
        } catch (CharacterCodingException e) {
            throw notUtf8(path, e);
        }
    }

    private static DatasetException notUtf8(Path path, Exception cause) {
        return new DatasetException("%s is not in UTF-8".formatted(path), cause);
    }

    /** The list or map {@code names} of a YAML file: in brackets, or an entry a line. */
    static List<String> names(String yaml) {
        Matcher start = NAMES.matcher(yaml);
        if (!start.find()) {
            return List.of();
        }
        SortedMap<Integer, String> names = new TreeMap<>();
        String rest = yaml.substring(start.start(1));
        String inline = rest.strip();
        if (inline.startsWith("[") || inline.startsWith("{")) {
            int end = inline.indexOf(inline.startsWith("[") ? ']' : '}');
            Matcher entry = INLINE_ENTRY.matcher(inline.substring(1, end < 0 ? inline.length() : end));
            while (entry.find()) {
                put(names, entry.group(1), entry.group(2));
            }
        } else {
            for (String line : rest.lines().skip(1).toList()) {
                Matcher entry = BLOCK_ENTRY.matcher(line);
                if (entry.matches()) {
                    put(names, entry.group(1), entry.group(2));
                } else if (!line.isBlank() && !line.stripLeading().startsWith("#")) {
                    break;
                }
            }
        }
        int last = names.isEmpty() ? -1 : names.lastKey();
        List<String> all = new ArrayList<>();
        for (int i = 0; i <= Math.min(last, 9999); i++) {
            all.add(names.getOrDefault(i, "class " + i));
        }
        return all;
    }

    private static void put(SortedMap<Integer, String> names, String number, String text) {
        String name = text.strip().replaceAll("^['\"]|['\"]$", "").strip();
        if (!name.isEmpty()) {
            int next = names.isEmpty() ? 0 : names.lastKey() + 1;
            names.put(number == null || number.length() > 4 ? next : Integer.parseInt(number), name);
        }
    }
}
