package org.dualanodiff.pipeline.store;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.store.Backend.Content;
import org.dualanodiff.pipeline.store.Backend.TemporaryName;
import org.dualanodiff.pipeline.store.ObjectStore.AgedFile;

/**
 * A store on a local or mounted disk, by {@code java.nio}: Hadoop's local file system would leave a {@code .crc} file
 * beside each file and cannot create one exclusively.
 */
final class LocalBackend implements Backend {
    /** For copies in a folder for temporary files, which everybody may look into. */
    static final FileAttribute<?>[] OWNER_ONLY = {
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
    };

    private final Path root;

    LocalBackend(Path root) {
        this.root = root;
    }

    /** Writes beside the target, flushes to the disk, then moves over it in one step. */
    static void replace(Path target, Content content, FileAttribute<?>... permissions) throws IOException {
        Path temporary = writeBeside(target, content, permissions);
        try {
            Files.move(temporary, target, ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    @Override
    public boolean exists(String key) throws IOException {
        return Files.exists(path(key));
    }

    @Override
    public InputStream read(String key) throws IOException {
        return Files.newInputStream(path(key));
    }

    @Override
    public void replace(String key, Content content) throws IOException {
        replace(path(key), content);
    }

    @Override
    public boolean create(String key, Content content) throws IOException {
        Path target = path(key);
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        Path temporary = writeBeside(target, content);
        try {
            return link(target, temporary);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** Links are neither listed nor followed, wherever they lead. */
    @Override
    public List<AgedFile> list(String prefix) throws IOException {
        Path start = path(prefix);
        List<AgedFile> files = new ArrayList<>();
        if (Files.exists(start)) {
            // The root itself may be a link, which the slash has followed.
            Files.walkFileTree(prefix.isEmpty() ? start.resolve(".") : start, new FileCollector(files));
        }
        return files;
    }

    /** A link goes itself, and what it leads to stays. */
    @Override
    public boolean delete(String key) throws IOException {
        int name = key.lastIndexOf('/') + 1;
        Path folder = name == 0 ? root : path(key.substring(0, name - 1));
        Path start = folder.resolve(key.substring(name));
        if (!Files.exists(start, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try (Stream<Path> tree = Files.walk(start)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return true;
    }

    @Override
    public void deleteFiles(Collection<String> keys) throws IOException {
        for (String key : keys) {
            delete(key);
        }
    }

    @Override
    public void close() {}

    /** A hard link is the one local operation that both publishes a finished file and fails if the name is taken. */
    private static boolean link(Path target, Path temporary) throws IOException {
        try {
            Files.createLink(target, temporary);
            return true;
        } catch (FileAlreadyExistsException taken) {
            return false;
        } catch (UnsupportedOperationException e) {
            throw new IOException("its file system has no hard links; use a POSIX file system, hdfs:// or s3a://", e);
        }
    }

    // Not Files.createTempFile: its owner-only permissions would follow the file into a shared store.
    private static Path writeBeside(Path target, Content content, FileAttribute<?>... permissions) throws IOException {
        Files.createDirectories(target.toAbsolutePath().getParent());
        Path temporary = target.resolveSibling(TemporaryName.next());
        try (InputStream in = content.open();
                FileChannel channel = FileChannel.open(temporary, Set.of(CREATE_NEW, WRITE), permissions)) {
            in.transferTo(Channels.newOutputStream(channel));
            channel.force(true);
            return temporary;
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(temporary);
            throw e;
        }
    }

    /** @throws IOException if a link on the way leads out of the store: what lies there is not its own */
    private Path path(String key) throws IOException {
        Path path = root.resolve(key);
        Path inside = path;
        // A link at the key itself may go by its own name; one that is missing has nothing behind it.
        while (!inside.equals(root) && !Files.exists(inside)) {
            inside = inside.getParent();
        }
        if (!inside.equals(root)) {
            requireInside(inside);
        }
        return path;
    }

    private void requireInside(Path path) throws IOException {
        try {
            Path real = path.toRealPath();
            if (!real.startsWith(root.toRealPath())) {
                throw new IOException("a link leads to %s, out of the store; take it out".formatted(real));
            }
        } catch (NoSuchFileException goneMeanwhile) {
            // Then there is nothing of anybody's.
        }
    }

    private String key(Path file) {
        return root.relativize(file.normalize())
                .toString()
                .replace(file.getFileSystem().getSeparator(), "/");
    }

    /** Files that vanish during the walk (another writer's unfinished ones) are passed over. */
    private final class FileCollector extends SimpleFileVisitor<Path> {
        private final List<AgedFile> files;

        private FileCollector(List<AgedFile> files) {
            this.files = files;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (!attributes.isRegularFile()) {
                return FileVisitResult.CONTINUE;
            }
            files.add(new AgedFile(
                    key(file), attributes.size(), attributes.lastModifiedTime().toInstant()));
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
            }
            throw e;
        }
    }
}
