package org.dualanodiff.pipeline.dataset;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.net.URI;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.apache.hadoop.util.LimitInputStream;
import org.apache.hadoop.util.functional.FutureIO;

/**
 * The folders and files of a data set, on any file system that Hadoop reaches: every file of a data set is opened here,
 * within the {@link DatasetBoundary}, with a bound on its bytes and, on other machines, on the time it takes. Safe for use
 * by several threads.
 */
public final class DatasetFiles {
    /** Hadoop property by which executors learn the data set's root; absent where files from outside are allowed. */
    public static final String ROOT = "dualanodiff.dataset.root";

    /** Hadoop property: seconds that another machine has to begin with an answer; a file's bytes get more by their number. */
    static final String SECONDS = "dualanodiff.dataset.seconds";

    /** Files above this are refused unread; no picture within the decoder's limit comes near it. */
    static final long MAX_BYTES = 1L << 30;

    /** Tables and annotation files above this are refused: with its objects one takes up to ten times its length. */
    static final long MAX_TEXT_BYTES = Runtime.getRuntime().maxMemory() / 16;

    /** Begins the fragment of an address that says how deep a picture's samples are. */
    private static final String BITS = "bits=";

    private static final int SNIFFED = 1 << 16;
    private static final char BYTE_ORDER_MARK = '\uFEFF';
    private static final long SLOWEST_BYTES_A_SECOND = 1 << 18;
    private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:/.*", Pattern.DOTALL);

    /** Of Windows: with a drive, or of a server. */
    private static final Pattern OTHER_MACHINE = Pattern.compile("([A-Za-z]:[\\\\/]|\\\\\\\\).*", Pattern.DOTALL);

    private final Configuration configuration;
    private final DatasetBoundary boundary;
    private final SortedMap<Path, String> refusedFolders = new ConcurrentSkipListMap<>();

    /** @param configuration how to reach the file system, and the {@link #ROOT} if there is a boundary */
    public DatasetFiles(Configuration configuration) {
        this(
                configuration,
                configuration.get(ROOT) == null
                        ? DatasetBoundary.none()
                        : DatasetBoundary.of(new Path(configuration.get(ROOT))));
    }

    private DatasetFiles(Configuration configuration, DatasetBoundary boundary) {
        this.configuration = Objects.requireNonNull(configuration, "configuration");
        this.boundary = boundary;
    }

    /** The files that a request may see. */
    public static DatasetFiles of(Configuration configuration, DatasetRequest request) {
        return new DatasetFiles(
                configuration,
                request.allowOutside() ? DatasetBoundary.none() : DatasetBoundary.of(locate(request.root())));
    }

    /** The files below a folder of this machine. */
    public static DatasetFiles below(java.nio.file.Path folder) {
        return new DatasetFiles(new Configuration(), DatasetBoundary.of(new Path(folder.toUri())));
    }

    /** The same for another folder that somebody gave, such as one of object masks. */
    public DatasetFiles within(URI folder) {
        return boundary.isNone() ? this : new DatasetFiles(configuration, DatasetBoundary.of(new Path(folder)));
    }

    /** A data set's root as the value of {@link #ROOT}: with its file system, and not relative to a working directory. */
    public static String absolute(String root) {
        return locate(root).toString();
    }

    /** Why a file must not be read, whoever names it; empty where it may. */
    Optional<String> refusal(URI file) {
        return boundary.refusal(path(file));
    }

    /** Whether there is such a file, and it must not be read: of another machine one never knows. */
    boolean isRefused(FileEntry entry) {
        boolean local = DatasetBoundary.isLocal(entry.path());
        return refusal(entry.uri()).isPresent()
                && (!local || new File(entry.path().toUri().getPath()).exists());
    }

    /**
     * Without the boundary, where nothing of what is read is kept: to look for the data set's root above a folder inside of it,
     * or to compare a file of another data set by its checksum.
     */
    public DatasetFiles everywhere() {
        return new DatasetFiles(configuration, DatasetBoundary.none());
    }

    /** Folders that were asked for and lie where nothing may be looked at, with the reason. */
    SortedMap<Path, String> refusedFolders() {
        return refusedFolders;
    }

    /** All bytes of the file that a record of this package names. */
    public byte[] read(URI uri) throws IOException {
        return read(FileEntry.unlisted(path(uri)));
    }

