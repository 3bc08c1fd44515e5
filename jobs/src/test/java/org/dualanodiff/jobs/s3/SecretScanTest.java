package org.dualanodiff.jobs.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Keys given in the worst way, as plain settings, must not come out anywhere. */
@Tag("slow")
@Timeout(1800)
class SecretScanTest {

    private static final List<String> SECRETS = List.of(
            S3Server.SECRET_KEY, URLEncoder.encode(S3Server.SECRET_KEY, StandardCharsets.UTF_8), S3Server.ACCESS_KEY);

    @TempDir
    private Path folder;

    @Test
    void run_withKeysInItsConfiguration_repeatsThemNowhere() throws Exception {
        Path events = Files.createDirectory(folder.resolve("events"));
        Path config = Files.writeString(
                folder.resolve("keys.conf"), """
                spark.conf {
                  "spark.hadoop.fs.s3a.access.key" = "%s"
                  "spark.hadoop.fs.s3a.secret.key" = "%s"
                  "spark.eventLog.enabled" = true
                  "spark.eventLog.dir" = "file://%s"
                }
                """.formatted(S3Server.ACCESS_KEY, S3Server.SECRET_KEY, events));
        try (S3Server server = S3Server.start(folder.resolve("s3"))) {
            DriverProcess augment = new S3Runs(folder, server).augmentWith(config, "secrets");
            assertThat(augment.exit()).as(augment.log()).isZero();

            assertThat(hits(server.bucketFolder())).isEmpty();
            assertThat(hits(events)).isEmpty();
            assertThat(hits(folder.resolve("drivers"))).isEmpty();
        }
        assertThat(hits(folder)).as("the scan finds what is there").contains(config);
    }

    private static List<Path> hits(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            List<Path> regular = files.filter(Files::isRegularFile).toList();
            assertThat(regular).isNotEmpty();
            return regular.stream().filter(SecretScanTest::holdsSecret).toList();
        }
    }

    private static boolean holdsSecret(Path file) {
        try {
            String content = Files.readString(file, StandardCharsets.ISO_8859_1);
            return SECRETS.stream().anyMatch(content::contains);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
