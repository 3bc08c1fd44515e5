package org.dualanodiff.model.golden;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.base.ModelDirectory;
import org.dualanodiff.model.torch.Compute;

/** The folder of reference numbers: system property {@code golden.dir}, relative to the project if not absolute. */
public final class Golden {

    private static final Path FOLDER = Path.of(System.getProperty("project.root", ".."))
            .resolve(System.getProperty("golden.dir", "model-core/src/test/golden"));

    private Golden() {}

    public static Path path(String name) {
        return FOLDER.resolve(name);
    }

    public static GoldenTensors tensors(String name) {
        return GoldenTensors.open(path(name));
    }

    public static JsonObject json(String name) {
        try (Reader reader = Files.newBufferedReader(path(name))) {
            return JsonParser.parseReader(reader).getAsJsonObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A folder or file of numbers that are small, and belong to one test: beside the test classes, whatever {@code golden.dir} is. */
    public static Path resource(String name) {
        try {
            return Path.of(Golden.class.getResource("/" + name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** The tiny model that the numbers were made with. */
    public static ModelDirectory model() {
        return ModelDirectory.open(path("tiny-sd"));
    }

    /** That model on the CPU, loaded once for all tests of a JVM; it is nobody's to close. */
    public static BaseModel base() {
        return Loaded.BASE;
    }

    private static final class Loaded {
        private static final BaseModel BASE = BaseModel.load(model(), Compute.CPU);
    }
}
