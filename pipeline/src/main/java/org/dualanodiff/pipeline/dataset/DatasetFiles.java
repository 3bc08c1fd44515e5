package org.dualanodiff.pipeline.dataset;

import java.awt.image.BufferedImage;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.util.LimitInputStream;
import org.dualanodiff.pipeline.dataset.ImageDecoder.UnreadableImageException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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

    private static final Logger LOG = LoggerFactory.getLogger(DatasetFiles.class);

    private static final int SNIFFED = 1 << 16;

    private final Configuration configuration;
    private final DatasetBoundary boundary;
    private final FileSource source;
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
        this.source = new FileSource(configuration);
    }

    /** The files that a request may see. */
    public static DatasetFiles of(Configuration configuration, DatasetRequest request) {
        return new DatasetFiles(
                configuration,
                request.allowOutside()
                        ? DatasetBoundary.none()
                        : DatasetBoundary.of(DatasetPath.locate(request.root())));
    }

    /** The files below a folder of this machine. */
    public static DatasetFiles below(java.nio.file.Path folder) {
        return new DatasetFiles(new Configuration(), DatasetBoundary.of(new Path(folder.toUri())));
    }

    /** The same for another folder that somebody gave, such as one of object masks. */
    public DatasetFiles within(URI folder) {
        return boundary.isNone() ? this : new DatasetFiles(configuration, DatasetBoundary.of(new Path(folder)));
    }

    /** Why a file must not be read, whoever names it; empty where it may. */
    Optional<String> refusal(URI file) {
        return boundary.refusal(DatasetPath.path(file));
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
        return read(FileEntry.unlisted(DatasetPath.path(uri)));
    }

    /**
     * Decodes the photograph that a record of this package names, at the depth that its data set has.
     *
     * @throws UnreadableImageException as {@link ImageDecoder#image(byte[], int)}, with the file's name
     * @throws IOException as {@link #read}
     */
    public BufferedImage image(URI uri) throws IOException {
        return image(uri, read(uri));
    }

    /** @throws UnreadableImageException as {@link #image(URI)} */
    static BufferedImage image(URI uri, byte[] bytes) throws UnreadableImageException {
        try {
            return ImageDecoder.image(bytes, DatasetPath.depth(uri));
        } catch (UnreadableImageException e) {
            throw new UnreadableImageException("%s: %s".formatted(uri, e.getMessage()), e);
        }
    }

    /**
     * A photograph without a defect. None is opened before it is used; what cannot be read is passed over with a
     * warning.
     *
     * @throws IOException as {@link #read(URI)}
     */
    public Optional<BufferedImage> goodImage(URI uri) throws IOException {
        try {
            return Optional.of(image(uri));
        } catch (UnreadableImageException e) {
            LOG.warn("a good image is passed over: {}", e.getMessage());
            return Optional.empty();
        }
    }

    byte[] read(FileEntry entry) throws IOException {
        requireInside(entry.path());
        return source.read(entry.path(), entry.length(), MAX_BYTES);
    }

    private void requireInside(Path path) throws IOException {
        Optional<String> refusal = boundary.refusal(path);
        if (refusal.isPresent()) {
            throw new OutsideRootException(refusal.get());
        }
    }

    private FileStatus status(Path path) throws IOException {
        requireInside(path);
        return source.status(path);
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
        return RecordReader.of(new LimitInputStream(source.text(path, length), length), path);
    }

    /** The first characters of a text; what is no ASCII comes out wrong. For a look at what a file is. */
    String beginning(Path path) throws IOException {
        requireInside(path);
        try (InputStream in = source.open(path, SNIFFED)) {
            return new String(in.readNBytes(SNIFFED), StandardCharsets.ISO_8859_1);
        }
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
        return source.identity(folder);
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

    /** What a folder holds, by name, without what is hidden (a leading dot); nothing where there is no such folder. */
    List<FileEntry> list(Path folder) throws IOException {
        if (!isFolder(folder)) {
            return List.of();
        }
        return source.list(folder).sorted(Comparator.comparing(FileEntry::name)).toList();
    }

    /** A file is not read because of where it lies; the message says where that is, and what to do. */
    public static final class OutsideRootException extends IOException {
        private static final long serialVersionUID = 1L;

        OutsideRootException(String message) {
            super(message);
        }
    }
}
