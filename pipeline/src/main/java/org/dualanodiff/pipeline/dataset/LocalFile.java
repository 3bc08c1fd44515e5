package org.dualanodiff.pipeline.dataset;

import org.dualanodiff.pipeline.dataset.ImageDecoder.UnreadableImageException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.attribute.BasicFileAttributes;
import org.apache.hadoop.fs.Path;

/**
 * A file of this machine, after all links. A pipe would be waited for without end and a device read without end, so neither
 * is opened.
 *
 * @param length bytes, as the file system says before the file is opened
 */
record LocalFile(java.nio.file.Path real, long length) {

    /** @throws IOException if there is no such file, or it is no regular one */
    static LocalFile of(Path path) throws IOException {
        try {
            java.nio.file.Path real = DatasetBoundary.local(path).toRealPath();
            BasicFileAttributes attributes = Files.readAttributes(real, BasicFileAttributes.class);
            if (!attributes.isRegularFile()) {
                throw new IOException(
                        attributes.isDirectory() ? path + " is a folder" : path + " is a pipe or a device, not a file");
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
