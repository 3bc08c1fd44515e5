package org.dualanodiff.jobs.preflight;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.dualanodiff.jobs.spark.JvmCheck;
import org.dualanodiff.jobs.spark.Machine;
import org.dualanodiff.jobs.spark.SparkSessions;
import org.dualanodiff.model.torch.CudaDriver;
import org.dualanodiff.model.torch.Devices;
import org.dualanodiff.model.torch.TorchLibrary;
import org.dualanodiff.pipeline.UserError;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.StoreProbe;

/**
 * Looks at this machine, part by part, whatever is wrong with another one. Unlike {@link Preflight}, which lets a run begin or
 * not, it shows also what is right, and what works but could be better.
 */
public final class Doctor {

    private static final String DEVICE = "cuda:0";
    private static final Runtime.Version FIRST_JAVA = Runtime.Version.parse("17.0.11");
    private static final double GIB = 1 << 30;

    /** What the smallest of models takes beside the heap. */
    private static final long LEAST_NATIVE = 1L << 30;

    /** Where a task writes no more than this, a run of the built-in base still works. */
    private static final long LEAST_TEMPORARY = 1L << 29;

    private final PipelineConfig config;
    private final Machine machine;
    private final boolean embedded = SparkSessions.isEmbedded();

    public Doctor(PipelineConfig config) {
        this.config = config;
        this.machine = Machine.of(config.spark().conf());
    }

    /** How a part is. */
    public enum State {
        OK,
        /** It works, but not as well as it could, or not for everybody. */
        WARN,
        /** A run fails by it. */
        BAD
    }

    /**
     * What was found of one part.
     *
     * @param advice what to do; empty where there is nothing to do
     */
    public record Finding(State state, String part, String found, String advice) {

        static Finding ok(String part, String found) {
            return new Finding(State.OK, part, found, "");
        }

        static Finding of(State state, String part, List<String> problems) {
            return new Finding(state, part, String.join("; ", problems), "");
        }

        public String line() {
            return String.format(
                    Locale.ROOT,
                    "%-5s %-8s %s%s",
                    state.name().toLowerCase(Locale.ROOT),
                    part,
                    found,
                    advice.isEmpty() ? "" : ": " + advice);
        }
    }

    /** Every part of this machine in one finding, the store last, which may take half a minute. */
    public List<Finding> examine() {
        List<Finding> findings = new ArrayList<>();
        findings.add(java());
        findings.add(locale(System.getProperty("sun.jnu.encoding")));
        findings.add(heap());
        findings.add(memory());
        findings.add(cores());
        findings.add(temporaryFolder());
        findings.add(library());
        findings.add(gpu());
        findings.add(spark());
        findings.add(store());
        return findings;
    }

    private static Finding java() {
        Runtime.Version version = Runtime.version();
        String found =
                "%s of %s, %s".formatted(version, System.getProperty("java.vendor"), System.getProperty("java.home"));
        return version.compareTo(FIRST_JAVA) >= 0
                ? Finding.ok("java", found)
                : new Finding(State.WARN, "java", found, "install %s or newer".formatted(FIRST_JAVA));
    }

    /** @param encoding in which Java reads and writes the names of files */
    static Finding locale(String encoding) {
        String found = "names of files are in " + encoding;
        return "UTF-8".equals(encoding)
                ? Finding.ok("locale", found)
                : new Finding(
                        State.BAD,
                        "locale",
                        found + ", so images whose names have other letters are not found",
                        "set LC_ALL=C.UTF-8, as bin/dualanodiff does where it starts Java itself");
    }

    private Finding heap() {
        List<String> problems = JvmCheck.ofHeap(embedded);
        return problems.isEmpty()
                ? Finding.ok("heap", gib(Runtime.getRuntime().maxMemory()))
                : Finding.of(State.BAD, "heap", problems);
    }

