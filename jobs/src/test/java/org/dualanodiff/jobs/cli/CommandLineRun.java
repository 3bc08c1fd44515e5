package org.dualanodiff.jobs.cli;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.config.ConfigLoader;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.store.ObjectStore;

/** One run of the command line in this process. */
public record CommandLineRun(int exit, String out, String err) {

    /** A base model of random weights. */
    public static final Path TINY_BASE =
            Path.of(System.getProperty("project.root"), "model-core/src/test/golden/tiny-sd");

    /** Settings of a run of that base, as quick as one can be. */
    public static final List<String> TINY_RUN = List.of(
            "base-model=" + TINY_BASE,
            "resolution=32",
            "training.steps=2",
            "training.batch-size=1",
            "training.rank=2",
            "generation.batch-size=2",
            "generation.sampler=ddim",
            "generation.steps=1",
            "generation.guidance-scale=1",
            "compute.device=cpu",
            "compute.threads=1",
            // Such a base draws nothing that the gate would let pass.
            "quality.enabled=false");

    /** Arguments with settings behind them, of which later ones count. */
    @SafeVarargs
    public static List<String> with(List<String> arguments, List<String>... settings) {
        List<String> all = new ArrayList<>(arguments);
        for (List<String> some : settings) {
            some.forEach(setting -> all.addAll(List.of("--set", setting)));
        }
        return all;
    }

    /** A command of {@link #TINY_RUN}. */
    @SafeVarargs
    public static CommandLineRun ofTiny(List<String> command, List<String>... settings) {
        return of(with(with(command, TINY_RUN), settings));
    }

    /** What a command takes from the settings of {@link #TINY_RUN} and more, of which later ones count. */
    @SafeVarargs
    public static PipelineConfig tinyConfig(List<String>... settings) {
        List<String> all = new ArrayList<>(TINY_RUN);
        for (List<String> some : settings) {
            all.addAll(some);
        }
        return ConfigLoader.load(Optional.empty(), all, Map.of(), new Properties());
    }

    /** Settings that give these properties to the Hadoop of a run. */
    public static List<String> hadoopSettings(Map<String, String> properties) {
        return properties.entrySet().stream()
                .map(entry -> "spark.conf.spark.hadoop." + entry.getKey() + "=" + entry.getValue())
                .toList();
    }

    /** A command about a store. */
    public static CommandLineRun onStore(Path store, String... arguments) {
        return of(Stream.concat(Stream.of(arguments), Stream.of("--store", store.toString()))
                .toList());
    }

    public static CommandLineRun of(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exit = DualAnoDiffCommand.run(new PrintWriter(out), new PrintWriter(err), arguments);
        return new CommandLineRun(exit, out.toString(), err.toString());
    }

    public static CommandLineRun of(List<String> arguments) {
        return of(arguments.toArray(String[]::new));
    }

    /** A file that holds one object of JSON, such as a record in a store. */
    public static JsonObject read(Path file) {
        try {
            return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the run has left, by the address in its last line. */
    public JsonObject manifest() {
        return read(ObjectStore.localPath(json().get("manifest").getAsString()).orElseThrow());
    }

    /** The last line of standard output. */
    public JsonObject json() {
        List<String> lines = out.lines().toList();
        return JsonParser.parseString(lines.get(lines.size() - 1)).getAsJsonObject();
    }

    public int count(String name) {
        return json().get(name).getAsInt();
    }
}
