package org.dualanodiff.pipeline.export;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * What a folder of an export holds: {@code export.json}. It is written twice, before the first part, so that nothing else
 * is exported into the same folder, and at the end.
 *
 * @param source what was exported, in words
 * @param classes in the order of their numbers
 * @param complete whether all parts are there
 * @param pairs exported so far; 0 until it is complete
 */
public record ExportRecord(
        String format, String source, List<String> classes, boolean complete, long pairs, String productVersion) {

    static final String KEY = "export.json";

    public ExportRecord {
        requireNonNull(format, "format");
        requireNonNull(source, "source");
        classes = List.copyOf(requireNonNull(classes, "classes"));
    }

    boolean isOf(ExportPlan plan) {
        return format.equals(plan.format().name())
                && source.equals(plan.source())
                && classes.equals(plan.classes().names());
    }
}
