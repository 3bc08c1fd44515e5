package org.dualanodiff.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.dualanodiff.jobs.Main;
import org.dualanodiff.jobs.s3.DriverProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorCommandTest {

    @TempDir
    private Path folder;

    @Test
    void machine_whereAlmostNothingIsRight_isToldPartByPartWithWhatToDo() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "");
        DriverProcess doctor = DriverProcess.startJava(
                folder.resolve("out"),
                Map.of("LC_ALL", "C", "PYTORCH_LIBRARY_PATH", "/nowhere", "PYTORCH_VERSION", "", "SPARK_HOME", ""),
                List.of(
                        "-Xmx300m",
                        "-Dai.djl.offline=true",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "doctor",
                        "--set",
                        "store=" + file.resolve("store"),
                        "--set",
                        "compute.device=cuda:0",
                        "--set",
                        "compute.threads=1024"));

        assertThat(doctor.exit(Duration.ofMinutes(2))).as(doctor.log()).isEqualTo(ExitCode.USAGE);
        assertThat(doctor.out().lines())
                .hasSize(10)
                .anyMatch(line -> line.matches("ok +java .*"))
                .anyMatch(line -> line.matches("bad +locale .*ANSI_X3.4-1968.*: set LC_ALL=C.UTF-8.*"))
                .anyMatch(line -> line.matches("bad +heap .*Spark needs 450 MB.*give JAVA_OPTS=-Xmx2g"))
                .anyMatch(line -> line.matches("warn +cores .*1024: set compute.threads.*"))
                .anyMatch(line -> line.matches("warn +library .*/nowhere, which does not exist on this machine.*"))
                .anyMatch(line -> line.matches("bad +gpu .*PYTORCH_LIBRARY_PATH.*"))
                .anyMatch(line -> line.matches("ok +spark .*"))
                .anyMatch(line -> line.matches("bad +store .*" + file + " is no folder"));
    }

    @Test
    void machine_ofThisTest_hasALibraryThatComputesAndAStoreThatIsNotMade() {
        Path store = folder.resolve("store");
        CommandLineRun run = CommandLineRun.of("doctor", "--json", "--set", "store=" + store);

        var findings = JsonParser.parseString(run.out()).getAsJsonArray();
        assertThat(findings).hasSize(10);
        assertThat(findings.toString())
                .contains("{\"state\":\"OK\",\"part\":\"library\"", "{\"state\":\"OK\",\"part\":\"store\"")
                .contains("{\"state\":\"OK\",\"part\":\"files\"");
        assertThat(store).doesNotExist();
    }
}
