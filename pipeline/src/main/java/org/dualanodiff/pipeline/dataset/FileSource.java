package org.dualanodiff.pipeline.dataset;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.apache.hadoop.util.functional.FutureIO;
import org.dualanodiff.pipeline.Daemon;
import org.dualanodiff.pipeline.dataset.ImageDecoder.UnreadableImageException;

/**
 * Reads and lists on any file system that Hadoop reaches: on this machine regular files alone, on others within a time that
 * the bytes are worth.
 */
final class FileSource {

    private static final long SLOWEST_BYTES_A_SECOND = 1 << 18;
    private final Configuration configuration;

    FileSource(Configuration configuration) {
        this.configuration = configuration;
    }

    /**
     * All bytes of a file.
     *
     * @param length as a folder shows it, or {@link FileEntry#UNLISTED}
     * @param most bytes that are read
     */
    byte[] read(Path path, long length, long most) throws IOException {
        if (DatasetBoundary.isLocal(path)) {
            return LocalFile.of(path).read(most);
        }
        long bytes = length == FileEntry.UNLISTED ? status(path).getLen() : length;
        if (bytes > most) {
            throw LocalFile.tooLong(bytes, most);
        }
        return remote(path, bytes, () -> read(path, bytes));
    }

    private byte[] read(Path path, long length) throws IOException {
        // The length spares an object store the question how long the object is.
        var opening = fileSystem(path)
                .openFile(path)
                .opt("fs.option.openfile.length", Long.toString(length))
                .opt("fs.option.openfile.read.policy", "whole-file")
                .build();
        try (FSDataInputStream in = FutureIO.awaitFuture(opening)) {
            return in.readNBytes(Math.toIntExact(length));
        }
    }

    /** The text of a file of so many bytes; of another machine it comes as a whole. */
    InputStream text(Path path, long length) throws IOException {
        return DatasetBoundary.isLocal(path)
                ? LocalFile.of(path).open()
                : new ByteArrayInputStream(remote(path, length, () -> read(path, length)));
    }

    /** For a look at the first bytes. */
    InputStream open(Path path, int bytes) throws IOException {
        return DatasetBoundary.isLocal(path)
                ? LocalFile.of(path).open()
                : remote(path, bytes, () -> fileSystem(path).open(path));
    }

    FileStatus status(Path path) throws IOException {
        FileSystem files = fileSystem(path);
        return DatasetBoundary.isLocal(path)
                ? files.getFileStatus(path)
                : remote(path, 0, () -> files.getFileStatus(path));
    }

    /** What tells a folder from every other, also where links lead to it by several names. */
    String identity(Path folder) throws IOException {
        boolean local = fileSystem(folder).getUri().getScheme().equals("file");
        return local ? new File(folder.toUri().getPath()).getCanonicalPath() : folder.toString();
    }

    /** What a folder holds, in any order, without what is hidden (a leading dot). */
    Stream<FileEntry> list(Path folder) throws IOException {
        FileSystem files = fileSystem(folder);
        Stream<FileEntry> entries = files.getUri().getScheme().equals("file")
                ? listLocal(folder)
                : listRemote(folder, remote(folder, 0, () -> files.listStatus(folder)));
        return entries.filter(entry -> !entry.isHidden());
    }

    /**
     * Hadoop's own listing of a local folder leaves out what it cannot look at, such as a dangling link or a name that
     * the process's character set cannot express; here it stays in and fails when read, where it is reported.
     */
    private static Stream<FileEntry> listLocal(Path folder) throws IOException {
        File[] found = new File(folder.toUri().getPath()).listFiles();
        if (found == null) {
            throw new IOException("cannot list the folder " + folder + "; check its permissions");
        }
        requireNames(folder, found);
        return Arrays.stream(found)
                .map(file -> new FileEntry(
                        file.getName(),
                        DatasetPath.child(folder, file.getName()),
                        file.isDirectory() ? 0 : file.length(),
                        file.lastModified(),
                        file.isDirectory()));
    }

    /**
     * Where the process's character set (of its locale) cannot express a name, Java puts a mark in place of each character
     * and then finds no such file: a folder would be passed over without a word.
     *
     * @throws DatasetException for such a name
     */
    private static void requireNames(Path folder, File[] found) {
        String charset = System.getProperty("sun.jnu.encoding", "UTF-8");
        boolean unicode = charset.equalsIgnoreCase("UTF-8");
        for (File file : found) {
            boolean marked = file.getName().indexOf('\uFFFD') >= 0
                    || !unicode && file.getName().indexOf('?') >= 0;
            if (marked && !file.exists()) {
                throw new DatasetException(
                        "%s holds the name \"%s\", which the character set %s of this process cannot express: %s"
                                .formatted(
                                        folder,
                                        file.getName(),
                                        charset,
                                        unicode
                                                ? "rename it to UTF-8"
                                                : "set LC_ALL=C.UTF-8 in its environment and start it again"));
            }
        }
    }

