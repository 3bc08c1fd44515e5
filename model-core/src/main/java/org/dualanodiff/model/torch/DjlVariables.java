package org.dualanodiff.model.torch;

import java.lang.reflect.Field;
import java.util.Map;

/**
 * What DJL sees of the variables by which it looks for libtorch. It reads the environment before system properties, and
 * nothing else can tell it better. The images of other products set some of these names for their own use, so what does not fit is
 * taken out of this process's view of its environment; Spark opens {@code java.lang} and {@code java.util} to its processes, and so
 * does the launcher.
 */
public final class DjlVariables {

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
}
