package org.dualanodiff.pipeline.plan;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Objects;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.Fingerprint;

/**
 * Samples to be generated: one Spark task on one GPU.
 *
 * @param firstIndex where the unit begins, at a block's first index
 * @param endIndex where it ends (exclusive), at a block's end; other units of the plan lie outside this range
 * @param missing the indices in it to be produced, ascending, at least one; the others exist or are not wanted
 */
public record GenerateUnit(
        String category, String defect, Fingerprint adapter, int firstIndex, int endIndex, int[] missing)
        implements Serializable {
    public GenerateUnit {
        missing = missing.clone();
    }

    @Override
    public int[] missing() {
        return missing.clone();
    }

    public AdapterId adapterId() {
        return new AdapterId(category, defect, adapter);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof GenerateUnit that
                && adapterId().equals(that.adapterId())
                && firstIndex == that.firstIndex
                && endIndex == that.endIndex
                && Arrays.equals(missing, that.missing);
    }

    @Override
    public int hashCode() {
        return Objects.hash(adapterId(), firstIndex, endIndex, Arrays.hashCode(missing));
    }

    @Override
    public String toString() {
        return "GenerateUnit[%s/%s, adapter %s, [%d, %d), missing %s]"
                .formatted(category, defect, adapter.shortHex(), firstIndex, endIndex, Arrays.toString(missing));
    }
}
