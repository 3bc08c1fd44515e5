package org.dualanodiff.model.checkpoint;

import java.nio.file.Path;

/** The reference data that parity tests are held against. */
final class Golden {
    static final Path DIRECTORY = Path.of(System.getProperty("golden.dir"));
    static final Path MODEL = DIRECTORY.resolve("tiny-sd");

    private Golden() {}
}
