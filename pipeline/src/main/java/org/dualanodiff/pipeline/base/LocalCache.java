package org.dualanodiff.pipeline.base;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.dualanodiff.model.files.OwnFolder;
import org.dualanodiff.model.files.TemporaryFolder;
import org.dualanodiff.pipeline.store.FileDigest;
import org.dualanodiff.pipeline.store.Json;
import org.dualanodiff.pipeline.store.StoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Folders on this machine that are made once and then shared by every process: in {@code $DUALANODIFF_CACHE}, else in
 * {@code ~/.cache/dualanodiff}. Others may use them, too, as far as the umask allows; what is somebody else's is used only
 * if it is the super user's or the cache's owner's. Where that cannot be written or has no room, a folder that this user
 * alone can enter stands in, among the temporary files. Each process checks the files by their SHA-256 before it uses them.
 */
public final class LocalCache {

    /** Environment variable that names the cache's folder. */
    public static final String VARIABLE = "DUALANODIFF_CACHE";

    private static final Logger LOG = LoggerFactory.getLogger(LocalCache.class);
    private static final String MAKING = ".making-";

    /** File locks are held by whole JVMs; its threads take turns here. */
    private static final Map<Path, Object> TURNS = new ConcurrentHashMap<>();

    private final List<Path> roots;

    /**
     * @param root where folders are looked for and made
     * @param fallbacks where they are made if that fails, in this order
     */
    public LocalCache(Path root, Path... fallbacks) {
        this.roots = Stream.concat(Stream.of(root), Stream.of(fallbacks)).toList();
    }

    /** The cache of this machine and user. */
    public static LocalCache ofUser() {
        String given = System.getenv(VARIABLE);
        return new LocalCache(
                given != null ? Path.of(given) : Path.of(System.getProperty("user.home"), ".cache", "dualanodiff"),
                Path.of(System.getProperty("java.io.tmpdir"), "dualanodiff-cache-" + System.getProperty("user.name")));
    }

    /**
     * The content of a folder that is made when it is first asked for.
     *
     * @param name of the folder; another content has another name
     * @param bytes how much room it takes, about
     * @param maker fills the empty folder that it is given
     */
    public record Entry(String name, long bytes, Maker maker) {}

    /** Fills a folder. */
    @FunctionalInterface
    public interface Maker {
        void make(Path folder) throws IOException;
    }

    /** As {@link #folder(Entry)}, for content that takes little room. */
    public Path folder(String name, Maker maker) {
        return folder(new Entry(name, 0, maker));
    }

    /**
     * The entry's folder. It appears whole or not at all: of several processes that ask for it at once one makes it, and
     * the others wait for it.
     *
     * @throws UncheckedIOException if it can be made nowhere; says where and why
     */
    public Path folder(Entry entry) {
        return roots.stream()
                .map(root -> root.resolve(entry.name()))
                .filter(this::isWhole)
                .findFirst()
                .orElseGet(() -> makeSomewhere(entry));
    }

    private Path makeSomewhere(Entry entry) {
        List<String> failures = new ArrayList<>();
        for (Path root : roots) {
            try {
                return makeIn(root, entry);
            } catch (IOException e) {
                LOG.warn("cannot keep {} in the cache {}: {}", entry.name(), root, e.toString());
                failures.add("%s: %s".formatted(root, e));
            }
        }
        throw new UncheckedIOException(
                new IOException("cannot keep %s (%d MB) in any cache; set %s to a folder with room. %s"
                        .formatted(entry.name(), entry.bytes() >> 20, VARIABLE, String.join("; ", failures))));
    }

    private Path makeIn(Path root, Entry entry) throws IOException {
        prepare(root);
        Path folder = root.resolve(entry.name());
        synchronized (TURNS.computeIfAbsent(folder.toAbsolutePath(), path -> new Object())) {
            Path lock = root.resolve("." + entry.name() + ".lock");
            try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                Optional<FileLock> held = lock(channel);
                if (!isWhole(folder)) {
                    make(root, folder, entry, held.isPresent());
                }
                return folder;
            }
        }
    }

    /** Empty on file systems without locks: then each process makes its own, and the first one stays. */
    private static Optional<FileLock> lock(FileChannel channel) {
        try {
            return Optional.of(channel.lock());
        } catch (IOException e) {
            LOG.debug("no file locks in the cache", e);
            return Optional.empty();
        }
    }

    private static void make(Path root, Path folder, Entry entry, boolean alone) throws IOException {
        if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            LOG.warn("{} is not what it was when it was made; making it again", folder);
            TemporaryFolder.delete(folder);
        }
        if (alone) {
            dropUnfinished(root, entry.name());
        }
        requireRoom(root, entry.bytes());
        Path making = Files.createDirectory(root.resolve("." + entry.name() + MAKING + UUID.randomUUID()));
        try {
            entry.maker().make(making);
            CachedFiles.list(making);
            CachedFiles.share(making);
            moveUnlessThere(making, folder);
        } finally {
            TemporaryFolder.delete(making);
        }
    }

    /** The cache that somebody named may be shared; one that stands in lies where everybody may put something. */
    private void prepare(Path root) throws IOException {
        if (root.equals(roots.get(0))) {
            // It may be a link, to a disk with more room.
            if (!Files.isDirectory(root)) {
                Files.createDirectories(root);
            }
        } else {
            OwnFolder.secluded(root);
        }
    }

    private boolean isWhole(Path folder) {
        try {
            if (!Files.isDirectory(folder)) {
                return false;
            }
            prepare(folder.getParent());
            Optional<String> distrust = OwnFolder.distrust(folder);
            distrust.ifPresent(reason -> LOG.warn("the cached {} is not used: {}", folder, reason));
            return distrust.isEmpty() && CachedFiles.areWhole(folder);
        } catch (IOException | StoreException e) {
            LOG.warn("cannot look into the cached {}: {}", folder, e.toString());
            return false;
        }
    }

    /** Said before the download rather than after most of it. */
    private static void requireRoom(Path root, long bytes) throws IOException {
        long free = Files.getFileStore(root).getUsableSpace();
        if (free < bytes) {
            throw new IOException("no room: %d MB needed, %d MB free".formatted(bytes >> 20, free >> 20));
        }
    }

    /** What processes left that were killed on the way. */
    private static void dropUnfinished(Path root, String name) throws IOException {
        try (Stream<Path> inside = Files.list(root)) {
            for (Path left : inside.filter(path -> path.getFileName().toString().startsWith("." + name + MAKING))
                    .toList()) {
                TemporaryFolder.delete(left);
            }
        }
    }

    private static void moveUnlessThere(Path making, Path folder) throws IOException {
        try {
            Files.move(making, folder, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
            LOG.debug("{} was made by another process meanwhile", folder);
        }
    }

    /** The files of a cached folder, with a list of their SHA-256 beside them. */
    static final class CachedFiles {
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
            Files.write(folder.resolve(LIST), Json.record(new Digests(digests)));
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
}
