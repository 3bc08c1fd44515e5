package org.dualanodiff.pipeline.store;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** File systems that Hadoop has and nothing here is read from or written to. */
public final class Schemes {
    /** They would let an address in a table send requests into the network, or hide where a file lies. */
    private static final Set<String> REFUSED =
            Set.of("http", "https", "ftp", "sftp", "webhdfs", "swebhdfs", "har", "viewfs");

    private Schemes() {}

    /** Why an address of this scheme is refused; empty if it is not. */
    public static Optional<String> refusal(String scheme) {
        return REFUSED.contains(scheme.toLowerCase(Locale.ROOT))
                ? Optional.of("%s is not supported; copy it to a disk, HDFS or an object store".formatted(scheme))
                : Optional.empty();
    }
}
