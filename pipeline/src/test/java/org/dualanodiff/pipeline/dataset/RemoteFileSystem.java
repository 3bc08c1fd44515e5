package org.dualanodiff.pipeline.dataset;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/** This machine's files under another scheme, as Hadoop's own file systems have. Of a file named silent nothing ever comes. */
public final class RemoteFileSystem extends RawLocalFileSystem {
    static final String HOST = "remote://host";

    /** Gives the other machine one second. */
    static Configuration configuration() {
        Configuration configuration = new Configuration();
        configuration.set("fs.remote.impl", RemoteFileSystem.class.getName());
        configuration.set(DatasetFiles.SECONDS, "1");
        return configuration;
    }

    static String root(java.nio.file.Path folder) {
        return HOST + folder;
    }

    /** Folders are of the time of asking, as on S3. */
    @Override
    public FileStatus[] listStatus(Path path) throws IOException {
        FileStatus[] found = super.listStatus(path);
        for (int i = 0; i < found.length; i++) {
            if (found[i].isDirectory()) {
                found[i] = new FileStatus(0, true, 1, 0, System.nanoTime(), found[i].getPath());
            }
        }
        return found;
    }

    @Override
    public URI getUri() {
        return URI.create(HOST);
    }

    @Override
    public FSDataInputStream open(Path path, int buffer) throws IOException {
        if (path.getName().startsWith("silent")) {
            try {
                Thread.sleep(Long.MAX_VALUE);
            } catch (InterruptedException e) {
                throw new InterruptedIOException("gave up");
            }
        }
        return super.open(path, buffer);
    }
}
