package org.dualanodiff.model.torch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.dualanodiff.model.files.OwnFolder;

/**
 * What DJL sees of the variables by which it looks for libtorch and for a folder of its own. It reads the environment before system properties, and
 * nothing else can tell it better. The images of other products set some of these names for their own use, so what does not fit is
 * taken out of this process's view of its environment; Spark opens {@code java.lang} and {@code java.util} to its processes, and so
 * does the launcher.
 */
public final class DjlVariables {

    private static final String FOLDER = "DJL_CACHE_DIR";
    private static final String TELEMETRY = "OPT_OUT_TRACKING";

    private DjlVariables() {}

    /** Keeps DJL from reporting that it was started, unless somebody decided that. To be called before any of it is. */
    public static void withoutTelemetry() {
        if (System.getenv(TELEMETRY) == null && System.getProperty(TELEMETRY) == null) {
            System.setProperty(TELEMETRY, "true");
        }
    }

    /**
     * @param value null for none
     * @throws IllegalStateException if the environment says something else and Java keeps it closed
     */
    static void show(String name, String value) {
        String inherited = System.getenv(name);
        if (inherited != null && !inherited.equals(value)) {
            hide(name);
        }
        if (value == null) {
            System.clearProperty(name);
        } else {
            System.setProperty(name, value);
        }
    }

    private static void hide(String name) {
        try {
            Map<?, ?> unmodifiable = System.getenv();
            Field modifiable = unmodifiable.getClass().getDeclaredField("m");
            modifiable.setAccessible(true);
            ((Map<?, ?>) modifiable.get(unmodifiable)).remove(name);
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw new IllegalStateException(
                    ("the environment variable %s is %s, which is not for this program, and this Java keeps it from being ignored; unset"
                                    + " it, or start java with --add-opens=java.base/java.util=ALL-UNNAMED")
                            .formatted(name, System.getenv(name)),
                    e);
        }
    }

    /**
     * Settles where DJL unpacks the native libraries that it loads: {@code DJL_CACHE_DIR} or {@code ENGINE_CACHE_DIR}, else
     * {@code ~/.djl.ai}. Without a home of its own DJL would take {@code .djl.ai} in the folder for temporary files, where
     * anybody may have put libraries before; there it gets a folder of this user's. To be called before the engine starts.
     */
    static void settleFolder() {
        if (Stream.of(FOLDER, "ENGINE_CACHE_DIR").anyMatch(DjlVariables::isGiven)) {
            return;
        }
        Path usual = Path.of(System.getProperty("user.home"), ".djl.ai");
        try {
            if (!isUsable(usual)) {
                String user = System.getProperty("user.name").replaceAll("[^A-Za-z0-9._-]", "_");
                Path own = Path.of(System.getProperty("java.io.tmpdir"), "dualanodiff-native-" + user);
                System.setProperty(FOLDER, OwnFolder.secluded(own).toString());
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