    private static Stream<FileEntry> listRemote(Path folder, FileStatus[] found) {
        return Arrays.stream(found)
                .map(status -> new FileEntry(
                        status.getPath().getName(),
                        DatasetPath.child(folder, status.getPath().getName()),
                        status.getLen(),
                        status.getModificationTime(),
                        status.isDirectory()));
    }

    private FileSystem fileSystem(Path path) throws IOException {
        FileSystem files = open(path);
        // Without the layer of checksum files, which cannot open a name that holds a colon.
        return files instanceof LocalFileSystem local ? local.getRawFileSystem() : files;
    }

    private FileSystem open(Path path) throws IOException {
        try {
            return path.getFileSystem(configuration);
        } catch (RuntimeException e) {
            // Hadoop's answer where it knows a scheme and the class for it is not installed.
            if (e.getCause() instanceof ClassNotFoundException) {
                throw new UnsupportedFileSystemException("the file system of %s is not installed: %s"
                        .formatted(path, e.getCause().getMessage()));
            }
            throw e;
        }
    }

    /** As the call gives it, unless the other machine takes too long. */
    private <T> T remote(Path path, long length, Callable<T> call) throws IOException {
        long seconds = configuration.getLong(DatasetFiles.SECONDS, 60) + length / SLOWEST_BYTES_A_SECOND;
        return new TimeLimit(Duration.ofSeconds(seconds)).call(path.toString(), call);
    }

    /**
     * A file of this machine, after all links. A pipe would be waited for without end and a device read without end, so neither
     * is opened.
     *
     * @param length bytes, as the file system says before the file is opened
     */
    private record LocalFile(java.nio.file.Path real, long length) {

        /** @throws IOException if there is no such file, or it is no regular one */
        static LocalFile of(Path path) throws IOException {
            try {
                java.nio.file.Path real = DatasetBoundary.local(path).toRealPath();
                BasicFileAttributes attributes = Files.readAttributes(real, BasicFileAttributes.class);
                if (!attributes.isRegularFile()) {
                    throw new IOException(
                            attributes.isDirectory()
                                    ? path + " is a folder"
                                    : path + " is a pipe or a device, not a file");
                }
                return new LocalFile(real, attributes.size());
            } catch (NoSuchFileException e) {
                throw (IOException) new FileNotFoundException("there is no file " + path).initCause(e);
            } catch (InvalidPathException e) {
                throw new IOException("%s can be no file of this machine: %s".formatted(path, e.getReason()), e);
            }
        }

        InputStream open() throws IOException {
            // Whoever put a link in its place since is not followed.
            return Files.newInputStream(real, LinkOption.NOFOLLOW_LINKS);
        }

        /** The bytes that it had when it was looked at, though it may have grown since. */
        byte[] read(long most) throws IOException {
            if (length > most) {
                throw tooLong(length, most);
            }
            try (InputStream in = open()) {
                return in.readNBytes((int) length);
            }
        }

        static UnreadableImageException tooLong(long length, long most) {
            return new UnreadableImageException("%d bytes, more than the %d that are read".formatted(length, most));
        }
    }

    /** Calls of other machines that end, whatever those do: their clients wait for the next byte as often as one comes. */
    private record TimeLimit(Duration limit) {
        private static final ExecutorService THREADS = Executors.newCachedThreadPool(task -> {
            Thread thread = new Daemon("remote read").newThread(task);
            // The first to ask may be a parallel stream's thread, which does not know the class loader of a submitted
            // jar.
            thread.setContextClassLoader(TimeLimit.class.getClassLoader());
            return thread;
        });

        /**
         * @param place for the message
         * @throws IOException as the call's, or if it takes longer
         */
        <T> T call(String place, Callable<T> call) throws IOException {
            Future<T> answer = THREADS.submit(call);
            try {
                return answer.get(limit.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                answer.cancel(true);
                throw new IOException("%s gave no whole answer within %d s".formatted(place, limit.toSeconds()), e);
            } catch (InterruptedException e) {
                answer.cancel(true);
                Thread.currentThread().interrupt();
                throw (IOException)
                        new InterruptedIOException("reading %s was interrupted".formatted(place)).initCause(e);
            } catch (ExecutionException e) {
                throw rethrown(e.getCause());
            }
        }

        private static IOException rethrown(Throwable cause) {
            if (cause instanceof RuntimeException unchecked) {
                throw unchecked;
            } else if (cause instanceof Error error) {
                throw error;
            }
            return cause instanceof IOException failure ? failure : new IOException(cause);
        }
    }
}
