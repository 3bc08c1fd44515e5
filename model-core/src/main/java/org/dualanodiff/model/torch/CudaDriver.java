package org.dualanodiff.model.torch;

import ai.djl.pytorch.jni.JniUtils;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the NVIDIA driver says of the GPUs that this process sees, by the driver's own interface: with its numbers, which are
 * libtorch's, whatever {@code CUDA_VISIBLE_DEVICES} and {@code CUDA_DEVICE_ORDER} are.
 */
public final class CudaDriver {

    private static final List<Path> SIGNS =
            List.of(Path.of("/dev/nvidiactl"), Path.of("/proc/driver/nvidia/version"), Path.of("/dev/dxg"));

    private static final Pattern MACHINE_UUID = Pattern.compile("GPU UUID:\\s*GPU-(\\S+)");

    // Of cuda.h.
    private static final int SUCCESS = 0;
    private static final int CAPABILITY_MAJOR = 75;
    private static final int CAPABILITY_MINOR = 76;
    private static final int TEXT = 256;
    private static final int UUID_BYTES = 16;

    private final Calls calls;
    private final Runnable libtorchGivesBack;

    /** @param libtorchGivesBack gives the driver what this process has freed and libtorch keeps for what may come */
    CudaDriver(Calls calls, Runnable libtorchGivesBack) {
        this.calls = calls;
        this.libtorchGivesBack = libtorchGivesBack;
    }

    /**
     * A GPU as this process sees it.
     *
     * @param uuid as {@code nvidia-smi} writes it, without {@code GPU-} or {@code MIG-}
     * @param busId its place in the machine, such as {@code 0000:3B:00.0}
     * @param capability compute capability, 10 times the major plus the minor number: 80 for 8.0
     */
    public record Gpu(String name, String uuid, String busId, int capability) {

        @Override
        public String toString() {
            return "%s, compute capability %d.%d".formatted(name, capability / 10, capability % 10);
        }
    }

    /** Free and total memory of a GPU in bytes. */
    public record Memory(long free, long total) {}

    /** The functions of {@code libcuda} that are used; each gives 0 where it worked. */
    interface Calls extends Library {
        int cuInit(int flags);

        int cuDeviceGetCount(int[] count);

        int cuDeviceGet(int[] device, int ordinal);

        int cuDeviceGetName(byte[] name, int length, int device);

        int cuDeviceGetUuid_v2(byte[] uuid, int device);

        int cuDeviceGetPCIBusId(byte[] id, int length, int device);

        int cuDeviceGetAttribute(int[] value, int attribute, int device);

        int cuDevicePrimaryCtxRetain(PointerByReference context, int device);

        int cuDevicePrimaryCtxRelease_v2(int device);

        int cuCtxPushCurrent_v2(Pointer context);

        int cuCtxPopCurrent_v2(PointerByReference context);

        int cuMemGetInfo_v2(long[] free, long[] total);
    }

    /** Whether this machine shows signs of a driver for GPUs; nothing is loaded. */
    public static boolean isInstalled() {
        return SIGNS.stream().anyMatch(Files::exists)
                || System.getProperty("os.name").startsWith("Windows");
    }

    /**
     * The UUIDs of the machine's GPUs by the numbers that {@code nvidia-smi} gives them, in the order of their places on the bus; those
     * that {@code CUDA_VISIBLE_DEVICES} hides are among them. Empty where the system does not say.
     */
    public static List<String> machineUuids() {
        return machineUuids(Path.of("/proc/driver/nvidia/gpus"));
    }

    static List<String> machineUuids(Path folder) {
        try (Stream<Path> gpus = Files.list(folder)) {
            List<String> uuids = new ArrayList<>();
            for (Path gpu : gpus.sorted().toList()) {
                Matcher line = MACHINE_UUID.matcher(Files.readString(gpu.resolve("information")));
                if (!line.find()) {
                    return List.of();
                }
                uuids.add(line.group(1));
            }
            return uuids;
        } catch (IOException unknown) {
            return List.of();
        }
    }

