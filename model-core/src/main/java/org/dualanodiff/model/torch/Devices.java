package org.dualanodiff.model.torch;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Devices by the names that configurations use, and whether they compute on this machine, found out before anything large is loaded. */
public final class Devices {

    private static final float NUMBER = 3.25f;
    private static final double FACTOR = 2;

    private static final Set<String> FOUND_RIGHT = new HashSet<>();

    private Devices() {}

    /** A device cannot compute on this machine; the message says why, with what, and what to set. */
    public static final class DeviceException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public DeviceException(String message) {
            super(message);
        }
    }

    /**
     * {@code cpu}, {@code cuda} (the first GPU) or {@code cuda:N}, found to compute.
     *
     * @throws DeviceException if it does not
     */
    public static Device named(String name) {
        compute(name).forEach(message -> {
            throw new DeviceException(message);
        });
        return unchecked(name);
    }

    static Device unchecked(String name) {
        return name.equals("cpu") ? Device.cpu() : Device.gpu(ordinal(name));
    }

    /** CUDA's number of a GPU. */
    static int ordinal(String name) {
        int colon = name.indexOf(':');
        return colon < 0 ? 0 : Integer.parseInt(name.substring(colon + 1));
    }

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

    static List<String> multiply(Device device) {
        try (GradientMode frozen = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            NDArray there = Tensors.of(new float[] {NUMBER}, device, 1);
            float found = Tensors.floats(Operators.combine(FACTOR, there, 0, there))[0];
            return found == FACTOR * NUMBER
                    ? List.of()
                    : List.of("it says that %s times %s is %s".formatted(FACTOR, NUMBER, found));
        } catch (RuntimeException | LinkageError e) {
            return List.of(reason(e));
        }
    }

    /** TorchScript says where before it says what. */
    private static String reason(Throwable failure) {
        Throwable deepest = failure;
        while (deepest.getCause() != null) {
            deepest = deepest.getCause();
        }
        String text = deepest.getMessage() == null ? deepest.toString() : deepest.getMessage();
        return text.lines()
                .map(String::strip)
                .filter(line -> line.matches("\\w*Error: .*"))
                .findFirst()
                .or(() -> text.lines().findFirst())
                .orElse(text)
                .strip();
    }

    static String message(String device, TorchLibrary library, List<String> problems) {
        String gpu = CudaDriver.ofMachine()
                .map(driver -> driver.gpu(device).map(Object::toString).orElse("none of that number"))
                .orElse("unknown, no driver answers");
        return "device %s cannot compute here: %s. Library: %s. GPU: %s. To mend it, %s"
                .formatted(device, String.join("; ", problems), library.describe(), gpu, TorchLibrary.advice());
    }
}
