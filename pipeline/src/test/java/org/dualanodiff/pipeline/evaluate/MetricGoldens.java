package org.dualanodiff.pipeline.evaluate;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.dualanodiff.model.checkpoint.SafetensorsFile;
import org.dualanodiff.model.checkpoint.TensorFile;
import org.dualanodiff.model.mask.Mask;

/** The metric cases below {@code golden.dir}: {@code metrics/README.md} there says what each holds. */
final class MetricGoldens {

    private static final Path FOLDER = Path.of(System.getProperty("project.root", ".."))
            .resolve(System.getProperty("golden.dir", "model-core/src/test/golden"))
            .resolve("metrics");

    private MetricGoldens() {}

    static List<String> cases(String file) {
        return List.copyOf(expected(file).keySet());
    }

    static JsonObject expected(String file, String name) {
        return expected(file).getAsJsonObject(name);
    }

    private static JsonObject expected(String file) {
        try (Reader reader = Files.newBufferedReader(FOLDER.resolve("expected_" + file + ".json"))) {
            return JsonParser.parseReader(reader).getAsJsonObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static SafetensorsFile inputs(String file) {
        return SafetensorsFile.open(FOLDER.resolve(file + ".safetensors"));
    }

    static List<ScoreMap> maps(String name) {
        SafetensorsFile file = inputs("case_" + name);
        long[] shape = file.tensor("scores").shape();
        int area = (int) (shape[1] * shape[2]);
        float[] scores = file.floats("scores");
        boolean[] masks = booleans(file, "masks");
        List<ScoreMap> maps = new ArrayList<>();
        for (int n = 0; n < shape[0]; n++) {
            float[] map = Arrays.copyOfRange(scores, n * area, (n + 1) * area);
            boolean[] mask = Arrays.copyOfRange(masks, n * area, (n + 1) * area);
            maps.add(new ScoreMap(map, new Mask((int) shape[2], (int) shape[1], mask)));
        }
        return maps;
    }

    static boolean[] booleans(SafetensorsFile file, String name) {
        ByteBuffer bytes = file.map(name);
        boolean[] values = new boolean[bytes.remaining()];
        for (int i = 0; i < values.length; i++) {
            values[i] = bytes.get(i) != 0;
        }
        return values;
    }

    static float[][] rows(SafetensorsFile file, String name) {
        float[] all = file.floats(name);
        int width = (int) file.tensor(name).shape()[1];
        return IntStream.range(0, all.length / width)
                .mapToObj(row -> Arrays.copyOfRange(all, row * width, (row + 1) * width))
                .toArray(float[][]::new);
    }

    static double[][] doubleRows(SafetensorsFile file, String name) {
        TensorFile.Info info = file.tensor(name);
        double[][] rows = new double[(int) info.shape()[0]][(int) info.shape()[1]];
        var values = file.map(name).asDoubleBuffer();
        for (double[] row : rows) {
            values.get(row);
        }
        return rows;
    }

    static int[][] indexRows(SafetensorsFile file, String name) {
        int width = (int) file.tensor(name).shape()[1];
        long[] all = new long[(int) file.tensor(name).elements()];
        file.map(name).asLongBuffer().get(all);
        return IntStream.range(0, all.length / width)
                .mapToObj(row -> IntStream.range(0, width)
                        .map(i -> (int) all[row * width + i])
                        .toArray())
                .toArray(int[][]::new);
    }

    static Optional<Double> number(JsonObject object, String key) {
        JsonElement value = object.get(key);
        return value.isJsonNull() ? Optional.empty() : Optional.of(value.getAsDouble());
    }

    static double[] doubles(JsonArray array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToDouble(JsonElement::getAsDouble)
                .toArray();
    }

    static int[] ints(JsonArray array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToInt(JsonElement::getAsInt)
                .toArray();
    }
}
