package org.dualanodiff.pipeline.dataset;

import java.io.File;
import java.net.URI;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.Path;

/** What texts and addresses mean that name the files of a data set: paths on any file system, below a root, and how deep a picture is. */
public final class DatasetPath {

    /** Begins the fragment of an address that says how deep a picture's samples are. */
    private static final String BITS = "bits=";

    private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:/.*", Pattern.DOTALL);

    /** Of Windows: with a drive, or of a server. */
    private static final Pattern OTHER_MACHINE = Pattern.compile("([A-Za-z]:[\\\\/]|\\\\\\\\).*", Pattern.DOTALL);

    private DatasetPath() {}

    /** A text with a scheme is a URI of that file system; anything else is a path on this machine. */
    public static Path locate(String location) {
        if (location.isBlank()) {
            throw new DatasetException("the data set's root is empty; give the folder that holds the categories");
        }
        if (!SCHEME.matcher(location).matches()) {
            return named(new Path("file", null, new File(location).getAbsolutePath()));
        }
        Path path = named(new Path(location));
        // Names do not resolve against "s3a://bucket", whose path is empty.
        return path.toUri().getPath().isEmpty() ? new Path(location + "/") : path;
    }

    /** Where a path ends in dots, Hadoop leaves a slash at the end of what they mean, and so no name. */
    private static Path named(Path path) {
        return path.getName().isEmpty() && !path.toUri().getPath().isEmpty() ? path(path.toUri()) : path;
    }

    /** A data set's root as the value of {@link DatasetFiles#ROOT}: with its file system, and not relative to a working directory. */
    public static String absolute(String root) {
        return locate(root).toString();
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

    static Path child(Path folder, String name) {
        // The three-part constructor keeps a colon in a name from being taken for a scheme.
        return new Path(folder, new Path(null, null, name));
    }

    static Path path(URI uri) {
        return new Path(uri.getScheme(), uri.getAuthority(), uri.getPath());
    }

    /** The address of the file alone, without what a record of this package knows of its content. */
    public static String address(URI uri) {
        String text = uri.toString();
        return uri.getRawFragment() == null ? text : text.substring(0, text.indexOf('#'));
    }

    /** The address of an image of whose deeper samples so many bits are in use. */
    static URI ofDepth(URI uri, int bits) {
        return bits == ImageDecoder.FULL_DEPTH ? uri : URI.create(address(uri) + "#" + BITS + bits);
    }

    /** The bits in use that an address of {@link #ofDepth} says; all, where it says none. */
    public static int depth(URI uri) {
        String fragment = uri.getFragment();
        return fragment != null && fragment.startsWith(BITS)
                ? Integer.parseInt(fragment.substring(BITS.length()))
                : ImageDecoder.FULL_DEPTH;
    }
}
