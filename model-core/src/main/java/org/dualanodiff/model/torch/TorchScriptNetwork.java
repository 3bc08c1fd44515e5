package org.dualanodiff.model.torch;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.jni.ScriptModule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.dualanodiff.model.files.Digest;

/**
 * A network in a TorchScript file, outside of training; each file is loaded once a device in a JVM. Such a file is a
 * program: it can do what this process can.
 */
public final class TorchScriptNetwork {

    private static final Map<Key, TorchScriptNetwork> LOADED = new ConcurrentHashMap<>();

    private final String file;
    private final Device device;
    private final ScriptModule module;

    private TorchScriptNetwork(String file, Device device, ScriptModule module) {
        this.file = file;
        this.device = device;
        this.module = module;
    }

    /** @param sha256 that the file must have; empty for any */
    private record Key(String file, Optional<String> sha256, Device device) {}

    /**
     * On the CPU, whatever the file holds.
     *
     * @throws IllegalArgumentException if there is no such file, or it is not TorchScript
     */
    public static TorchScriptNetwork at(String file) {
        return at(new Key(file, Optional.empty(), Device.cpu()));
    }

    /**
     * The network that a run was planned with.
     *
     * @param sha256 of the file, as lower-case hex
     * @throws IllegalArgumentException if there is no such file, it holds something else, or it is not TorchScript
     * @throws OutOfDeviceMemoryException if the device has no room for it
     */
    public static TorchScriptNetwork at(String file, String sha256, Device device) {
        return at(new Key(file, Optional.of(sha256), device));
    }

    private static TorchScriptNetwork at(Key key) {
        return LOADED.computeIfAbsent(key, wanted -> load(wanted.file(), wanted.sha256(), wanted.device()));
    }

    private static TorchScriptNetwork load(String file, Optional<String> sha256, Device device) {
        byte[] archive = read(file);
        sha256.ifPresent(planned -> requireSame(file, planned, Digest.hex(archive)));
        try {
            // The file keeps the mode that the network was saved in.
            ScriptModule module =
                    ScriptModule.load(archive, device, Tensors.engineManager()).forInference();
            return new TorchScriptNetwork(file, device, module);
        } catch (RuntimeException e) {
            throw OutOfDeviceMemoryException.of(e)
                    .map(RuntimeException.class::cast)
                    .orElseGet(() -> ofFileOrDevice(file, archive, device, e));
        }
    }

    /** Which of the two failed is seen from the CPU. */
    private static RuntimeException ofFileOrDevice(
            String file, byte[] archive, Device device, RuntimeException failure) {
        return !device.equals(Device.cpu()) && ScriptModule.canRead(archive)
                ? failure
                : new IllegalArgumentException(
                        "the network " + file + " is not a TorchScript file: " + failure.getMessage(), failure);
    }

    private static void requireSame(String file, String planned, String found) {
        if (!found.equals(planned)) {
            throw new IllegalArgumentException(
                    "%s on this machine is not the network that the run was planned with: expected SHA-256 %s, found %s; put the same file there on every machine"
                            .formatted(file, planned, found));
        }
    }

    private static byte[] read(String file) {
        try {
            return Files.readAllBytes(Path.of(file));
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException(
                    "the network " + file + " does not exist on this machine; every executor needs it there", e);
        } catch (IOException e) {
            throw new IllegalArgumentException("the network " + file + " cannot be read: " + e, e);
        }
    }

    /**
     * Runs {@code forward} on one tensor.
     *
     * @param expected shape of the result, or of the first of several; leading dimensions of 1 may be missing or too many
     * @return the result's numbers, row major
     * @throws IllegalArgumentException if {@code forward} fails, or gives something of another shape
     */
    public float[] run(float[] values, long[] shape, long[] expected) {
        try (GradientMode frozen = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            NDArray result = forward(Tensors.of(values, device, shape));
            long[] found = Tensors.shape(result);
            if (!Arrays.equals(withoutLeadingOnes(found), withoutLeadingOnes(expected))) {
                throw new IllegalArgumentException(
                        "the network %s gave a tensor of shape %s for an input of %s, expected %s"
                                .formatted(
                                        file,
                                        Arrays.toString(found),
                                        Arrays.toString(shape),
                                        Arrays.toString(expected)));
            }
            return Tensors.floats(result);
        }
    }

    /**
     * Runs {@code forward} on one tensor.
     *
     * @return the numbers of the result, or of the first of several, row major, whatever its shape
     * @throws IllegalArgumentException if {@code forward} fails
     */
    public float[] run(float[] values, long[] shape) {
        try (GradientMode frozen = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            return Tensors.floats(forward(Tensors.of(values, device, shape)));
        }
    }

    private NDArray forward(NDArray input) {
        try {
            return TensorScope.own(module.callForFirst("forward", input));
        } catch (OutOfDeviceMemoryException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new IllegalArgumentException(
                    "the network %s fails on an fp32 input of shape %s: %s"
                            .formatted(file, Arrays.toString(Tensors.shape(input)), e.getMessage()),
                    e);
        }
    }

    private static long[] withoutLeadingOnes(long[] shape) {
        return Arrays.stream(shape).dropWhile(length -> length == 1).toArray();
    }
}
