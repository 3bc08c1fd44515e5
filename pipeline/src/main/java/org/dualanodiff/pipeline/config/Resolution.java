package org.dualanodiff.pipeline.config;

import com.typesafe.config.Config;
import java.io.Serializable;

/**
 * Edge of the square working image.
 *
 * @param pixels 0 stands for the base model's own
 */
public record Resolution(int pixels) implements Serializable {
    private static final long serialVersionUID = 1L;

    /** The base model's own resolution. */
    public static final Resolution AUTO = new Resolution(0);

    /** The pixels asked for, or the base model's {@code own}. */
    public int orElse(int own) {
        return pixels == 0 ? own : pixels;
    }

    static Resolution of(Config root) {
        boolean auto = root.getString("resolution").equals("auto");
        return auto ? AUTO : new Resolution(root.getInt("resolution"));
    }

    Object value() {
        return pixels == 0 ? "auto" : (Object) pixels;
    }
}
