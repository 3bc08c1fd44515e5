package org.dualanodiff.model.torch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.dualanodiff.model.files.OwnFolder;

/**
 * Where DJL unpacks the native libraries that it loads: {@code DJL_CACHE_DIR} or {@code ENGINE_CACHE_DIR}, else
 * {@code ~/.djl.ai}. Without a home of its own DJL would take {@code .djl.ai} in the folder for temporary files, where
 * anybody may have put libraries before; there it gets a folder of this user's.
 */
final class NativeFolder {
    private static final String VARIABLE = "DJL_CACHE_DIR";

    private NativeFolder() {}

    /** To be called before the engine starts. */
    static void settle() {
        if (Stream.of(VARIABLE, "ENGINE_CACHE_DIR").anyMatch(NativeFolder::isGiven)) {
            return;
        }
        Path usual = Path.of(System.getProperty("user.home"), ".djl.ai");
        try {
            if (!isUsable(usual)) {
                String user = System.getProperty("user.name").replaceAll("[^A-Za-z0-9._-]", "_");
                Path own = Path.of(System.getProperty("java.io.tmpdir"), "dualanodiff-native-" + user);
                System.setProperty(VARIABLE, OwnFolder.secluded(own).toString());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("no folder for native libraries; set DJL_CACHE_DIR to one of your own", e);
        }
    }

    private static boolean isUsable(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return Files.isWritable(folder.getParent()) && !folder.getParent().equals(folder.getRoot());
        }
        Optional<String> distrust = OwnFolder.distrust(folder);
        return distrust.isEmpty() && Files.isWritable(folder);
    }

    private static boolean isGiven(String name) {
        return System.getenv(name) != null || System.getProperty(name) != null;
    }
}
