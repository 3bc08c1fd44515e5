package org.dualanodiff.pipeline.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.dualanodiff.pipeline.procedural.SampleDataset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The same data set in processes of other locales: cron, systemd and bare containers have none. */
@EnabledOnOs(OS.LINUX)
class LocaleTest {
    @TempDir
    Path root;

    @Test
    void inspection_withoutLocale_findsTheSameOrSaysWhatToSet() throws Exception {
        SampleDataset.write(root, 1, new SampleDataset.Size(2, 1, 2), List.of("cloth"));
        String plain = inspected("C.UTF-8");
        assertThat(inspected("C")).isEqualTo(plain).contains("\"report\"");

        for (String part : List.of("test", "ground_truth")) {
            Files.move(root.resolve("cloth/" + part + "/hole"), root.resolve("cloth/" + part + "/裂纹"));
        }
        assertThat(inspected("C.UTF-8")).contains("\"name\":\"裂纹\"").contains("\"training\":1,\"test\":1");
        assertThat(inspected("C")).contains("\"refused\"").contains("set LC_ALL=C.UTF-8");
        assertThat(inspected(null)).isEqualTo(inspected("C"));
    }

    /** @param locale null for no variable of one at all */
    private String inspected(String locale) throws IOException, InterruptedException {
        ProcessBuilder java = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-Djava.awt.headless=true",
                "-cp",
                System.getProperty("java.class.path"),
                InspectFolders.class.getName(),
                root.toString());
        java.environment().keySet().removeIf(name -> name.startsWith("LC_") || name.startsWith("LANG"));
        if (locale != null) {
            java.environment().put("LC_ALL", locale);
        }
        Process process = java.redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        return printed;
    }
}
