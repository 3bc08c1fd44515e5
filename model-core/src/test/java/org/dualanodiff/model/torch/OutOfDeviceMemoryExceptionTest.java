package org.dualanodiff.model.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutOfDeviceMemoryExceptionTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 14.58 GiB of which 1.10 GiB is free.",
                "CUDA error: out of memory",
                "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
                "cuDNN error: CUDNN_STATUS_ALLOC_FAILED",
                "[enforce fail at alloc_cpu.cpp:119] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate 64 bytes",
                "[enforce fail at alloc_cpu.cpp:115] data. DefaultCPUAllocator: not enough memory: you tried to allocate 64 bytes.",
                "std::bad_alloc",
            })
    void failureOfMemory_inTheWordsOfEachAllocator_isRecognizedWithTheLineThatTells(String line) {
        String raised = "The following operation failed in the TorchScript interpreter.\nTraceback of TorchScript:\n"
                + line + "\n";

        assertThat(OutOfDeviceMemoryException.of(new EngineException("wrapped", new IllegalStateException(raised))))
                .hasValueSatisfying(failure -> assertThat(failure).hasMessage(line));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"expected shape [2, 3], found [3, 2]", "CUDA error: an illegal memory access was encountered"})
    void otherFailure_isNone(String message) {
        assertThat(OutOfDeviceMemoryException.of(new EngineException(message))).isEmpty();
    }

    @Test
    void operator_thatAsksForMoreThanThereIs_failsWithIt_andTheNextOneWorks() {
        try (LiveArrays live = new LiveArrays();
                TensorScope scope = TensorScope.open()) {
            NDArray one = Tensors.of(new float[] {1}, Device.cpu(), 1, 1, 1, 1);
            long before = live.count();

            assertThatThrownBy(() -> Operators.resizeNearest(one, 1 << 24, 1 << 24))
                    .isInstanceOf(OutOfDeviceMemoryException.class)
                    .hasMessageContaining("you tried to allocate");

            assertThat(live.count()).isEqualTo(before);
            assertThat(Tensors.floats(Operators.add(one, one))).containsExactly(2);
        }
    }
}
