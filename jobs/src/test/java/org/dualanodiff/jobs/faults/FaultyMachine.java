package org.dualanodiff.jobs.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;
import org.apache.spark.executor.ExecutorExitCode;
import org.dualanodiff.jobs.spark.NativeTask;

/**
 * A machine that fails as it is told: the file {@code plan} of a folder has a line for each fault, {@code STAGE UNIT GPU
 * ACTION}, the first three as regular expressions. What tasks began is noted in the file {@code calls} beside it, as {@code
 * STAGE UNIT GPU ACTION}. As a plugin of Spark it is in the driver and in every executor.
 */
public final class FaultyMachine implements NativeTask.Hook, SparkPlugin {

    private static final String FOLDER = "spark.faults";
    private static final String NO_GPU = "none";

    /** Settings of a run on such machines. */
    public static List<String> settings(Path folder) {
        return List.of(
                "spark.conf.spark.plugins=" + FaultyMachine.class.getName(),
                "spark.conf.%s=%s".formatted(FOLDER, folder));
    }

    @Override
    public DriverPlugin driverPlugin() {
        return new DriverPlugin() {
            @Override
            public Map<String, String> init(SparkContext spark, PluginContext context) {
                install(context);
                return Map.of();
            }
        };
    }

    @Override
    public ExecutorPlugin executorPlugin() {
        return new ExecutorPlugin() {
            @Override
            public void init(PluginContext context, Map<String, String> fromDriver) {
                install(context);
            }
        };
    }

    private static void install(PluginContext context) {
        System.setProperty(PROPERTY, FaultyMachine.class.getName());
        System.setProperty(FOLDER, context.conf().get(FOLDER));
    }

    /** @param faults lines of the plan */
    public static void plan(Path folder, String... faults) throws IOException {
        Files.createDirectories(folder);
        Files.write(folder.resolve("plan"), Arrays.asList(faults));
        Files.write(folder.resolve("calls"), List.of());
    }

    /** What tasks began since the plan was made. */
    static List<String> calls(Path folder) {
        try {
            return Files.readAllLines(folder.resolve("calls"));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void at(String stage, String unit) throws Exception {
        Path folder = Path.of(System.getProperty(FOLDER));
        List<String> call = List.of(stage, unit, gpu());
        String action = Files.readAllLines(folder.resolve("plan")).stream()
                .map(line -> Arrays.asList(line.split(" ", 4)))
                .filter(line -> matches(line, call))
                .map(line -> line.get(3))
                .findFirst()
                .orElse("go");
        Files.writeString(
                folder.resolve("calls"),
                call.stream().collect(Collectors.joining(" ")) + " " + action + "\n",
                StandardOpenOption.APPEND);
        act(action, Files.readAllLines(folder.resolve("calls")));
    }

    private static String gpu() {
        TaskContext task = TaskContext.get();
        return task == null || !task.resourcesJMap().containsKey("gpu")
                ? NO_GPU
                : task.resourcesJMap().get("gpu").addresses()[0];
    }

    private static boolean matches(List<String> line, List<String> call) {
        for (int i = 0; i < call.size(); i++) {
            if (!Pattern.matches(line.get(i), call.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static void act(String action, List<String> calls) throws Exception {
        switch (action.split(" ")[0]) {
            case "go" -> {}
            case "vanish" -> {
                if (calls.stream().filter(call -> call.endsWith(action)).count()
                        <= Long.parseLong(action.split(" ")[1])) {
                    // What Spark takes for the machine's fault, not the task's.
                    Runtime.getRuntime().halt(ExecutorExitCode.HEARTBEAT_FAILURE());
                }
            }
            case "halt" -> Runtime.getRuntime().halt(139);
            case "segv" -> segv();
            case "engine" -> throw engineException();
            case "sleep" -> Thread.sleep(Long.parseLong(action.split(" ")[1]));
            default -> throw new IllegalArgumentException(action);
        }
    }

    private static void segv() throws Exception {
        String self = String.valueOf(ProcessHandle.current().pid());
        new ProcessBuilder("kill", "-SEGV", self).start().waitFor();
        Thread.sleep(60_000);
    }

    private static Exception engineException() {
        return new ai.djl.engine.EngineException("CUDA error: uncorrectable ECC error encountered");
    }
}
