package org.dualanodiff.model.pretraining;

import java.io.IOException;

/** Sees how pretraining gets on. */
public interface PretrainingListener {

    /** @param steps in all */
    void afterStep(int step, int steps, double loss);

    /** A resumable state was written. */
    void afterCheckpoint(int step) throws IOException;

    /** Asked after every step: whether to stop early, resumable. */
    boolean shouldStop();
}
