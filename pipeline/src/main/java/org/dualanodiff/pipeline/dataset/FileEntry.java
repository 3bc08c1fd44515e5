package org.dualanodiff.pipeline.dataset;

import java.io.Serializable;
import java.net.URI;
import java.util.Locale;
import java.util.Set;
import org.apache.hadoop.fs.Path;

/**
 * Something found in a folder.
 *
 * @param length bytes; 0 for a folder, and {@link #UNLISTED} for a file that something names and no folder shows
 * @param modified milliseconds since 1970, as the file system has it; 0 where nothing shows it
 */
record FileEntry(String name, Path path, long length, long modified, boolean folder) implements Serializable {
    /** Of a file that is none: why. */
    static final String NO_IMAGE = "not an image by its name; images end in " + String.join(", ", ImageDecoder.ENDINGS);

    static final long UNLISTED = -1;

    /** A file that no folder shows; reading it says why. */
    static FileEntry unlisted(Path path) {
        return new FileEntry(path.getName(), path, UNLISTED, 0, false);
    }

    boolean isListed() {
        return length != UNLISTED;
    }

    /** Whether the name is an image's, in any case of letters. */
    boolean isImage() {
        return !folder && ImageDecoder.isNamedAsImage(name);
    }

    /** Whether the name is one a mask may have: an image's, or a GIF's. */
    boolean isMask() {
        return isImage() || !folder && extension().equals("gif");
    }

    /** Whether the name is one that a photograph has beside a mask of the same stem. */
    boolean isPhotograph() {
        return isImage() && !extension().equals("png");
    }

    /** Whether of two files of one stem this is the mask: the format of drawings against that of photographs. */
    boolean mayBeMaskOf(FileEntry photograph) {
        boolean jpeg = photograph.extension().startsWith("jp");
        return Set.of("png", "gif").contains(extension())
                || jpeg && isImage() && !extension().startsWith("jp");
    }

    boolean isHidden() {
        return name.startsWith(".");
    }

    URI uri() {
        return path.toUri();
    }

    String stem() {
        int dot = name.lastIndexOf('.');
        return dot < 0 ? name : name.substring(0, dot);
    }

    String extension() {
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }
}
