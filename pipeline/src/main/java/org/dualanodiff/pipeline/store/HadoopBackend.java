package org.dualanodiff.pipeline.store;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.BulkDelete;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSDataOutputStreamBuilder;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FutureDataInputStreamBuilder;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Options.OpenFileOptions;
import org.apache.hadoop.fs.Options.Rename;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.fs.StreamCapabilities;
import org.apache.hadoop.util.functional.FutureIO;
import org.dualanodiff.pipeline.store.Backend.Content;
import org.dualanodiff.pipeline.store.Backend.TemporaryName;
import org.dualanodiff.pipeline.store.ObjectStore.AgedFile;

/**
 * A store on HDFS or S3. HDFS renames atomically, so files are written aside and renamed into place. S3A publishes an
 * object whole when its stream is closed and has no atomic rename, so there objects are written in place, exclusively
 * by a conditional PUT ({@code If-None-Match}) where that is wanted.
 */
final class HadoopBackend implements Backend {
    private static final String CONDITIONAL_CREATE = "fs.option.create.conditional.overwrite";
    private static final String WITHOUT_LOOKING = "fs.s3a.create.performance";
    private static final int CREATE_ATTEMPTS = 3;

    /** The most that S3 keeps under one key. */
    private static final long LARGEST_OBJECT = 5L << 40;

    /**
     * S3A can play a file system with folders, at two to four more requests for each file that is written or deleted; keys of
     * a store need no folders. And its other ways to read insist on a file's length.
     */
    private static final Map<String, String> S3_AS_OBJECTS = Map.of(
            "fs.s3a.performance.flags", "create,delete,mkdir",
            "fs.s3a.prefetch.enabled", "false",
            "fs.s3a.input.stream.type", "classic");

    private final FileSystem fileSystem;
    private final FileContext renames;
    private final Path root;

    private HadoopBackend(FileSystem fileSystem, FileContext renames, Path root) {
        this.fileSystem = fileSystem;
        this.renames = renames;
        this.root = root;
    }

    static HadoopBackend open(String uri, Configuration configuration) throws IOException {
        Path root = new Path(uri);
        S3_AS_OBJECTS.forEach(configuration::set);
        // Not FileSystem.get: its cache ignores the configuration that is asked for.
        FileSystem fileSystem = FileSystem.newInstance(root.toUri(), configuration);
        FileContext renames = isS3(fileSystem) ? null : FileContext.getFileContext(root.toUri(), configuration);
        return new HadoopBackend(fileSystem, renames, fileSystem.makeQualified(root));
    }

    @Override
    public boolean exists(String key) throws IOException {
        return fileSystem.exists(path(key));
    }

    /**
     * S3A would ask for the length first. Told one that nothing has, it gets what there is by one request, and as it was at
     * one moment, however often it is replaced.
     */
    @Override
    public InputStream read(String key) throws IOException {
        if (!isS3(fileSystem)) {
            return fileSystem.open(path(key));
        }
        FutureDataInputStreamBuilder opening = fileSystem
                .openFile(path(key))
                .opt(OpenFileOptions.FS_OPTION_OPENFILE_READ_POLICY, "whole-file")
                .optLong(OpenFileOptions.FS_OPTION_OPENFILE_LENGTH, LARGEST_OBJECT);
        return FutureIO.awaitFuture(opening.build());
    }

    @Override
    public void replace(String key, Content content) throws IOException {
        if (isS3(fileSystem)) {
            write(fileSystem.create(path(key), true), content);
        } else {
            writeAsideAndRename(path(key), content, Rename.OVERWRITE);
        }
    }

    @Override
    public boolean create(String key, Content content) throws IOException {
        Path target = path(key);
        if (isS3(fileSystem)) {
            return createConditionally(target, content);
        }
        if (fileSystem.exists(target)) {
            return false;
        }
        try {
            writeAsideAndRename(target, content, Rename.NONE);
            return true;
        } catch (FileAlreadyExistsException taken) {
            return false;
        }
    }

    @Override
    public List<AgedFile> list(String prefix) throws IOException {
        List<AgedFile> files = new ArrayList<>();
        try {
            RemoteIterator<LocatedFileStatus> found = fileSystem.listFiles(path(prefix), true);
            while (found.hasNext()) {
                LocatedFileStatus status = found.next();
                Instant modified = Instant.ofEpochMilli(status.getModificationTime());
                files.add(new AgedFile(key(status.getPath()), status.getLen(), modified));
            }
        } catch (FileNotFoundException nothingThere) {
            return List.of();
        }
        return files;
    }

    @Override
    public boolean delete(String key) throws IOException {
        return fileSystem.delete(path(key), true);
    }

    @Override
    public void deleteFiles(Collection<String> keys) throws IOException {
        try (BulkDelete bulk = fileSystem.createBulkDelete(root)) {
            List<Path> paths = keys.stream().map(this::path).toList();
            for (int from = 0; from < paths.size(); from += bulk.pageSize()) {
                int to = Math.min(paths.size(), from + bulk.pageSize());
                for (Map.Entry<Path, String> failed : bulk.bulkDelete(paths.subList(from, to))) {
                    throw new IOException("%s: %s".formatted(failed.getKey(), failed.getValue()));
                }
            }
        }
    }

    @Override
    public void close() throws IOException {
        fileSystem.close();
    }

    /**
     * S3 answers a lost race with 412 and a PUT beside a delete with 409. S3A's exception types are not on this
     * module's class path, so what counts is whether the object is there after the failure.
     */
    private boolean createConditionally(Path target, Content content) throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                write(openConditionally(target), content);
                return true;
            } catch (IOException e) {
                if (fileSystem.exists(target)) {
                    return false;
                }
                if (attempt == CREATE_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private FSDataOutputStream openConditionally(Path target) throws IOException {
        FSDataOutputStreamBuilder<?, ?> builder = fileSystem.createFile(target);
        builder.must(CONDITIONAL_CREATE, true);
        builder.opt(WITHOUT_LOOKING, true);
        return builder.build();
    }

    private void writeAsideAndRename(Path target, Content content, Rename mode) throws IOException {
        Path temporary = new Path(target.getParent(), TemporaryName.next());
        try {
            write(fileSystem.create(temporary, false), content);
            renames.rename(temporary, target, mode);
        } finally {
            fileSystem.delete(temporary, false);
        }
    }

    /** Closing an S3A stream publishes the object, so a stream whose content broke off is aborted, never closed. */
    private static void write(FSDataOutputStream out, Content content) throws IOException {
        try (InputStream in = content.open()) {
            in.transferTo(out);
        } catch (IOException | RuntimeException e) {
            abandon(out);
            throw e;
        }
        out.close();
    }

    private static void abandon(FSDataOutputStream out) throws IOException {
        if (out.hasCapability(StreamCapabilities.ABORTABLE_STREAM)) {
            out.abort();
        } else {
            out.close();
        }
    }

    private static boolean isS3(FileSystem fileSystem) {
        return "s3a".equals(fileSystem.getScheme());
    }

    // By string: Path(parent, child) would take a colon in the child for a scheme.
    private Path path(String key) {
        return new Path(root + "/" + key);
    }

    private String key(Path file) {
        String prefix = root.toUri().getPath();
        String path = file.toUri().getPath();
        return path.substring(prefix.endsWith("/") ? prefix.length() : prefix.length() + 1);
    }
}
