package org.dualanodiff.jobs.spark;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.apache.spark.SparkConf;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.resource.ResourceInformation;
import org.apache.spark.resource.ResourceProfile;
import org.apache.spark.resource.ResourceProfileBuilder;
import org.apache.spark.resource.TaskResourceRequests;
import org.dualanodiff.model.torch.CudaDriver;
import org.dualanodiff.model.torch.Devices.DeviceException;

/** Which device the running Spark task computes on. */
public final class GpuTask {

    /** GPUs of one task of training, generation or evaluation; all other tasks have none. */
    static final String AMOUNT = "spark.dualanodiff.task.gpu.amount";

    private static final String GPU = "gpu";

    /** Each makes executors' slots of its own, so the same is taken again. */
    private static final Map<String, ResourceProfile> PROFILES = new ConcurrentHashMap<>();

    private GpuTask() {}

    /**
     * @param setting {@code compute.device}: {@code auto} takes the GPU that Spark gave the task, else the CPU; {@code
     *     cuda} insists on one; {@code cpu} and {@code cuda:N} are taken as they are
     * @throws IllegalStateException if a GPU is insisted on and Spark gave none
     */
    public static String device(String setting) {
        return device(setting, TaskContext.get().resourcesJMap());
    }

    /** Has the tasks that follow hold what {@link SparkSessions} keeps for work with the model: a GPU where there are any. */
    public static <T> JavaRDD<T> on(JavaRDD<T> tasks) {
        SparkConf conf = tasks.context().getConf();
        String amount = conf.get(AMOUNT, "");
        return amount.isEmpty()
                ? tasks
                : tasks.withResources(PROFILES.computeIfAbsent(
                        amount, gpus -> profile(conf.getInt("spark.task.cpus", 1), Double.parseDouble(gpus))));
    }

    private static ResourceProfile profile(int cpus, double gpus) {
        return new ResourceProfileBuilder()
                .require(new TaskResourceRequests().cpus(cpus).resource(GPU, gpus))
                .build();
    }

    /** Whether Spark gave the running task a GPU, be it computed on or not. */
    static boolean isHeld() {
        return address(TaskContext.get()).isPresent();
    }

    /** The address of the GPU that Spark gave a task, as the cluster knows it; empty if it gave none. */
    static Optional<String> address(TaskContext task) {
        return address(task.resourcesJMap());
    }

    static Optional<String> address(Map<String, ResourceInformation> resources) {
        return Optional.ofNullable(resources.get(GPU))
                .flatMap(gpus -> Arrays.stream(gpus.addresses()).findFirst());
    }

    static String device(String setting, Map<String, ResourceInformation> resources) {
        Optional<String> given = address(resources);
        if (given.isPresent() && (setting.equals("auto") || setting.equals("cuda"))) {
            return "cuda:" + GpuAddress.ofProcess().ordinal(given.get());
        }
        if (setting.equals("cuda")) {
            throw new IllegalStateException(
                    "compute.device is cuda, but Spark gave this task no GPU; set spark.task.resource.gpu.amount=1 and"
                            + " spark.executor.resource.gpu.amount");
        }
        return setting.equals("auto") ? "cpu" : setting;
    }

    /**
     * CUDA's numbers of the GPUs that Spark names by address. Spark's addresses are what its discovery script lists, mostly the numbers of
     * {@code nvidia-smi}: in the order of the bus, of all GPUs of the machine or container. CUDA numbers those alone that {@code
     * CUDA_VISIBLE_DEVICES} names, in its order, and else all of them, the fastest first unless {@code CUDA_DEVICE_ORDER} says {@code
     * PCI_BUS_ID}.
     *
     * @param environment of the process
     * @param seen the GPUs as CUDA numbers them; empty if unknown
     * @param machine UUIDs by the numbers of {@code nvidia-smi}; empty if unknown
     */
    record GpuAddress(Map<String, String> environment, List<CudaDriver.Gpu> seen, List<String> machine) {

        private static final String VISIBLE = "CUDA_VISIBLE_DEVICES";
        private static final String ORDER = "CUDA_DEVICE_ORDER";

        static GpuAddress ofProcess() {
            return new GpuAddress(
                    System.getenv(),
                    CudaDriver.ofMachine().map(CudaDriver::gpus).orElse(List.of()),
                    CudaDriver.machineUuids());
        }

        /**
         * @param address as Spark has it: a number of {@code nvidia-smi}, {@code GPU-} or {@code MIG-} and a UUID
         * @throws DeviceException if this process cannot see that GPU
         */
        int ordinal(String address) {
            String given = address.strip();
            OptionalInt known = byUuid(given);
            return known.orElseGet(() -> environment.containsKey(VISIBLE) ? withinVisible(given) : amongAll(given));
        }

        /** Sure where both the address and what CUDA sees are known by UUID. */
        private OptionalInt byUuid(String address) {
            if (isNumber(address) && Integer.parseInt(address) >= machine.size()) {
                return OptionalInt.empty();
            }
            String uuid = isNumber(address) ? machine.get(Integer.parseInt(address)) : address;
            return place(uuid, seen.stream().map(CudaDriver.Gpu::uuid).toList());
        }

        /** Where the list of what is visible has the address; CUDA numbers by that list. */
        private int withinVisible(String address) {
            List<String> visible = Arrays.stream(environment.get(VISIBLE).split(","))
                    .map(String::strip)
                    .takeWhile(name -> !name.isEmpty() && !name.startsWith("-"))
                    .toList();
            return place(address, visible)
                    .orElseThrow(() -> new DeviceException(
                            ("Spark gave this task GPU %s, but %s=%s hides it from this process; let the discovery script list what is visible, or"
                                            + " unset the variable")
                                    .formatted(address, VISIBLE, environment.get(VISIBLE))));
        }

        private int amongAll(String address) {
            if (!isNumber(address)) {
                throw new DeviceException(
                        ("Spark gave this task GPU %s, and CUDA sees %s; set %s=%s for this executor, or let the discovery script list numbers")
                                .formatted(address, seen.isEmpty() ? "none" : seen, VISIBLE, address));
            }
            int number = Integer.parseInt(address);
            if (seen.isEmpty()) {
                return number;
            }
            if (number >= seen.size()) {
                throw new DeviceException(
                        ("Spark gave this task GPU %d, and this process sees %d; let the discovery script list the GPUs of the"
                                        + " executor's own container")
                                .formatted(number, seen.size()));
            }
            return "PCI_BUS_ID".equals(environment.get(ORDER))
                    ? number
                    : inOrderOfTheBus().get(number);
        }

        private List<Integer> inOrderOfTheBus() {
            return IntStream.range(0, seen.size())
                    .boxed()
                    .sorted(Comparator.comparing(ordinal -> seen.get(ordinal).busId()))
                    .toList();
        }

        /** CUDA takes the beginning of a UUID for it, if it is the only one. */
        private static OptionalInt place(String wanted, List<String> names) {
            String bare = withoutKind(wanted);
            return IntStream.range(0, names.size())
                    .filter(i -> isNumber(bare)
                            ? names.get(i).equals(bare)
                            : !isNumber(names.get(i))
                                    && (bare.startsWith(withoutKind(names.get(i)))
                                            || withoutKind(names.get(i)).startsWith(bare)))
                    .findFirst();
        }

        private static String withoutKind(String name) {
            return name.replaceFirst("^(GPU|MIG)-", "");
        }

        private static boolean isNumber(String name) {
            return name.matches("\\d{1,4}");
        }
    }
}
