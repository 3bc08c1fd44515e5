package org.dualanodiff.pipeline;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The version of this product, as Maven built it. */
public final class ProductVersion {

    private static final Properties BUILT = read();

    private ProductVersion() {}

    public static String current() {
        return BUILT.getProperty("version");
    }

    /** The Spark that it was built for, such as {@code 4.1.3}. */
    public static String spark() {
        return BUILT.getProperty("spark");
    }

    /** The Scala of that Spark, such as {@code 2.13}. */
    public static String scala() {
        return BUILT.getProperty("scala");
    }

    private static Properties read() {
        try (InputStream in = ProductVersion.class.getResourceAsStream("version.properties")) {
            Properties properties = new Properties();
            properties.load(in);
            return properties;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
