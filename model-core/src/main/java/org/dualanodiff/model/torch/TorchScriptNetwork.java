package org.dualanodiff.model.torch;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.jni.ScriptModule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A network in a TorchScript file, on the CPU; each file is loaded once in a JVM. */
public final class TorchScriptNetwork {

    private static final Map<String, TorchScriptNetwork> LOADED = new ConcurrentHashMap<>();

    private final ScriptModule module;

    private TorchScriptNetwork(ScriptModule module) {
        this.module = module;
    }

    /** @throws IllegalArgumentException if there is no such file, or it is not TorchScript */
    public static TorchScriptNetwork at(String file) {
        return LOADED.computeIfAbsent(file, TorchScriptNetwork::load);
    }

    private static TorchScriptNetwork load(String file) {
        try {
            return new TorchScriptNetwork(
                    ScriptModule.load(Files.readAllBytes(Path.of(file)), Tensors.engineManager()));
        } catch (IOException e) {
            throw new IllegalArgumentException("the network " + file + " cannot be read: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            throw new IllegalArgumentException(
                    "the network " + file + " is not a TorchScript file: " + e.getMessage(), e);
        }
    }

    /** Runs {@code forward} and returns all numbers of its result, or of its first result. */
    public float[] run(float[] values, long... shape) {
        try (GradientMode frozen = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            NDArray input = Tensors.of(values, Device.cpu(), shape);
            return Tensors.floats(TensorScope.own(module.callForFirst("forward", input)));
        }
    }
}
