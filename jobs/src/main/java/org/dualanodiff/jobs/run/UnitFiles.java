package org.dualanodiff.jobs.run;

import java.util.Map;
import java.util.Set;
import org.dualanodiff.pipeline.store.UnitCommit;

/**
 * What the store has of a unit when a command begins.
 *
 * @param commit as far as its files are there; number 0 if there is none
 * @param broken whether some of its files are not
 * @param stored keys of the files in its folder, listed by the commit or not, without those that it replaced
 * @param staged lengths of the staged files by key
 * @param deaths whether executors have died of it
 * @param unreadable why its commit cannot be read, or null
 */
record UnitFiles(
        UnitCommit commit,
        boolean broken,
        Set<String> stored,
        Map<String, Long> staged,
        boolean deaths,
        String unreadable) {

    /** Whether there is something to be put right, be there enough pairs or not. */
    boolean isUntidy() {
        return broken || !staged.isEmpty() || stored.size() > commit.files().size();
    }
}
