package org.dualanodiff.model.torch;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The libtorch that this process computes with: the jar's own, for CPUs alone, or that of an installed PyTorch, to which
 * environment variables point.
 *
 * <p>DJL follows the variables without asking. Where the folder holds no libtorch it takes the jar's own or downloads one, and
 * another version ends the process by a missing symbol. So the folder is looked at before anything is loaded, and DJL is
 * shown what fits, or nothing.
 */
public final class TorchLibrary {

    /** The folder with {@code libtorch_cuda.so}; several may be given, as in a search path. */
    public static final String PATH = "PYTORCH_LIBRARY_PATH";

    static final String VERSION = "PYTORCH_VERSION";
    static final String FLAVOR = "PYTORCH_FLAVOR";

    /** The one build for CUDA that DJL's bridge in the jar is made for; it binds no library of CUDA itself. */
    static final String CUDA_FLAVOR = "cu128";

    private static final String CPU_FLAVOR = "cpu";
    private static final String CUDA_MAJOR = "12";
    private static final String TORCH = System.mapLibraryName("torch");
    private static final String TORCH_CUDA = System.mapLibraryName("torch_cuda");
    private static final Pattern LINE = Pattern.compile("(?m)^(__version__|cuda)\\b[^=\n]*= *'([^']*)'");
    private static final Logger LOG = LoggerFactory.getLogger(TorchLibrary.class);

    private final Map<String, String> variables;
    private final boolean driver;
    private final Optional<Path> folder;

    private TorchLibrary(Map<String, String> variables, boolean driver) {
        this.variables = variables;
        this.driver = driver;
        this.folder =
                places().map(TorchLibrary::holder).flatMap(Optional::stream).findFirst();
    }

    /** By the variables of this process; nothing is loaded. */
    public static TorchLibrary ofProcess() {
        return OfProcess.LIBRARY;
    }

    private static TorchLibrary read() {
        Map<String, String> variables = new LinkedHashMap<>();
        for (String name : List.of(PATH, VERSION, FLAVOR)) {
            Optional.ofNullable(System.getenv(name))
                    .or(() -> Optional.ofNullable(System.getProperty(name)))
                    .ifPresent(value -> variables.put(name, value));
        }
        return of(variables, CudaDriver.isInstalled());
    }

    /** @param driver whether this machine has a driver for GPUs */
    static TorchLibrary of(Map<String, String> variables, boolean driver) {
        Map<String, String> given = new LinkedHashMap<>(variables);
        given.values().removeIf(String::isBlank);
        return new TorchLibrary(given, driver);
    }