    /**
     * Decodes the photograph that a record of this package names, at the depth that its data set has.
     *
     * @throws IOException as {@link #read} and {@link ImageDecoder#image(byte[], int)}
     */
    public BufferedImage image(URI uri) throws IOException {
        String fragment = uri.getFragment();
        boolean said = fragment != null && fragment.startsWith(BITS);
        return ImageDecoder.image(
                read(uri), said ? Integer.parseInt(fragment.substring(BITS.length())) : ImageDecoder.FULL_DEPTH);
    }

    /** The address of an image of whose deeper samples so many bits are in use. */
    static URI ofDepth(URI uri, int bits) {
        return bits == ImageDecoder.FULL_DEPTH ? uri : URI.create(address(uri) + "#" + BITS + bits);
    }

    private static Path path(URI uri) {
        return new Path(uri.getScheme(), uri.getAuthority(), uri.getPath());
    }

    /** The address of the file alone, without what a record of this package knows of its content. */
    public static String address(URI uri) {
        String text = uri.toString();
        return uri.getRawFragment() == null ? text : text.substring(0, text.indexOf('#'));
    }

    byte[] read(FileEntry entry) throws IOException {
        Path path = entry.path();
        requireInside(path);
        if (DatasetBoundary.isLocal(path)) {
            return LocalFile.of(path).read(MAX_BYTES);
        }
        long length = entry.isListed() ? entry.length() : status(path).getLen();
        if (length > MAX_BYTES) {
            throw LocalFile.tooLong(length, MAX_BYTES);
        }
        return remote(path, length, () -> read(path, length));
    }

    private void requireInside(Path path) throws IOException {
        Optional<String> refusal = boundary.refusal(path);
        if (refusal.isPresent()) {
            throw new OutsideRootException(refusal.get());
        }
    }

    /** As the call gives it, unless the other machine takes too long. */
    private <T> T remote(Path path, long length, Callable<T> call) throws IOException {
        long seconds = configuration.getLong(SECONDS, 60) + length / SLOWEST_BYTES_A_SECOND;
        return TimeLimit.of(Duration.ofSeconds(seconds)).call(path.toString(), call);
    }

    private FileStatus status(Path path) throws IOException {
        requireInside(path);
        FileSystem files = fileSystem(path);
        return DatasetBoundary.isLocal(path)
                ? files.getFileStatus(path)
                : remote(path, 0, () -> files.getFileStatus(path));
    }

    /**
     * Opens a table, manifest or annotation file as text, without the byte order mark that some editors write.
     *
     * @return a reader that fails with {@link MalformedInputException} on bytes that are not UTF-8
     * @throws DatasetException for a file above {@link #MAX_TEXT_BYTES}
     */
    RecordReader text(Path path) throws IOException {
        long length = status(path).getLen();
        if (length > MAX_TEXT_BYTES) {
            throw new DatasetException(
                    "%s has %d bytes, more than the %d that fit a heap of %d MB; split it, or give this process more heap"
                            .formatted(
                                    path,
                                    length,
                                    MAX_TEXT_BYTES,
                                    Runtime.getRuntime().maxMemory() >> 20));
        }
        InputStream in = DatasetBoundary.isLocal(path)
                ? LocalFile.of(path).open()
                : new ByteArrayInputStream(remote(path, length, () -> read(path, length)));
        RecordReader reader = new RecordReader(
                new InputStreamReader(new LimitInputStream(in, length), StandardCharsets.UTF_8.newDecoder()), path);
        try {
            skipByteOrderMark(reader, path);
            return reader;
        } catch (IOException | DatasetException e) {
            reader.close();
            throw e;
        }
    }

    /** The first characters of a text; what is no ASCII comes out wrong. For a look at what a file is. */
    String beginning(Path path) throws IOException {
        requireInside(path);
        try (InputStream in = DatasetBoundary.isLocal(path)
                ? LocalFile.of(path).open()
                : remote(path, SNIFFED, () -> fileSystem(path).open(path))) {
            return new String(in.readNBytes(SNIFFED), StandardCharsets.ISO_8859_1);
        }
    }