    /** The driver of this machine; empty where there is none, or none that answers. */
    public static Optional<CudaDriver> ofMachine() {
        return Loaded.DRIVER;
    }

    /** The GPUs by CUDA's numbers, from 0; none where the driver does not answer. */
    public List<Gpu> gpus() {
        int[] count = new int[1];
        if (calls.cuDeviceGetCount(count) != SUCCESS) {
            return List.of();
        }
        List<Gpu> gpus = new ArrayList<>();
        for (int ordinal = 0; ordinal < count[0]; ordinal++) {
            Optional<Integer> device = device(ordinal);
            if (device.isEmpty()) {
                return List.of();
            }
            gpus.add(gpu(device.get()));
        }
        return gpus;
    }

    /** A GPU by CUDA's number; empty if there is none of that number. */
    public Optional<Gpu> gpu(String device) {
        List<Gpu> gpus = gpus();
        int ordinal = Devices.ordinal(device);
        return ordinal < gpus.size() ? Optional.of(gpus.get(ordinal)) : Optional.empty();
    }

    private Gpu gpu(int device) {
        byte[] name = new byte[TEXT];
        byte[] uuid = new byte[UUID_BYTES];
        byte[] bus = new byte[TEXT];
        calls.cuDeviceGetName(name, TEXT, device);
        calls.cuDeviceGetUuid_v2(uuid, device);
        calls.cuDeviceGetPCIBusId(bus, TEXT, device);
        return new Gpu(
                text(name),
                uuid(uuid),
                text(bus),
                10 * attribute(CAPABILITY_MAJOR, device) + attribute(CAPABILITY_MINOR, device));
    }

    /**
     * As {@link #memory}, with all that this process could use as free: after a training libtorch keeps what that had, and the driver
     * does not count it as free.
     */
    public Optional<Memory> memoryForWork(String name) {
        libtorchGivesBack.run();
        return memory(name);
    }

    /** The memory of a GPU by CUDA's number; empty if there is none of that number, or the driver does not say. */
    public Optional<Memory> memory(String name) {
        return device(Devices.ordinal(name)).flatMap(this::memoryOf);
    }

    private Optional<Memory> memoryOf(int device) {
        PointerByReference context = new PointerByReference();
        if (calls.cuDevicePrimaryCtxRetain(context, device) != SUCCESS) {
            return Optional.empty();
        }
        try {
            long[] free = new long[1];
            long[] total = new long[1];
            calls.cuCtxPushCurrent_v2(context.getValue());
            int code = calls.cuMemGetInfo_v2(free, total);
            calls.cuCtxPopCurrent_v2(new PointerByReference());
            return code == SUCCESS ? Optional.of(new Memory(free[0], total[0])) : Optional.empty();
        } finally {
            calls.cuDevicePrimaryCtxRelease_v2(device);
        }
    }

    /** The driver's handle of a GPU by CUDA's number; empty if there is none of that number. */
    private Optional<Integer> device(int ordinal) {
        int[] device = new int[1];
        return calls.cuDeviceGet(device, ordinal) == SUCCESS ? Optional.of(device[0]) : Optional.empty();
    }

    private int attribute(int attribute, int device) {
        int[] value = new int[1];
        calls.cuDeviceGetAttribute(value, attribute, device);
        return value[0];
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.US_ASCII).replaceFirst("\0.*", "");
    }

    private static String uuid(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return new UUID(buffer.getLong(), buffer.getLong()).toString();
    }

    private static final class Loaded {
        private static final Optional<CudaDriver> DRIVER = load();

        private static Optional<CudaDriver> load() {
            if (!isInstalled()) {
                return Optional.empty();
            }
            try {
                String name = System.getProperty("os.name").startsWith("Windows") ? "nvcuda" : "libcuda.so.1";
                Calls calls = Native.load(name, Calls.class);
                return calls.cuInit(0) == SUCCESS
                        ? Optional.of(new CudaDriver(calls, JniUtils::emptyCudaCache))
                        : Optional.empty();
            } catch (LinkageError absent) {
                return Optional.empty();
            }
        }
    }
}
