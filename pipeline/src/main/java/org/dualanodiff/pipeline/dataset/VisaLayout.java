package org.dualanodiff.pipeline.dataset;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.apache.hadoop.fs.Path;
import org.dualanodiff.pipeline.dataset.Quarantined.Reason;

/**
 * The layout of VisA (Zou et al., "SPot-the-Difference", ECCV 2022): a table {@code split_csv/*.csv} with the columns
 * {@code object, split, label, image, mask} and paths relative to the data set's folder. Of several tables
 * {@code 1cls.csv} is read, else the first by name. The object is the category, any label but {@code normal} the defect.
 *
 * <p>As it is unpacked VisA has a table {@code image_anno.csv} with the columns {@code image, label, mask} in the folder of
 * each category instead.
 *
 * @param maskLevel grey level from which a mask marks a pixel; VisA's own masks number the defects 1, 2, 3
 */
record VisaLayout(DatasetFiles files, int maskLevel) implements DatasetLayout {
    private static final String FOLDER = "split_csv";
    private static final String FAVORITE = "1cls.csv";
    private static final String RAW = "image_anno.csv";
    private static final List<String> RAW_COLUMNS = List.of("image", "label", "mask");
    private static final List<String> COLUMNS = List.of("object", "split", "label", "image", "mask");
    private static final CSVFormat FORMAT = CSVFormat.DEFAULT
            .builder()
            .setHeader()
            .setSkipHeaderRecord(true)
            .setTrim(true)
            .setIgnoreEmptyLines(true)
            .setIgnoreHeaderCase(true)
            .setAllowMissingColumnNames(true)
            .get();

    /** The tables of a folder, the one to be read first; without any, those of the categories as VisA is unpacked. */
    List<FileEntry> tables(Path root) throws IOException {
        List<FileEntry> found = files.list(new Path(root, FOLDER)).stream()
                .filter(entry -> !entry.folder() && entry.extension().equals("csv"))
                .toList();
        return found.isEmpty()
                ? rawTables(root)
                : Stream.concat(
                                found.stream().filter(entry -> entry.name().equals(FAVORITE)),
                                found.stream().filter(entry -> !entry.name().equals(FAVORITE)))
                        .toList();
    }

    /** The tables {@code image_anno.csv} of the folder itself or of the folders in it. */
    private List<FileEntry> rawTables(Path root) throws IOException {
        List<FileEntry> inside = files.list(root);
        List<FileEntry> found =
                new ArrayList<>(inside.stream().filter(VisaLayout::isRaw).toList());
        for (FileEntry folder : inside) {
            if (folder.folder()) {
                files.list(folder.path()).stream().filter(VisaLayout::isRaw).forEach(found::add);
            }
        }
        return found;
    }

    private static boolean isRaw(FileEntry entry) {
        return !entry.folder() && entry.name().equalsIgnoreCase(RAW);
    }

    @Override
    public Catalog catalog(Path root, List<String> wanted) throws IOException {
        if (files.isFile(root)) {
            Path folder = root.getParent();
            return read(folder.getName().equals(FOLDER) ? folder.getParent() : folder, List.of(root));
        }
        List<FileEntry> tables = tables(root);
        if (tables.isEmpty()) {
            throw new DatasetException("%s has no table %s/%s; give the folder that holds %s, or a csv file"
                    .formatted(root, FOLDER, FAVORITE, FOLDER));
        }
        boolean raw = isRaw(tables.get(0));
        return read(
                root,
                tables.stream()
                        .map(FileEntry::path)
                        .limit(raw ? tables.size() : 1)
                        .toList());
    }

    private Catalog read(Path base, List<Path> tables) throws IOException {
        Catalog.Builder catalog = new Catalog.Builder();
        ListedImages images = new ListedImages(new FileIndex(files), base, base, maskLevel, catalog);
        for (Path table : tables) {
            boolean raw = table.getName().equalsIgnoreCase(RAW);
            List<CSVRecord> rows = rows(table, raw ? RAW_COLUMNS : COLUMNS);
            for (CSVRecord row : rows) {
                String place = "%s, row %d".formatted(DatasetPath.below(base, table), row.getRecordNumber());
                String complaint = complaint(row);
                if (complaint.isEmpty()) {
                    images.add(line(place, row, table));
                } else {
                    catalog.aside(place, Reason.INVALID_ENTRY, complaint);
                }
            }
            if (raw) {
                addNormal(base, table.getParent(), catalog);
            }
        }
        return catalog.build(tables.get(0).toString(), images.index().inDoubt());
    }

    /** Good images, which a raw table need not list. */
    private void addNormal(Path base, Path category, Catalog.Builder catalog) throws IOException {
        for (FileEntry folder : files.list(new Path(category, "Data/Images"))) {
            if (folder.folder() && Words.isGood(folder.name())) {
                for (FileEntry entry : files.list(folder.path())) {
                    String file = DatasetPath.below(base, entry.path());
                    if (entry.isImage()) {
                        catalog.good(category.getName(), file, entry, Candidate.Part.UNSAID);
                    } else {
                        catalog.goodAside(category.getName(), file, Reason.NOT_AN_IMAGE, FileEntry.NO_IMAGE);
                    }
                }
            }
        }
    }

    private List<CSVRecord> rows(Path table, List<String> columns) throws IOException {
        try (RecordReader text = files.text(table);
                CSVParser parser = FORMAT.parse(text)) {
            Set<String> missing = new LinkedHashSet<>(columns);
            parser.getHeaderNames().forEach(name -> missing.remove(name.toLowerCase(Locale.ROOT)));
            if (!missing.isEmpty()) {
                throw new DatasetException("%s lacks the column%s %s: its first line must name %s, and names %s"
                        .formatted(
                                table,
                                missing.size() == 1 ? "" : "s",
                                String.join(", ", missing),
                                String.join(", ", columns),
                                parser.getHeaderNames().isEmpty()
                                        ? "nothing"
                                        : String.join(", ", parser.getHeaderNames())));
            }
            List<CSVRecord> rows = new ArrayList<>();
            for (CSVRecord row : parser) {
                rows.add(row);
                text.beginRecord();
            }
            return rows;
        } catch (IOException | UncheckedIOException | IllegalArgumentException e) {
            throw new DatasetException("%s is no readable csv file in UTF-8: %s".formatted(table, reason(e)), e);
        }
    }

    private static String reason(Exception e) {
        Throwable cause = e instanceof UncheckedIOException ? e.getCause() : e;
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }

    /** Empty where the row says all it must. */
    private static String complaint(CSVRecord row) {
        for (String column : List.of("object", "label", "image")) {
            if (row.isMapped(column) && field(row, column).isBlank()) {
                return "its field \"%s\" is empty".formatted(column);
            }
        }
        String split = field(row, "split");
        return Words.part(split).isPresent() ? "" : "its split is \"%s\"; expected train or test".formatted(split);
    }

    private static ListedImages.Line line(String place, CSVRecord row, Path table) {
        String object =
                row.isMapped("object") ? row.get("object") : table.getParent().getName();
        return new ListedImages.Line(
                place,
                row.get("image"),
                field(row, "mask"),
                object,
                row.get("label"),
                Words.part(field(row, "split")).orElseThrow());
    }

    private static String field(CSVRecord row, String column) {
        return row.isSet(column) ? row.get(column) : "";
    }
}
