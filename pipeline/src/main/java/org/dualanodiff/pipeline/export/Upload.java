package org.dualanodiff.pipeline.export;

import java.io.Closeable;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.dualanodiff.pipeline.store.ObjectStore;

/** A text file that grows on this machine and goes to the store in one step when it is whole. */
final class Upload implements Closeable {

    private final ObjectStore target;
    private final String key;
    private final Path local;
    private final Writer writer;

    Upload(ObjectStore target, String key) throws IOException {
        this.target = target;
        this.key = key;
        this.local = Files.createTempFile("dualanodiff-export-", ".txt");
        this.writer = Files.newBufferedWriter(local, StandardCharsets.UTF_8);
    }

    Writer writer() {
        return writer;
    }

    /** Sends the file; without it nothing is left. */
    void commit() throws IOException {
        writer.close();
        target.upload(local, key);
    }

    @Override
    public void close() throws IOException {
        writer.close();
        Files.deleteIfExists(local);
    }
}
