package org.dualanodiff.jobs.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.dualanodiff.jobs.s3.DriverProcess;
import org.dualanodiff.jobs.s3.StoredPictures;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One GPU of four fails at every call. */
@Tag("slow")
@Tag("cluster")
@Timeout(900)
class SickDeviceTest {

    private static final int SAMPLES = 48;

    @TempDir
    private Path folder;

    @Test
    void device_thatAlwaysFails_isLeftAloneAndNoUnitIsBlamed() throws Exception {
        LocalCluster cluster = new LocalCluster(folder, 4);
        cluster.plan(".* .* 2 engine");

        DriverProcess augment = cluster.augment("store", "generation.samples-per-defect=" + SAMPLES);

        assertThat(augment.exit()).as(augment.log()).isZero();
        assertThat(augment.count("failed_units")).isZero();
        assertThat(augment.count("trained")).isEqualTo(LocalCluster.UNITS.size());
        try (ObjectStore store = cluster.open("store")) {
            StoredPictures.assertClean(store, LocalCluster.UNITS.size() * SAMPLES);
        }
        List<String> calls = cluster.calls();
        long met = calls.stream().filter(call -> call.endsWith(" engine")).count();
        System.out.printf("%d of %d tasks met the sick device%n", met, calls.size());
        assertThat(met).isPositive();
        assertThat(met).as(calls.toString()).isLessThanOrEqualTo(Math.round(0.05 * calls.size()));
    }
}
