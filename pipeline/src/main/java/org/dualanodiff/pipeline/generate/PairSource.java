package org.dualanodiff.pipeline.generate;

import java.util.List;
import java.util.function.Supplier;
import org.dualanodiff.pipeline.samples.GeneratedSample;

/** Where the pairs of one generate task come from: the model, or recorded ones where what is around it is measured. */
public interface PairSource extends AutoCloseable {

    /**
     * Draws one aligned block of {@code generation.batch-size} indices. What is left to do is handed back, since it does
     * without the model: pictures to masks, verdicts and PNG bytes. It is safe on another thread, and gives all pairs of the
     * block in their order.
     *
     * @param block the index of its first pair, divided by the block's size
     */
    Supplier<List<GeneratedSample>> block(long block);

    /** In words, such as {@code gpu(0)}. */
    String device();

    @Override
    void close();
}
