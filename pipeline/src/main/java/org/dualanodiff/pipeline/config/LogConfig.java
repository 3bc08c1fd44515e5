package org.dualanodiff.pipeline.config;

import com.typesafe.config.Config;
import java.io.Serializable;
import java.util.Map;

/**
 * How the driver's log is written.
 *
 * @param format {@code text} or {@code json}
 * @param file local path, or empty for standard error
 */
public record LogConfig(String format, String file) implements Serializable {
    private static final long serialVersionUID = 1L;

    static LogConfig of(Config block) {
        return new LogConfig(block.getString("format"), block.getString("file"));
    }

    /** Whether each line is to be a JSON object. */
    public boolean isJson() {
        return format.equals("json");
    }

    Map<String, Object> values() {
        return Map.of("format", format, "file", file);
    }
}
