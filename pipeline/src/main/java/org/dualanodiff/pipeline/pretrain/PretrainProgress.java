package org.dualanodiff.pipeline.pretrain;

import java.nio.file.Path;

/** Hears how pretraining gets on. */
public interface PretrainProgress {

    /** @param rate steps a second so far
     *  @param secondsLeft until the last step or the end of the time given */
    void step(int step, int steps, double loss, double rate, double secondsLeft);

    /** The model and a sheet of samples were written. */
    void sheet(int step, Path sheet);
}
