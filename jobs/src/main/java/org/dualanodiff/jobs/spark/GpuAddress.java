package org.dualanodiff.jobs.spark;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.dualanodiff.model.torch.CudaDriver;
import org.dualanodiff.model.torch.Devices.DeviceException;

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
        if (!isNumber(address)) {
            return place(address, seen.stream().map(CudaDriver.Gpu::uuid).toList());
        }
        int number = Integer.parseInt(address);
        return number < machine.size()
                ? place(
                        machine.get(number),
                        seen.stream().map(CudaDriver.Gpu::uuid).toList())
                : OptionalInt.empty();
    }

    /** Where the list of what is visible has the address; CUDA numbers by that list. */
    private int withinVisible(String address) {
        List<String> visible = Arrays.stream(environment.get(VISIBLE).split(","))
                .map(String::strip)
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
