package org.dualanodiff.pipeline.base;

import java.io.IOException;
import java.nio.file.Path;
import org.dualanodiff.pipeline.procedural.SampleDataset;

/** {@code dataset.root = "builtin:samples"}: a small set of procedural products, written on first use. */
public final class BuiltinSamples {

    private static final String SETTING = "builtin:samples";
    private static final long SEED = 1;

    private BuiltinSamples() {}

    /** The root of the data set: {@code setting} itself unless it asks for the builtin one. */
    public static String locate(String setting, LocalCache cache) {
        return setting.equals(SETTING)
                ? cache.folder("samples-" + SEED, BuiltinSamples::write).toString()
                : setting;
    }

    private static void write(Path folder) throws IOException {
        SampleDataset.write(folder, SEED, SampleDataset.Size.small());
    }
}
