package org.dualanodiff.pipeline.export;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.dualanodiff.pipeline.store.PathSegment;

/** Keys from names of any kind. */
final class Keys {

    private Keys() {}

    /** Segments that stand for themselves, joined. */
    static String of(String... segments) {
        return String.join("/", segments);
    }

    /** Names, such as those of categories, made fit for segments and joined. */
    static String named(String... names) {
        return Arrays.stream(names).map(PathSegment::escape).collect(Collectors.joining("/"));
    }
}
