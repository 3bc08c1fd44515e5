package org.dualanodiff.jobs.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a unit of a run costs in requests, counted in front of the S3 server. */
@Tag("slow")
@Timeout(900)
class StoreRequestsTest {

    private static final int FEW = 5;
    private static final int MORE = 15;

    @TempDir
    private Path folder;

    @Test
    void unit_ofTwentyPairs_takesAtMostSixtyRequests() throws Exception {
        try (S3Server server = S3Server.start(folder.resolve("s3"))) {
            double few = requests(server, FEW);
            double more = requests(server, MORE);
            double each = (more - few) / (MORE - FEW);
            System.out.printf("%.0f requests for %d units, %.0f for %d: %.1f a unit%n", few, FEW, more, MORE, each);
            assertThat(each).isLessThanOrEqualTo(60);
        }
    }

    /** With nothing rejected, so that each unit is made in one round. */
    private int requests(S3Server server, int units) throws IOException, InterruptedException {
        try (FaultyProxy proxy = FaultyProxy.before(server, 0, 1)) {
            List<String> arguments = new ArrayList<>(List.of("bench", "night", "--slots", "2", "--pairs", "20"));
            arguments.addAll(List.of("--pairs-per-task", "20", "--rejected", "0", "--haste", "1e6"));
            arguments.addAll(List.of("--units", String.valueOf(units)));
            arguments.addAll(List.of("--set", "store=s3a://%s/units-%d".formatted(S3Server.BUCKET, units)));
            S3Server.hadoop(proxy.port())
                    .forEach((name, value) ->
                            arguments.addAll(List.of("--set", "spark.conf.spark.hadoop." + name + "=" + value)));
            DriverProcess night = DriverProcess.start(folder.resolve("drivers"), Map.of(), arguments);
            assertThat(night.exit()).as(night.log()).isZero();
            assertThat(night.out()).contains("complete");
            return proxy.requests();
        }
    }
}
