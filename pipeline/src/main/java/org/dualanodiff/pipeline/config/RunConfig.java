package org.dualanodiff.pipeline.config;

import com.typesafe.config.Config;
import java.io.Serializable;
import java.util.Map;

/**
 * Name of the run, {@code auto} when it is to be derived from the settings, how large its files are to be, and how drivers
 * share it.
 */
public record RunConfig(String id, int fileMegabytes, Lease lease) implements Serializable {
    private static final long serialVersionUID = 1L;

    static RunConfig of(Config block) {
        return new RunConfig(
                block.getString("id"),
                block.getInt("file-megabytes"),
                new Lease(block.getInt("lease.expire-seconds"), block.getInt("lease.wait-seconds")));
    }

    Map<String, Object> values() {
        return Map.of(
                "id",
                id,
                "file-megabytes",
                fileMegabytes,
                "lease",
                Map.of("expire-seconds", lease.expireSeconds(), "wait-seconds", lease.waitSeconds()));
    }

    /** Bytes that a file of pairs is to have. */
    public long fileBytes() {
        return (long) fileMegabytes << 20;
    }

    /** True when the name is to be derived from the settings. */
    public boolean isAuto() {
        return id.equals("auto");
    }

    /** When a driver is taken for dead, and how long another one waits for one that lives. */
    public record Lease(int expireSeconds, int waitSeconds) implements Serializable {
        private static final long serialVersionUID = 1L;
    }
}
