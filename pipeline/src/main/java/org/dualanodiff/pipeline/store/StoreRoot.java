package org.dualanodiff.pipeline.store;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;

/**
 * A store's address. Strings are read the way {@code org.apache.hadoop.fs.Path} reads them, so that Spark, given the
 * same string, looks in the same place.
 *
 * @param scheme {@code file}, {@code hdfs}, {@code s3a}, ...
 * @param uri without a slash at the end
 */
record StoreRoot(String scheme, String uri) {
    // Two letters at least: C:\store is a path.
    private static final Pattern WITH_SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]+):(/.*)", Pattern.DOTALL);
    private static final Pattern WITH_PASSWORD = Pattern.compile("//[^/@]*:[^/]*@.*", Pattern.DOTALL);
    private static final String LOCAL = "file";

    static StoreRoot parse(String uriOrPath) {
        if (uriOrPath.isBlank()) {
            throw new StoreException(
                    "the store's address is empty: give a path, hdfs://host/path or s3a://bucket/path");
        }
        Matcher parts = WITH_SCHEME.matcher(uriOrPath);
        if (!parts.matches()) {
            return local(uriOrPath);
        }
        String scheme = parts.group(1);
        refusePassword(scheme, parts.group(2));
        return LOCAL.equalsIgnoreCase(scheme)
                ? local(withoutAuthority(parts.group(2), uriOrPath))
                : new StoreRoot(supported(scheme, uriOrPath), trimmed(uriOrPath));
    }

    boolean isLocal() {
        return scheme.equals(LOCAL);
    }

    Backend open(Map<String, String> hadoopConf) throws IOException {
        if (isLocal()) {
            return new LocalBackend(localPath());
        }
        Configuration configuration = new Configuration();
        hadoopConf.forEach(configuration::set);
        return HadoopBackend.open(uri, configuration);
    }

    /** An address is shown, logged and written into manifests. */
    private static void refusePassword(String scheme, String rest) {
        if (WITH_PASSWORD.matcher(rest).matches()) {
            throw new StoreException(("a %s address must not hold credentials; take them out and give them by the"
                            + " environment or the provider chain of its file system")
                    .formatted(scheme));
        }
    }

    Path localPath() {
        return Path.of(uri.substring(LOCAL.length() + 1));
    }

    private static StoreRoot local(String path) {
        try {
            return new StoreRoot(
                    LOCAL, trimmed(LOCAL + ":" + Path.of(path).toAbsolutePath().normalize()));
        } catch (InvalidPathException e) {
            throw new StoreException("cannot open the store %s: %s".formatted(path, Reasons.of(e)), e);
        }
    }

    private static String withoutAuthority(String path, String whole) {
        String local = path.startsWith("//") ? path.substring(2) : path;
        if (!local.startsWith("/")) {
            throw new StoreException("a file address has three slashes or one (file:///data/store), was " + whole);
        }
        return local;
    }

    private static String supported(String scheme, String whole) {
        if (scheme.equals("s3") || scheme.equals("s3n")) {
            throw new StoreException("Hadoop speaks to S3 as s3a: write s3a%s instead of %s"
                    .formatted(whole.substring(scheme.length()), whole));
        }
        ObjectStore.refusal(scheme).ifPresent(reason -> {
            throw new StoreException("%s: %s".formatted(whole, reason));
        });
        return scheme;
    }

    private static String trimmed(String uri) {
        return uri.replaceFirst("(?<=[^/:])/+$", "");
    }
}
