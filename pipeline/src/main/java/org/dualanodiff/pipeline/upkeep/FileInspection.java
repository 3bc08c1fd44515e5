package org.dualanodiff.pipeline.upkeep;

import java.util.List;
import java.util.Map;
import org.dualanodiff.pipeline.samples.SampleFileSummary;
import org.dualanodiff.pipeline.store.FileDigest;

/** Reads many files of a store: here one after another, or spread over a cluster. */
public interface FileInspection {

    /** What samples files hold; one that cannot be read has an error in its summary. */
    List<SampleFileSummary> samples(List<String> keys);

    /** The hashes of files of any kind. Those that are not there are left out. */
    Map<String, FileDigest> digests(List<String> keys);
}
