package ai.djl.pytorch.jni;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScriptModuleTest {

    private static final int TERMINATED = 128 + 15;

    @TempDir
    private Path folder;

    @Test
    void jvm_terminatedDuringACall_endsAfterItAndBeginsNoOther() throws Exception {
        Process worker = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Dai.djl.offline=true",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Worker.class.getName())
                .directory(folder.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out = worker.inputReader()) {
            assertThat(out.readLine()).isEqualTo("first call");
            worker.toHandle().destroy();
            assertThat(worker.waitFor(1, TimeUnit.MINUTES)).isTrue();

            assertThat(worker.exitValue()).isEqualTo(TERMINATED);
            assertThat(folder.resolve("first-call-over")).exists();
            assertThat(out.readLine()).isNull();
        }
    }

    /** Calls operators for ever, one second each. */
    static final class Worker {

        private Worker() {}

        public static void main(String[] arguments) {
            try (TensorScope scope = TensorScope.open()) {
                var one = Tensors.of(new float[] {1}, Device.cpu(), 1);
                ScriptModule.before = new Slow()::call;
                while (true) {
                    Operators.silu(one);
                }
            }
        }

        private static final class Slow {

            private String name = "first";

            void call(String method) {
                try {
                    System.out.println(name + " call");
                    Thread.sleep(1000);
                    Files.createFile(Path.of(name + "-call-over"));
                    name = "next";
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }
}
