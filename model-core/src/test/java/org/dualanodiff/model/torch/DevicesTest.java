package org.dualanodiff.model.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import java.util.List;
import java.util.Map;
import org.dualanodiff.model.torch.Devices.DeviceException;
import org.junit.jupiter.api.Test;

class DevicesTest {

    @Test
    void cpu_computes() {
        assertThat(Devices.compute("cpu")).isEmpty();
        assertThat(Devices.named("cpu")).isEqualTo(Device.cpu());
    }

    @Test
    void cuda_withTheJarsLibrary_isRefusedInOneMessageWithWhatToSet() {
        assertThatThrownBy(() -> Devices.named("cuda:0"))
                .isInstanceOf(DeviceException.class)
                .hasMessageContainingAll(
                        "device cuda:0 cannot compute here",
                        "PYTORCH_LIBRARY_PATH is not set",
                        "Library: the jar's own (" + TorchLibrary.builtFor() + ", cpu)",
                        "GPU: ",
                        "set PYTORCH_LIBRARY_PATH to the folder torch/lib",
                        "PYTORCH_FLAVOR=cu128",
                        "compute.device=cpu");
    }

    @Test
    void copyThatFails_isAProblemInLibtorchsWords() {
        assertThat(Devices.multiply(Device.gpu(0))).singleElement().asString().contains("CUDA");
    }

    @Test
    void message_namesWhatWasFoundAndEveryVariable() {
        TorchLibrary library =
                TorchLibrary.of(Map.of("PYTORCH_VERSION", "2.6.0a0+df5bbc09d1", "PYTORCH_FLAVOR", "cu126"), true);

        assertThat(Devices.message("cuda:1", library, List.of("first", "second")))
                .contains("first; second", "PYTORCH_VERSION=2.6.0a0+df5bbc09d1", "PYTORCH_FLAVOR=cu126")
                .doesNotContain("\n");
    }
}
