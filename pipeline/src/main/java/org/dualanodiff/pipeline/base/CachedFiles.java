package org.dualanodiff.pipeline.base;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.store.FileDigest;
import org.dualanodiff.pipeline.store.Json;

/** The files of a cached folder, with a list of their SHA-256 beside them. */
final class CachedFiles {
    private static final String LIST = "files.json";

    /** Folders that this JVM has checked in full. */
    private static final Set<Path> CHECKED = ConcurrentHashMap.newKeySet();

    private CachedFiles() {}

    private record Digests(Map<String, FileDigest> files) {}

    /** Writes the list of all that is there. */
    static void list(Path folder) throws IOException {
        Map<String, FileDigest> digests = new TreeMap<>();
        for (Path file : below(folder)) {
            if (Files.isRegularFile(file)) {
                digests.put(folder.relativize(file).toString(), FileDigest.of(file));
            }
        }
        Files.write(folder.resolve(LIST), Json.bytes(new Digests(digests)));
    }

    /** Gives all of it the permissions that the umask gave the folder, but lets no stranger write. */
    static void share(Path folder) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(folder, PosixFileAttributeView.class);
        if (view == null) {
            return;
        }
        Set<PosixFilePermission> ofFolders = view.readAttributes().permissions();
        ofFolders.remove(PosixFilePermission.OTHERS_WRITE);
        view.setPermissions(ofFolders);
        Set<PosixFilePermission> ofFiles = EnumSet.copyOf(ofFolders);
        ofFiles.removeAll(Set.of(
                PosixFilePermission.OWNER_EXECUTE,
                PosixFilePermission.GROUP_EXECUTE,
                PosixFilePermission.OTHERS_EXECUTE));
        for (Path path : below(folder)) {
            Files.setPosixFilePermissions(path, Files.isDirectory(path) ? ofFolders : ofFiles);
        }
    }

    /** Whether every file of the list is there as it was; by its bytes once a JVM, by its length from then on. */
    static boolean areWhole(Path folder) throws IOException {
        Path list = folder.resolve(LIST);
        if (!Files.isRegularFile(list, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        Digests digests = Json.parse(Files.readAllBytes(list), Digests.class, list.toString());
        boolean checked = CHECKED.contains(folder);
        for (Map.Entry<String, FileDigest> listed : digests.files().entrySet()) {
            if (!isWhole(folder.resolve(listed.getKey()), listed.getValue(), checked)) {
                return false;
            }
        }
        CHECKED.add(folder);
        return true;
    }

    private static boolean isWhole(Path file, FileDigest digest, boolean bySizeAlone) throws IOException {
        return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                && Files.size(file) == digest.bytes()
                && (bySizeAlone || FileDigest.of(file).equals(digest));
    }

    private static List<Path> below(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(path -> !path.equals(folder)).toList();
        }
    }
}
