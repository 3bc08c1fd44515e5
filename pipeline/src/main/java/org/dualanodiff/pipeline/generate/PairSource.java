package org.dualanodiff.pipeline.generate;

import java.io.IOException;
import java.util.List;
import org.dualanodiff.pipeline.samples.GeneratedSample;

/** Where the pairs of one generate task come from: the model, or recorded ones where what is around it is measured. */
public interface PairSource extends AutoCloseable {

    /**
     * All pairs of one aligned block of {@code generation.batch-size} indices, in their order, with their verdicts.
     *
     * @param block the index of its first pair, divided by the block's size
     * @throws IOException if an image that a pair is made on cannot be read
     */
    List<GeneratedSample> block(long block) throws IOException;

    /** In words, such as {@code gpu(0)}. */
    String device();

    @Override
    void close();
}
