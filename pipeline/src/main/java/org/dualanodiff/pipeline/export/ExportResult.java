package org.dualanodiff.pipeline.export;

import java.io.Serializable;

/**
 * What became of one part.
 *
 * @param pairs in the part
 * @param goodImages in the part
 * @param resumed whether an earlier attempt had written it
 * @param error what went wrong, or null
 */
public record ExportResult(String part, int pairs, int goodImages, boolean resumed, String error)
        implements Serializable {

    public static ExportResult failed(ExportTask task, String error) {
        return new ExportResult(task.part().name(), 0, 0, false, error);
    }

    public boolean succeeded() {
        return error == null;
    }
}
