package org.dualanodiff.model.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TorchLibraryTest {

    private static final String BUILT_FOR = TorchLibrary.builtFor();

    @TempDir
    private Path folder;

    @Test
    void bridge_isInTheJarForTheFlavorThatIsAskedFor() {
        assertThat(BUILT_FOR).matches("\\d+\\.\\d+\\.\\d+");
        assertThat(getClass().getResource("/jnilib/linux-x86_64/" + TorchLibrary.CUDA_FLAVOR + "/libdjl_torch.so"))
                .isNotNull();
    }

    @Test
    void noVariables_leaveTheJarsOwnLibraryForCpusAlone() {
        TorchLibrary library = TorchLibrary.of(Map.of(), true);

        assertThat(library.problems("cpu")).isEmpty();
        assertThat(library.problems("cuda:0"))
                .containsExactly("PYTORCH_LIBRARY_PATH is not set, and the libtorch in the jar is for CPUs alone");
        assertThat(library.isTaken()).isFalse();
        assertThat(library.shown().values()).containsOnlyNulls();
    }

    @Test
    void folder_thatDoesNotExist_isNamed() {
        TorchLibrary library = at(folder.resolve("nowhere"));

        assertThat(library.problems("cuda"))
                .singleElement()
                .asString()
                .contains("PYTORCH_LIBRARY_PATH is " + folder.resolve("nowhere"), "does not exist on this machine");
        assertThat(library.isTaken()).isFalse();
    }

    @Test
    void folder_withoutLibtorch_isNamed() {
        assertThat(at(folder).problems("cuda"))
                .singleElement()
                .asString()
                .contains(folder.toString(), "there is no libtorch.so");
    }

    @Test
    void folder_ofAnotherVersion_isToldByVersionFile() throws IOException {
        TorchLibrary library = at(installed("2.6.0a0+df5bbc09d1.nv24.12", "12.6", true));

        assertThat(library.problems("cuda"))
                .singleElement()
                .asString()
                .contains("holds PyTorch 2.6.0a0+df5bbc09d1.nv24.12", "made for " + BUILT_FOR);
        assertThat(library.isTaken()).isFalse();
    }

    @Test
    void folder_thatDoesNotTellItsVersion_isTakenAtTheVariablesWord() throws IOException {
        Path lib = libraries(true);

        assertThat(at(lib).problems("cuda")).singleElement().asString().contains("set PYTORCH_VERSION=" + BUILT_FOR);
        assertThat(of(lib, Map.of("PYTORCH_VERSION", BUILT_FOR)).problems("cuda"))
                .isEmpty();
        assertThat(of(lib, Map.of("PYTORCH_VERSION", "2.5.1")).problems("cuda"))
                .singleElement()
                .asString()
                .contains("PYTORCH_VERSION says PyTorch 2.5.1");
    }

    @Test
    void folder_ofLibtorchsOwnArchive_isToldByBuildVersion() throws IOException {
        Path lib = libraries(true);
        Files.writeString(folder.resolve("torch/build-version"), "2.5.1+cu124\n");

        assertThat(at(lib).problems("cuda")).singleElement().asString().contains("holds PyTorch 2.5.1+cu124");
    }

    @Test
    void folder_forCpus_isNoLibraryForCuda() throws IOException {
        TorchLibrary library = at(installed(BUILT_FOR + "+cpu", "None", false));

        assertThat(library.problems("cuda:1")).singleElement().asString().contains("no libtorch_cuda.so");
        assertThat(library.isTaken()).isTrue();
        assertThat(library.shown()).containsEntry("PYTORCH_FLAVOR", "cpu");
    }

    @Test
    void folder_forAnotherCuda_isRefused() throws IOException {
        assertThat(at(installed(BUILT_FOR + "+cu118", "11.8", true)).problems("cuda"))
                .singleElement()
                .asString()
                .contains("CUDA 11.8");
    }

    @Test
    void rightFolder_withForeignVersionAndFlavor_isTakenAndShownAsWhatItIs() throws IOException {
        Path lib = installed(BUILT_FOR + "+cu126", "12.6", true);
        TorchLibrary library =
                of(lib, Map.of("PYTORCH_VERSION", "2.6.0a0+df5bbc09d1", "PYTORCH_FLAVOR", "cu126-precxx11"));

        assertThat(library.problems("cuda:0")).isEmpty();
        assertThat(library.shown())
                .containsEntry("PYTORCH_LIBRARY_PATH", lib.toString())
                .containsEntry("PYTORCH_VERSION", BUILT_FOR)
                .containsEntry("PYTORCH_FLAVOR", TorchLibrary.CUDA_FLAVOR);
    }

    @Test
    void searchPath_withTheLibraryInItsSecondPlace_findsIt() throws IOException {
        Path lib = installed(BUILT_FOR, "12.8", true);
        String path = folder.resolve("nowhere") + File.pathSeparator + lib.resolve("libtorch.so");

        assertThat(TorchLibrary.of(Map.of("PYTORCH_LIBRARY_PATH", path), true).problems("cuda"))
                .isEmpty();
    }

    @Test
    void folder_behindALink_isToldByWhatLiesBesideItsTarget() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("torch-lib"), installed("2.5.1", "12.4", true));

        assertThat(at(link).problems("cuda")).singleElement().asString().contains("holds PyTorch 2.5.1");
    }

    @Test
    void machineWithoutDriver_takesNoLibraryForCuda() throws IOException {
        Path lib = installed(BUILT_FOR, "12.8", true);
        TorchLibrary library = TorchLibrary.of(Map.of("PYTORCH_LIBRARY_PATH", lib.toString()), false);

        assertThat(library.problems("cuda")).containsExactly("this machine shows no NVIDIA driver");
        assertThat(library.problems("cpu")).isEmpty();
        assertThat(library.isTaken()).isFalse();
    }

    @Test
    void foreignVariables_onACpu_areNotUsedAndSaidOnce() throws Exception {
        Path lib = installed("2.6.0a0+df5bbc09d1", "12.6", true);

        String output = output(Map.of(
                "PYTORCH_LIBRARY_PATH", lib.toString(),
                "PYTORCH_VERSION", "2.6.0a0+df5bbc09d1",
                "PYTORCH_FLAVOR", "cu126"));

        assertThat(output).contains("doubled: 6.5").containsOnlyOnce("the libtorch in the jar computes");
        assertThat(output).contains("holds PyTorch 2.6.0a0+df5bbc09d1");
    }

    @Test
    void versionOfAnImageAlone_onACpu_isNotUsed() throws Exception {
        assertThat(output(Map.of("PYTORCH_VERSION", "2.6.0a0+df5bbc09d1"))).contains("doubled: 6.5");
    }

    /** What a process says that computes on the CPU, with these variables in its environment. */
    private static String output(Map<String, String> variables) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-opens=java.base/java.util=ALL-UNNAMED",
                "-Dai.djl.offline=true",
                "-cp",
                System.getProperty("java.class.path"),
                Doubled.class.getName()));
        ProcessBuilder process = new ProcessBuilder(command).redirectErrorStream(true);
        process.environment().keySet().removeIf(name -> name.startsWith("PYTORCH_"));
        process.environment().putAll(variables);
        Process started = process.start();
        String output = new String(started.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(started.waitFor(1, TimeUnit.MINUTES)).isTrue();
        return output;
    }

    /** Doubles a number on the CPU. */
    static final class Doubled {
        public static void main(String[] arguments) {
            try (TensorScope scope = TensorScope.open()) {
                var number = Tensors.of(new float[] {3.25f}, Devices.named("cpu"), 1);
                System.out.println("doubled: " + Tensors.floats(Operators.combine(1, number, 1, number))[0]);
            }
        }
    }

    private TorchLibrary at(Path lib) {
        return of(lib, Map.of());
    }

    private TorchLibrary of(Path lib, Map<String, String> more) {
        Map<String, String> variables = new HashMap<>(more);
        variables.put("PYTORCH_LIBRARY_PATH", lib.toString());
        return TorchLibrary.of(variables, true);
    }

    /** An installed PyTorch, as far as one sees it without loading it. */
    private Path installed(String version, String cuda, boolean forCuda) throws IOException {
        Path lib = libraries(forCuda);
        Files.writeString(lib.resolveSibling("version.py"), """
                from typing import Optional

                __all__ = ['__version__', 'debug', 'cuda', 'git_version', 'hip']
                __version__ = '%s'
                debug = False
                cuda: Optional[str] = %s
                git_version = 'e2d141dbde55c2a4370fac5165b0561b6af4798b'
                """.formatted(
                        version, cuda.equals("None") ? cuda : "'" + cuda + "'"));
        return lib;
    }

    private Path libraries(boolean forCuda) throws IOException {
        Path lib = Files.createDirectories(folder.resolve("torch/lib"));
        Files.createFile(lib.resolve("libtorch.so"));
        if (forCuda) {
            Files.createFile(lib.resolve("libtorch_cuda.so"));
        }
        return lib;
    }
}