    private static void skipByteOrderMark(Reader reader, Path path) throws IOException {
        reader.mark(2);
        int first = reader.read();
        int second = reader.read();
        if (first == 0 || second == 0) {
            throw new DatasetException("%s is in UTF-16 or binary; save it as text in UTF-8".formatted(path));
        }
        reader.reset();
        if (first == BYTE_ORDER_MARK) {
            reader.skip(1);
        }
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

    /** A text with a scheme is a URI of that file system; anything else is a path on this machine. */
    static Path locate(String location) {
        if (location.isBlank()) {
            throw new DatasetException("the data set's root is empty; give the folder that holds the categories");
        }
        if (!SCHEME.matcher(location).matches()) {
            return new Path("file", null, new File(location).getAbsolutePath());
        }
        Path path = new Path(location);
        // Names do not resolve against "s3a://bucket", whose path is empty.
        return path.toUri().getPath().isEmpty() ? new Path(location + "/") : path;
    }

    /**
     * The file that a table names: a URI, an absolute path on the base's file system, or a path below the base.
     *
     * @throws IllegalArgumentException for a text that can be no path
     */
    static Path resolve(Path base, String text) {
        if (text.isBlank()) {
            throw new IllegalArgumentException("an empty path");
        } else if (SCHEME.matcher(text).matches()) {
            return new Path(text);
        } else if (text.startsWith("/")) {
            return new Path(base.toUri().getScheme(), base.toUri().getAuthority(), text);
        }
        return child(base, text);
    }

    static boolean hasScheme(String text) {
        return SCHEME.matcher(text).matches();
    }

    static boolean isOfAnotherMachine(String text) {
        return OTHER_MACHINE.matcher(text).matches();
    }

    /** A path below a folder, with {@code /} between its parts; the whole path where it lies elsewhere. */
    static String below(Path folder, Path path) {
        String above = folder.toUri().getPath();
        String prefix = above.endsWith("/") ? above : above + "/";
        String whole = path.toUri().getPath();
        return whole.startsWith(prefix) ? whole.substring(prefix.length()) : path.toString();
    }

    /** A file of a data set as messages name it: below the root, or below the folder of a root that is a file. */
    public static String below(String root, URI file) {
        Path path = path(file);
        Path folder = locate(root);
        String inside = below(folder, path);
        return inside.equals(path.toString()) && folder.getParent() != null ? below(folder.getParent(), path) : inside;
    }

    boolean isFile(Path path) throws IOException {
        try {
            return status(path).isFile();
        } catch (FileNotFoundException e) {
            return false;
        }
    }

    /** What tells a folder from every other, also where links lead to it by several names. */
    String identity(Path folder) throws IOException {
        boolean local = fileSystem(folder).getUri().getScheme().equals("file");
        return local ? new File(folder.toUri().getPath()).getCanonicalPath() : folder.toString();
    }

    boolean isFolder(Path path) throws IOException {
        try {
            return isVisible(path) && status(path).isDirectory();
        } catch (FileNotFoundException e) {
            return false;
        }
    }

    /** Whether a folder may be looked at; one that may not is kept in mind, to be reported. */
    private boolean isVisible(Path folder) {
        Optional<String> refusal = boundary.refusal(folder);
        refusal.ifPresent(reason -> refusedFolders.put(folder, reason));
        return refusal.isEmpty();
    }

    static Path child(Path folder, String name) {
        // The three-part constructor keeps a colon in a name from being taken for a scheme.
        return new Path(folder, new Path(null, null, name));
    }

    /** What a folder holds, by name, without what is hidden (a leading dot); nothing where there is no such folder. */
    List<FileEntry> list(Path folder) throws IOException {
        if (!isFolder(folder)) {
            return List.of();
        }
        FileSystem files = fileSystem(folder);
        Stream<FileEntry> entries = files.getUri().getScheme().equals("file")
                ? listLocal(folder)
                : listRemote(folder, remote(folder, 0, () -> files.listStatus(folder)));
        return entries.filter(entry -> !entry.isHidden())
                .sorted(Comparator.comparing(FileEntry::name))
                .toList();
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
                        child(folder, file.getName()),
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
                        child(folder, status.getPath().getName()),
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

    /** A file is not read because of where it lies; the message says where that is, and what to do. */
    public static final class OutsideRootException extends IOException {
        private static final long serialVersionUID = 1L;

        OutsideRootException(String message) {
            super(message);
        }
    }
}
