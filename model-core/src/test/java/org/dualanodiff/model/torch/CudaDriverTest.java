package org.dualanodiff.model.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CudaDriverTest {

    @Test
    void gpus_areDescribedByName_uuid_placeAndCapability() {
        CudaDriver driver = FakeCuda.driver(new FakeCuda.Card("Tesla T4", 7, 5, 15L << 30), FakeCuda.A100);

        assertThat(driver.gpus()).extracting(CudaDriver.Gpu::capability).containsExactly(75, 80);
        assertThat(driver.gpu("cuda").orElseThrow()).hasToString("Tesla T4, compute capability 7.5");
        assertThat(driver.gpu("cuda:1").orElseThrow().uuid()).isEqualTo("01010101-0101-0101-0101-010101010101");
        assertThat(driver.gpu("cuda:1").orElseThrow().busId()).isEqualTo("0000:01:00.0");
        assertThat(driver.gpu("cuda:2")).isEmpty();
        assertThat(driver.memory("cuda:0").orElseThrow().total()).isEqualTo(15L << 30);
        assertThat(driver.memory("cuda:2")).isEmpty();
    }

    @Test
    void memoryForWork_includesWhatLibtorchKeptOfATraining() {
        CudaDriver driver = FakeCuda.driver(FakeCuda.A100);

        assertThat(driver.memory("cuda:0").orElseThrow().free()).isEqualTo(10L << 30);
        assertThat(driver.memoryForWork("cuda:0").orElseThrow().free()).isEqualTo(20L << 30);
    }

    @Test
    void machineWithoutDriver_hasNoGpus() {
        assumeFalse(CudaDriver.isInstalled());
        assertThat(CudaDriver.ofMachine()).isEmpty();
    }

    @Test
    void machine_listsUuidsInTheOrderOfTheBus(@TempDir Path folder) throws IOException {
        information(folder, "0000:af:00.0", "GPU-second");
        information(folder, "0000:3b:00.0", "GPU-first");

        assertThat(CudaDriver.machineUuids(folder)).containsExactly("first", "second");
        assertThat(CudaDriver.machineUuids(folder.resolve("nowhere"))).isEmpty();
    }

    private static void information(Path folder, String place, String uuid) throws IOException {
        Files.writeString(
                Files.createDirectory(folder.resolve(place)).resolve("information"),
                "Model: \t\t Tesla T4\nIRQ:   \t\t 82\nGPU UUID: \t %s\nVideo BIOS: \t 90.04\n".formatted(uuid));
    }
}
