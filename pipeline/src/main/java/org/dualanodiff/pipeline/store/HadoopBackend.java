package org.dualanodiff.pipeline.store;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSDataOutputStreamBuilder;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Options.Rename;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.fs.StreamCapabilities;

/**
 * A store on HDFS or S3. HDFS renames atomically, so files are written aside and renamed into place. S3A publishes an
 * object whole when its stream is closed and has no atomic rename, so there objects are written in place, exclusively
 * by a conditional PUT ({@code If-None-Match}) where that is wanted.
 */
final class HadoopBackend implements Backend {
    private static final String CONDITIONAL_CREATE = "fs.option.create.conditional.overwrite";
    private static final int CREATE_ATTEMPTS = 3;

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
        // Not FileSystem.get: its cache ignores the configuration that is asked for.
        FileSystem fileSystem = FileSystem.newInstance(root.toUri(), configuration);
        FileContext renames = isS3(fileSystem) ? null : FileContext.getFileContext(root.toUri(), configuration);
        return new HadoopBackend(fileSystem, renames, fileSystem.makeQualified(root));
    }

    @Override
    public boolean exists(String key) throws IOException {
        return fileSystem.exists(path(key));
    }

    @Override
    public InputStream read(String key) throws IOException {
        return fileSystem.open(path(key));
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
        if (fileSystem.exists(target)) {
            return false;
        }
        return isS3(fileSystem) ? createConditionally(target, content) : createByRename(target, content);
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
    public void close() throws IOException {
        fileSystem.close();
    }

    private boolean createByRename(Path target, Content content) throws IOException {
        try {
            writeAsideAndRename(target, content, Rename.NONE);
            return true;
        } catch (FileAlreadyExistsException taken) {
            return false;
        }
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
