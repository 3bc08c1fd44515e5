package org.dualanodiff.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import org.apache.hadoop.security.AccessControlException;
import org.apache.spark.ExecutorLostFailure;
import org.apache.spark.SparkConf;
import org.dualanodiff.model.checkpoint.CheckpointException;
import org.dualanodiff.model.torch.Devices.DeviceException;
import org.dualanodiff.model.torch.OutOfDeviceMemoryException;
import org.dualanodiff.pipeline.store.StoreException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import scala.Option;

class TaskFailuresTest {

    @Test
    void failure_ofDiskOrNetwork_isTheMachines() {
        IOException full = new IOException("No space left on device");

        assertThat(TaskFailures.isOfTheMachine(full)).isTrue();
        assertThat(TaskFailures.isOfTheMachine(new UncheckedIOException("cache", full)))
                .isTrue();
        assertThat(TaskFailures.isOfTheMachine(new StoreException("cannot read", full)))
                .isTrue();
    }

    @ParameterizedTest
    @MethodSource("failuresThatLast")
    void fileThatIsNotThere_orNotToBeRead_isTriedOnOtherMachinesAlone(IOException lasting) {
        assertThat(TaskFailures.isOfTheMachine(lasting)).isTrue();
        assertThat(TaskFailures.mayPass(new StoreException("cannot read", lasting)))
                .isFalse();
        assertThat(TaskFailures.mayPass(new IOException("connection reset"))).isTrue();
        assertThat(TaskFailures.mayPass(new ArithmeticException("diverged"))).isFalse();
    }

    private static List<IOException> failuresThatLast() {
        return List.of(
                new FileNotFoundException("a.png"),
                new NoSuchFileException("a.png"),
                new AccessDeniedException("a.png"),
                new AccessControlException("a.png"));
    }

    @Test
    void executorOfWhichNothingIsHeard_isNotTheTasksFault() {
        assertThat(SickExecutors.mayBeTheTasks(lost(true, "Executor heartbeat timed out after 125000 ms")))
                .isFalse();
        assertThat(SickExecutors.mayBeTheTasks(lost(true, "Command exited with code 139")))
                .isTrue();
        assertThat(SickExecutors.mayBeTheTasks(lost(false, "worker lost"))).isFalse();
    }

    private static ExecutorLostFailure lost(boolean causedByApp, String reason) {
        return new ExecutorLostFailure("1", causedByApp, Option.apply(reason));
    }

    @Test
    void failure_ofAGpu_goesToSpark_butNotThatItIsTooSmall() {
        DeviceException broken = new DeviceException("device cuda:0 cannot compute here");

        assertThat(EngineFault.is(broken)).isTrue();
        assertThat(EngineFault.is(new IllegalStateException("load", broken))).isTrue();
        assertThat(EngineFault.is(new OutOfDeviceMemoryException("CUDA out of memory", null)))
                .isFalse();
    }

    @Test
    void failure_ofData_isTheUnits() {
        assertThat(TaskFailures.isOfTheMachine(new ArithmeticException("diverged")))
                .isFalse();
        assertThat(TaskFailures.isOfTheMachine(new CheckpointException("wrong shape")))
                .isFalse();
        assertThat(TaskFailures.isOfTheMachine(new StoreException("run r has samples by another adapter")))
                .isFalse();
    }

    @Test
    void failure_outsideOfATask_isNotRetried() {
        assertThat(TaskFailures.retriedBySpark(new IOException("broken pipe"))).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "local,1",
        "local[2],1",
        "local[*],1",
        "'local[2,3]',3",
        "'local[*, 5]',5",
        "spark://host:7077,4",
        "yarn,4"
    })
    void attempts_ofMaster_areThoseThatSparkMakes(String master, int attempts) {
        assertThat(TaskFailures.attempts(new SparkConf(false).set("spark.master", master)))
                .isEqualTo(attempts);
    }

    @Test
    void attempts_asConfigured_areTaken() {
        SparkConf conf = new SparkConf(false).set("spark.master", "yarn").set("spark.task.maxFailures", "7");

        assertThat(TaskFailures.attempts(conf)).isEqualTo(7);
    }
}
