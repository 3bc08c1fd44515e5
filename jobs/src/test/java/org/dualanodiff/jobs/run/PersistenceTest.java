package org.dualanodiff.jobs.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.SparkException;
import org.junit.jupiter.api.Test;

class PersistenceTest {

    private final List<Duration> pauses = new ArrayList<>();
    private final Persistence persistence = new Persistence(faulty -> true) {
        @Override
        void pause(Duration time) {
            pauses.add(time);
        }
    };

    @Test
    void job_thatFailsForTheStoresSake_isSubmittedForAMinuteAndNoLonger() throws Exception {
        Exception gone = new SparkException("Job aborted due to stage failure", new IOException("connection refused"));
        for (int i = 0; i < 4; i++) {
            persistence.awaitOrThrow(gone);
        }
        assertThatThrownBy(() -> persistence.awaitOrThrow(gone)).isSameAs(gone);
        assertThat(pauses.stream().mapToLong(Duration::toSeconds).sum()).isBetween(45L, 60L);
    }

    @Test
    void job_thatIsAllowedToRunNowhere_isSubmittedAgain() throws Exception {
        persistence.awaitOrThrow(
                new SparkException(
                        "Job aborted due to stage failure: task cannot run anywhere due to node and executor excludeOnFailure"));
        assertThat(pauses).hasSize(1);
    }

    @Test
    void failure_ofTheUnitsData_isThrownAtOnce() {
        Exception data = new SparkException("Job aborted", new IllegalArgumentException("no pairs"));
        assertThatThrownBy(() -> persistence.awaitOrThrow(data)).isSameAs(data);
        assertThat(pauses).isEmpty();
    }

    @Test
    void job_thatWasCancelled_isNotSubmittedAgain() {
        Exception cancelled = new SparkException("Job 3 cancelled because all jobs were cancelled");
        assertThatThrownBy(() -> persistence.awaitOrThrow(cancelled)).isSameAs(cancelled);
    }
}