    /** That of a container, where there is a limit. */
    private Finding memory() {
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        long all = system.getTotalMemorySize();
        long left = all - Runtime.getRuntime().maxMemory();
        String found = "%s in all, %s free".formatted(gib(all), gib(system.getFreeMemorySize()));
        return left >= LEAST_NATIVE
                ? Finding.ok("memory", found)
                : new Finding(
                        State.WARN,
                        "memory",
                        found
                                + "; the heap leaves %s to the model, which is beside it"
                                        .formatted(gib(Math.max(0, left))),
                        "make the heap smaller, or the container's limit larger");
    }

    private Finding cores() {
        int cores = Runtime.getRuntime().availableProcessors();
        int threads = config.compute().threads();
        String found = "%d, of which a task computes with %d".formatted(cores, threads);
        return threads <= cores
                ? Finding.ok("cores", found)
                : new Finding(State.WARN, "cores", found, "set compute.threads to %d or less".formatted(cores));
    }

    private Finding temporaryFolder() {
        Path folder = Path.of(System.getProperty("java.io.tmpdir"));
        List<String> problems = JvmCheck.ofTemporaryFolder(embedded, folder, LEAST_TEMPORARY);
        return problems.isEmpty()
                ? Finding.ok("files", "%s has %s free for temporary files".formatted(folder, free(folder)))
                : Finding.of(State.BAD, "files", problems);
    }

    private static String free(Path folder) {
        try {
            return gib(Files.getFileStore(folder).getUsableSpace());
        } catch (IOException unknown) {
            return "unknown space";
        }
    }

    private static Finding library() {
        List<String> problems = Devices.compute("cpu");
        if (!problems.isEmpty()) {
            return Finding.of(State.BAD, "library", problems);
        }
        TorchLibrary library = TorchLibrary.ofProcess();
        return library.unused()
                .map(unused -> Finding.of(State.WARN, "library", List.of(unused)))
                .orElseGet(() -> Finding.ok("library", library.describe() + " computes"));
    }

    /** A GPU that does not compute is bad only where the settings want one. */
    private Finding gpu() {
        String wanted = config.compute().device();
        boolean isWanted = wanted.startsWith("cuda");
        List<CudaDriver.Gpu> gpus = CudaDriver.ofMachine().map(CudaDriver::gpus).orElse(List.of());
        if (gpus.isEmpty() && !isWanted) {
            return Finding.ok("gpu", "none, the CPU computes");
        }
        List<String> problems = Devices.compute(isWanted ? wanted : DEVICE);
        String found = gpus.stream().map(CudaDriver.Gpu::toString).collect(Collectors.joining("; "));
        return problems.isEmpty()
                ? Finding.ok("gpu", found + " computes")
                : Finding.of(isWanted ? State.BAD : State.WARN, "gpu", problems);
    }

    /** One that does not fit is refused before any command. */
    private Finding spark() {
        String version = org.apache.spark.package$.MODULE$.SPARK_VERSION();
        return Finding.ok(
                "spark",
                embedded
                        ? "%s in this process, %s"
                                .formatted(version, config.spark().master())
                        : "%s of %s"
                                .formatted(
                                        version,
                                        Optional.ofNullable(System.getenv("SPARK_HOME"))
                                                .orElse("spark-submit")));
    }

    private Finding store() {
        try {
            machine.require("store", config.store());
            StoreProbe.requireWritable("store", config.store());
            if (ObjectStore.localPath(config.store()).isEmpty()) {
                try (ObjectStore store = machine.open(config.store())) {
                    writeAndDelete(store);
                }
            }
            return Finding.ok("store", "%s can be read and written".formatted(config.store()));
        } catch (UserError e) {
            return Finding.of(State.BAD, "store", e.problems());
        }
    }

    /** Under the name of an unfinished write, which {@code gc} clears away if this process dies in between. */
    private static void writeAndDelete(ObjectStore store) {
        String key = ".tmp-doctor-" + UUID.randomUUID();
        store.write(key, new byte[] {'\n'});
        store.delete(key);
    }

    private static String gib(long bytes) {
        return String.format(Locale.ROOT, "%.1f GiB", bytes / GIB);
    }
}
