package org.dualanodiff.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.apache.spark.resource.ResourceInformation;
import org.junit.jupiter.api.Test;

class GpuTaskTest {

    private static final Map<String, ResourceInformation> GIVEN =
            Map.of("gpu", new ResourceInformation("gpu", new String[] {"3"}));

    @Test
    void auto_withGpuGiven_takesItsAddress() {
        assertThat(GpuTask.device("auto", GIVEN)).isEqualTo("cuda:3");
    }

    @Test
    void auto_withoutGpu_takesTheCpu() {
        assertThat(GpuTask.device("auto", Map.of())).isEqualTo("cpu");
    }

    @Test
    void cuda_withGpuGiven_takesItsAddress() {
        assertThat(GpuTask.device("cuda", GIVEN)).isEqualTo("cuda:3");
    }

    @Test
    void cuda_withoutGpu_isRefusedWithWhatToSet() {
        assertThatThrownBy(() -> GpuTask.device("cuda", Map.of()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("spark.task.resource.gpu.amount");
    }

    @Test
    void address_isThatOfTheGpuThatSparkGave() {
        assertThat(GpuTask.address(GIVEN)).contains("3");
        assertThat(GpuTask.address(Map.of())).isEmpty();
    }

    @Test
    void namedDevice_isTakenAsItIs() {
        assertThat(GpuTask.device("cuda:1", GIVEN)).isEqualTo("cuda:1");
        assertThat(GpuTask.device("cpu", GIVEN)).isEqualTo("cpu");
    }
}
