package org.dualanodiff.model.torch;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Whether a device computes on this machine, found out before anything large is loaded. */
public final class DeviceCheck {

    private static final float NUMBER = 3.25f;
    private static final double FACTOR = 2;

    private static final Set<String> FOUND_RIGHT = new HashSet<>();

    private DeviceCheck() {}

    /**
     * What is wrong as far as one can see without loading libtorch; a wrong library would end the process.
     *
     * @param device {@code cpu}, {@code cuda} or {@code cuda:N}
     * @return one message of all that is wrong: library, version, flavor, device, compute capability and what to set; empty if
     *     nothing is
     */
    public static List<String> look(String device) {
        return told(device, TorchLibrary.ofProcess().problems(device));
    }

    /** As {@link #look}, and then by computing: one number is copied to the device, multiplied, and compared. */
    public static synchronized List<String> compute(String device) {
        List<String> seen = look(device);
        if (!seen.isEmpty() || FOUND_RIGHT.contains(device)) {
            return seen;
        }
        List<String> problems = multiply(Devices.unchecked(device));
        if (problems.isEmpty()) {
            FOUND_RIGHT.add(device);
        }
        return told(device, problems);
    }

    /** As {@link #compute}, whatever was found before: an error of CUDA may have left a device of this process useless. */
    public static synchronized boolean stillComputes(String device) {
        FOUND_RIGHT.remove(device);
        return compute(device).isEmpty();
    }

    private static List<String> told(String device, List<String> problems) {
        return problems.isEmpty() ? problems : List.of(message(device, TorchLibrary.ofProcess(), problems));
    }

    /** @throws DeviceException with the message of {@link #compute}, if there is one */
    static void require(String device) {
        compute(device).forEach(message -> {
            throw new DeviceException(message);
        });
    }

    static List<String> multiply(Device device) {
        try (GradientMode frozen = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            NDArray there = Tensors.of(new float[] {NUMBER}, device, 1);
            float found = Tensors.floats(Operators.combine(FACTOR, there, 0, there))[0];
            return found == FACTOR * NUMBER
                    ? List.of()
                    : List.of("it says that %s times %s is %s".formatted(FACTOR, NUMBER, found));
        } catch (RuntimeException | LinkageError e) {
            return List.of(firstLine(e));
        }
    }

    private static String firstLine(Throwable failure) {
        Throwable deepest = failure;
        while (deepest.getCause() != null) {
            deepest = deepest.getCause();
        }
        String text = deepest.getMessage() == null ? deepest.toString() : deepest.getMessage();
        return text.lines().findFirst().orElse(text).strip();
    }

    static String message(String device, TorchLibrary library, List<String> problems) {
        String gpu = CudaDriver.ofMachine()
                .map(driver -> driver.gpu(device).map(Object::toString).orElse("none of that number"))
                .orElse("unknown, no driver answers");
        return "device %s cannot compute here: %s. Library: %s. GPU: %s. To mend it, %s"
                .formatted(device, String.join("; ", problems), library.describe(), gpu, TorchLibrary.advice());
    }
}
