package org.dualanodiff.jobs;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import org.apache.hadoop.security.UserGroupInformation;
import org.dualanodiff.pipeline.ProductVersion;

/** What a process needs before anything of Spark, Hadoop or the product is loaded that would fail without it. */
final class Startup {

    private static final int FIRST_WITHOUT_SUBJECTS = 24;

    private Startup() {}

    /**
     * Makes numbers those of no locale and gives the user a name.
     *
     * @return why the process cannot go on, if it cannot: this Java or this Spark
     */
    static Optional<String> prepare() {
        // Numbers go into files, which other programs read.
        Locale.setDefault(Locale.Category.FORMAT, Locale.ROOT);
        Optional<String> unfit = unfitSpark(
                        version("spark-version-info.properties", "version"),
                        version("library.properties", "version.number"))
                .or(() -> unfitJava(Runtime.version().feature(), version("common-version-info.properties", "version")));
        if (unfit.isEmpty()) {
            nameUser();
        }
        return unfit;
    }

    /** The version that a library on the class path gives of itself; empty if it gives none. */
    private static String version(String resource, String key) {
        try (InputStream in = Startup.class.getClassLoader().getResourceAsStream(resource)) {
            Properties properties = new Properties();
            if (in != null) {
                properties.load(in);
            }
            return properties.getProperty(key, "");
        } catch (IOException e) {
            return "";
        }
    }

    static Optional<String> unfitSpark(String spark, String scala) {
        boolean fits = (spark.isEmpty() || isAtLeast(spark, ProductVersion.spark()))
                && (scala.isEmpty() || scala.startsWith(ProductVersion.scala() + "."));
        return fits
                ? Optional.empty()
                : Optional.of("this is Spark %s with Scala %s; %s with %s is needed: set SPARK_HOME to it, or unset it"
                        .formatted(spark, scala, minor(ProductVersion.spark()), ProductVersion.scala()));
    }

    private static boolean isAtLeast(String version, String needed) {
        String[] found = version.split("[.-]");
        String[] wanted = needed.split("[.-]");
        return found.length > 1
                && found[0].equals(wanted[0])
                && found[1].matches("\\d+")
                && Integer.parseInt(found[1]) >= Integer.parseInt(wanted[1]);
    }

    private static String minor(String version) {
        return version.replaceFirst("^(\\d+\\.\\d+).*", "$1");
    }

    /** Older Hadoops ask Java who the user is in a way that Java 24 has no more. */
    static Optional<String> unfitJava(int java, String hadoop) {
        boolean fits =
                java < FIRST_WITHOUT_SUBJECTS || hadoop.isEmpty() || !hadoop.matches("3\\.([0-3]|4\\.[0-2])(\\D.*)?");
        return fits
                ? Optional.empty()
                : Optional.of(
                        "this is Java %d, on which Hadoop %s does not run; Java 17 to %d is needed: set JAVA_HOME to it"
                                .formatted(java, hadoop, FIRST_WITHOUT_SUBJECTS - 1));
    }

    /** A user id without a name, as in containers, has neither name nor home in Java, and none that Hadoop would take. */
    private static void nameUser() {
        if (!"?".equals(System.getProperty("user.name"))) {
            return;
        }
        String name = "uid-" + userId();
        System.setProperty("user.name", name);
        Path home = Path.of(Optional.ofNullable(System.getenv("HOME")).orElse("/"));
        System.setProperty(
                "user.home", Files.isWritable(home) ? home.toString() : System.getProperty("java.io.tmpdir"));
        UserGroupInformation.setLoginUser(UserGroupInformation.createRemoteUser(name));
    }

    private static Object userId() {
        try {
            return Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        } catch (IOException | UnsupportedOperationException e) {
            return "unknown";
        }
    }
}
