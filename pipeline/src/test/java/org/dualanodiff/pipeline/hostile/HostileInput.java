package org.dualanodiff.pipeline.hostile;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Something that somebody hostile, or somebody careless, hands over.
 *
 * @param attempt what is done with it; fails if it does not end as it should
 */
public record HostileInput(String name, Attempt attempt) {

    /** Works in a folder of its own; beside it lies what must stay there. */
    public interface Attempt {
        void in(Path folder, Bait bait) throws Exception;
    }

    /** A failure that is an answer: it says what is wrong. */
    @FunctionalInterface
    public interface Work {
        void run() throws IOException;
    }

    @Override
    public String toString() {
        return name;
    }
}
