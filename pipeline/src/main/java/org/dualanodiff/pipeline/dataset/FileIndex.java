package org.dualanodiff.pipeline.dataset;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.dualanodiff.pipeline.dataset.Quarantined.Reason;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the files that a table names. Each folder is listed once, which on an object store spares a request for every
 * file. Names that differ only in their Unicode form (file systems of macOS take letters apart) are found, too; names that
 * differ in case, and ends of paths of another machine, where they leave no doubt.
 */
final class FileIndex {
    private static final Logger LOG = LoggerFactory.getLogger(FileIndex.class);

    private final DatasetFiles files;
    private final Map<Path, Folder> folders = new HashMap<>();
    private final Map<Path, Set<String>> texts = new HashMap<>();
    private final Set<Path> byTheirEnd = new HashSet<>();

    /** What a folder holds, by name, and by name in small letters where only one has it. */
    private record Folder(Map<String, FileEntry> inside, Map<String, List<FileEntry>> inSmallLetters) {
        Optional<FileEntry> find(String name, boolean anyCase) {
            List<FileEntry> alike = anyCase ? inSmallLetters.getOrDefault(small(name), List.of()) : List.of();
            return Optional.ofNullable(inside.get(composed(name)))
                    .or(() -> alike.size() == 1 ? Optional.of(alike.get(0)) : Optional.empty());
        }
    }

    FileIndex(DatasetFiles files) {
        this.files = files;
    }

    /**
     * The file below the first of the folders that has it: as it is written, with the separators of Windows, escaped as in
     * an address, in other letters' case; at last by ever shorter ends of the path.
     *
     * @return an unlisted entry where there is none
     * @throws IllegalArgumentException for a text that can be no path
     */
    FileEntry find(List<Path> bases, String text) throws IOException {
        List<String> forms = forms(text);
        for (boolean anyCase : new boolean[] {false, true}) {
            for (String form : forms) {
                Optional<FileEntry> found =
                        DatasetPath.isOfAnotherMachine(form) ? Optional.empty() : below(bases, form, anyCase);
                if (found.isPresent()) {
                    note(found.get(), text);
                    return found.get();
                }
            }
        }
        FileEntry named = FileEntry.unlisted(
                DatasetPath.isOfAnotherMachine(text)
                        ? DatasetPath.child(bases.get(0), text)
                        : DatasetPath.resolve(bases.get(0), forms.get(0)));
        boolean elsewhere = DatasetPath.hasScheme(text) && !text.startsWith("file:");
        return elsewhere || files.isRefused(named)
                ? named
                : byEnd(bases, text, forms).orElse(named);
    }

    /** What to tell of an image or a mask that was not found, or that leads where nothing may be read. */
    Candidate.Mask.None missing(FileEntry entry, List<Path> bases, String text) {
        return files.refusal(entry.uri())
                .filter(refusal -> files.isRefused(entry))
                .map(refusal -> new Candidate.Mask.None(text, Reason.OUTSIDE_ROOT, refusal))
                .orElseGet(() -> new Candidate.Mask.None(text, Reason.STORAGE_ERROR, complaint(bases, text)));
    }

    private static String complaint(List<Path> bases, String text) {
        String places = bases.stream().map(Path::toString).distinct().collect(Collectors.joining(", "));
        String other = DatasetPath.isOfAnotherMachine(text) ? ": it is a path of another machine" : "";
        return "there is no file %s%s; looked for it, and for the ends of its path, in %s"
                .formatted(text, other, places);
    }

    private static List<String> forms(String text) {
        Set<String> forms = new LinkedHashSet<>();
        forms.add(text);
        forms.add(text.replace('\\', '/'));
        if (text.contains("%")) {
            try {
                // A plus stands for itself in paths.
                forms.add(URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8));
            } catch (IllegalArgumentException e) {
                LOG.debug("{} is no escaped name", text);
            }
        }
        return List.copyOf(forms);
    }

    private Optional<FileEntry> below(List<Path> bases, String text, boolean anyCase) throws IOException {
        for (Path base : bases) {
            Optional<FileEntry> found = find(DatasetPath.resolve(base, text), anyCase);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    /** The same for all ways to write a path. */
    private static String plain(String text) {
        List<String> forms = forms(text.replace('\\', '/'));
        return composed(forms.get(forms.size() - 1))
                .replaceFirst("^file:/*(?=/)", "")
                .replaceFirst("^(\\./)+", "");
    }

    private void note(FileEntry found, String text) {
        texts.computeIfAbsent(found.path(), any -> new TreeSet<>()).add(plain(text));
    }

    /** Files that were found by the end of a path, where another path leads to them as well: one of the two means another file. */
    Map<Path, String> inDoubt() {
        Map<Path, String> doubts = new HashMap<>();
        byTheirEnd.stream()
                .filter(file -> texts.get(file).size() > 1)
                .forEach(file -> doubts.put(
                        file,
                        "%s lead to this file, not all of them as written: which one means it is not known"
                                .formatted(String.join(" and ", texts.get(file)))));
        return doubts;
    }

    private Optional<FileEntry> byEnd(List<Path> bases, String text, List<String> forms) throws IOException {
        for (boolean anyCase : new boolean[] {false, true}) {
            for (String end : ends(forms)) {
                Optional<FileEntry> found = below(bases, end, anyCase);
                if (found.isPresent()) {
                    note(found.get(), text);
                    byTheirEnd.add(found.get().path());
                    return found;
                }
            }
        }
        return Optional.empty();
    }

    private static Collection<String> ends(List<String> forms) {
        Set<String> ends = new LinkedHashSet<>();
        for (String form : forms) {
            String[] parts = form.replace('\\', '/').split("/");
            for (int i = 1; i < parts.length; i++) {
                String end = String.join("/", List.of(parts).subList(i, parts.length));
                if (!end.isBlank() && !end.startsWith("/") && !end.contains("..")) {
                    ends.add(end);
                }
            }
        }
        return ends;
    }

    private Optional<FileEntry> find(Path path, boolean anyCase) throws IOException {
        Path folder = path.getParent();
        if (folder == null) {
            return Optional.empty();
        }
        Folder inside = folders.get(folder);
        if (inside == null) {
            inside = list(folder);
            folders.put(folder, inside);
        }
        return inside.find(path.getName(), anyCase);
    }

    private Folder list(Path folder) throws IOException {
        List<FileEntry> inside = new ArrayList<>();
        try {
            if (files.refusal(folder.toUri()).isEmpty()) {
                files.list(folder).stream().filter(entry -> !entry.folder()).forEach(inside::add);
            }
        } catch (UnsupportedFileSystemException e) {
            LOG.warn("{}: {}", folder, e.getMessage());
        }
        return new Folder(
                inside.stream().collect(Collectors.toMap(entry -> composed(entry.name()), entry -> entry, (a, b) -> b)),
                inside.stream().collect(Collectors.groupingBy(entry -> small(entry.name()))));
    }

    private static String small(String name) {
        return composed(name).toLowerCase(Locale.ROOT);
    }

    private static String composed(String name) {
        return Normalizer.normalize(name, Normalizer.Form.NFC);
    }
}