    /** The version of PyTorch that DJL's bridge in the jar is made for, such as 2.7.1. */
    public static String builtFor() {
        try (InputStream file = TorchLibrary.class.getResourceAsStream("/jnilib/pytorch.properties")) {
            Properties properties = new Properties();
            properties.load(file);
            return properties.getProperty("jni_version").replaceFirst("-.*", "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Stream<Path> places() {
        return Stream.of(variables.getOrDefault(PATH, "").split(File.pathSeparator))
                .filter(place -> !place.isBlank())
                .map(Path::of);
    }

    /** As DJL looks for it: the folder, or the file itself. */
    private static Optional<Path> holder(Path place) {
        if (Files.isRegularFile(place.resolve(TORCH))) {
            return Optional.of(place.toAbsolutePath());
        }
        return Files.isRegularFile(place) && place.endsWith(TORCH)
                ? Optional.of(place.toAbsolutePath().getParent())
                : Optional.empty();
    }

    /**
     * What keeps a device from computing with this library, each in words for a person; empty if nothing is seen that does.
     *
     * @param device {@code cpu}, {@code cuda} or {@code cuda:N}; a CPU computes with the jar's own library in any case
     */
    public List<String> problems(String device) {
        if (device.equals(CPU_FLAVOR)) {
            return List.of();
        }
        List<String> problems = new ArrayList<>(unfit());
        if (!variables.containsKey(PATH)) {
            problems.add(PATH + " is not set, and the libtorch in the jar is for CPUs alone");
        } else if (folder.isPresent() && !isForCuda()) {
            problems.add("%s holds a PyTorch for CPUs alone: there is no %s".formatted(folder.get(), TORCH_CUDA));
        }
        said("cuda")
                .filter(cuda -> !cuda.startsWith(CUDA_MAJOR + "."))
                .ifPresent(cuda -> problems.add(
                        "%s is made for CUDA %s, not for CUDA %s".formatted(folder.get(), cuda, CUDA_MAJOR)));
        if (!driver) {
            problems.add("this machine shows no NVIDIA driver");
        }
        return problems;
    }

    /** What keeps any device from computing with the library that the variables point to. */
    private List<String> unfit() {
        List<String> problems = new ArrayList<>();
        String builtFor = builtFor();
        if (folder.isEmpty()) {
            places().map(TorchLibrary::missing).forEach(problems::add);
            return problems;
        }
        Optional<String> found = said("__version__");
        String version =
                found.or(() -> Optional.ofNullable(variables.get(VERSION))).orElse("");
        if (version.isEmpty()) {
            problems.add("%s does not tell its version; if it is PyTorch %s, set %s=%s"
                    .formatted(folder.get(), builtFor, VERSION, builtFor));
        } else if (!version.split("[+-]")[0].equals(builtFor)) {
            problems.add("%s PyTorch %s, and this program is made for %s"
                    .formatted(found.isPresent() ? folder.get() + " holds" : VERSION + " says", version, builtFor));
        }
        return problems;
    }

    private static String missing(Path place) {
        return Files.exists(place)
                ? "%s is %s, where there is no %s".formatted(PATH, place, TORCH)
                : "%s is %s, which does not exist on this machine".formatted(PATH, place);
    }

    private boolean isForCuda() {
        return Files.isRegularFile(folder.get().resolve(TORCH_CUDA));
    }

    /** What the installation tells of itself: {@code torch/version.py} of a Python package, {@code build-version} of a libtorch. */
    private Optional<String> said(String key) {
        if (folder.isEmpty() || folder.get().getParent() == null) {
            return Optional.empty();
        }
        Path root = folder.get().resolve("..");
        Optional<String> build = text(root.resolve("build-version")).map(String::strip);
        return key.equals("__version__") && build.isPresent()
                ? build
                : text(root.resolve("version.py")).flatMap(text -> value(text, key));
    }

    private static Optional<String> value(String python, String key) {
        Matcher line = LINE.matcher(python);
        while (line.find()) {
            if (line.group(1).equals(key)) {
                return Optional.of(line.group(2));
            }
        }
        return Optional.empty();
    }

    private static Optional<String> text(Path file) {
        try {
            return Files.isRegularFile(file)
                    ? Optional.of(Files.readString(file, StandardCharsets.UTF_8))
                    : Optional.empty();
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }

    /** Whether the library of the variables is taken, rather than the jar's own. */
    boolean isTaken() {
        // A build for CUDA links to the driver, so where there is none the jar's own computes.
        return folder.isPresent() && unfit().isEmpty() && (driver || !isForCuda());
    }

    /** What DJL must see for each of its variables; null for nothing. */
    Map<String, String> shown() {
        Map<String, String> shown = new LinkedHashMap<>();
        shown.put(PATH, isTaken() ? folder.get().toString() : null);
        shown.put(VERSION, isTaken() ? builtFor() : null);
        shown.put(FLAVOR, isTaken() ? isForCuda() ? CUDA_FLAVOR : CPU_FLAVOR : null);
        return shown;
    }

    /** Shows DJL what fits. To be called before DJL loads a library, once in a process. */
    void settle() {
        unused().ifPresent(LOG::warn);
        shown().forEach(DjlVariables::show);
    }

    /** That the library of the variables is not used, and why, if there are such variables and it is not. */
    public Optional<String> unused() {
        return isTaken() || variables.isEmpty()
                ? Optional.empty()
                : Optional.of("%s not used, for %s: the libtorch in the jar computes, on the CPU"
                        .formatted(named(), String.join("; ", reasons())));
    }

    private List<String> reasons() {
        List<String> reasons = unfit();
        if (!variables.containsKey(PATH)) {
            reasons.add(PATH + " is not set");
        } else if (reasons.isEmpty()) {
            reasons.add("this machine shows no NVIDIA driver");
        }
        return reasons;
    }

    /** The library in words: where it is, version, flavor, and the variables that say so. */
    public String describe() {
        if (folder.isEmpty()) {
            return "the jar's own (%s, cpu)%s".formatted(builtFor(), variables.isEmpty() ? "" : "; " + named());
        }
        return "%s (%s, %s); %s"
                .formatted(
                        folder.get(),
                        said("__version__").orElse("version unknown"),
                        isForCuda() ? "CUDA " + said("cuda").orElse("version unknown") : CPU_FLAVOR,
                        named());
    }

    private String named() {
        return variables.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining(" "));
    }

    /** As it was at first: what DJL is shown changes what one can read of the environment. */
    private static final class OfProcess {
        private static final TorchLibrary LIBRARY = read();
    }

    /** What to set, for CUDA. */
    static String advice() {
        return "set %s to the folder torch/lib of an installed PyTorch %s for CUDA 12 (with %s=%s and %s=%s, or neither), or compute.device=cpu"
                .formatted(PATH, builtFor(), VERSION, builtFor(), FLAVOR, CUDA_FLAVOR);
    }
}
