package org.dualanodiff.pipeline.upkeep;

import java.util.List;

/**
 * What a check of a store came to.
 *
 * @param runs checked, those under way not counted
 * @param files of samples that were read
 * @param samples in them
 * @param adapters whose weights were read
 * @param underWay runs that a driver is at work on, with its name; their files are looked at when it has finished
 */
public record VerifyResult(
        String store, int runs, int files, long samples, int adapters, List<String> underWay, List<Finding> findings) {

    public VerifyResult {
        underWay = List.copyOf(underWay);
        findings = List.copyOf(findings);
    }

    public boolean clean() {
        return findings.isEmpty();
    }

    /** The whole for people, on one line. */
    public String sentence() {
        return "%s: %s; %d runs, %d files, %d samples, %d adapters checked"
                .formatted(store, clean() ? "clean" : findings.size() + " findings", runs, files, samples, adapters);
    }
}
