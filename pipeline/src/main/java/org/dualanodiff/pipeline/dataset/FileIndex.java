package org.dualanodiff.pipeline.dataset;

import java.io.IOException;
import java.text.Normalizer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the files that a table names. Each folder is listed once, which on an object store spares a request for every
 * file. Names that differ only in their Unicode form (file systems of macOS take letters apart) are found, too.
 */
final class FileIndex {
    private static final Logger LOG = LoggerFactory.getLogger(FileIndex.class);

    private final DatasetFiles files;
    private final Map<Path, Map<String, FileEntry>> folders = new HashMap<>();

    FileIndex(DatasetFiles files) {
        this.files = files;
    }

    /** The file below the first of the folders that has it; else unlisted, below the first folder. */
    FileEntry find(List<Path> bases, String text) throws IOException {
        for (Path base : bases) {
            Optional<FileEntry> found = find(DatasetFiles.resolve(base, text));
            if (found.isPresent()) {
                return found.get();
            }
        }
        return text.contains("\\")
                ? find(bases, text.replace('\\', '/'))
                : FileEntry.unlisted(DatasetFiles.resolve(bases.get(0), text));
    }

    private Optional<FileEntry> find(Path path) throws IOException {
        Path folder = path.getParent();
        if (folder == null) {
            return Optional.empty();
        }
        Map<String, FileEntry> inside = folders.get(folder);
        if (inside == null) {
            inside = list(folder);
            folders.put(folder, inside);
        }
        return Optional.ofNullable(inside.get(composed(path.getName())));
    }

    private Map<String, FileEntry> list(Path folder) throws IOException {
        Map<String, FileEntry> inside = new HashMap<>();
        try {
            for (FileEntry entry : files.list(folder)) {
                if (!entry.folder()) {
                    inside.put(composed(entry.name()), entry);
                }
            }
        } catch (UnsupportedFileSystemException e) {
            LOG.warn("{}: {}", folder, e.getMessage());
        }
        return inside;
    }

    private static String composed(String name) {
        return Normalizer.normalize(name, Normalizer.Form.NFC);
    }
}
