package org.dualanodiff.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.spark.sql.SparkSession;
import org.dualanodiff.jobs.Main;
import org.dualanodiff.jobs.run.AugmentRun;
import org.dualanodiff.jobs.run.AugmentRun.Stages;
import org.dualanodiff.jobs.run.RunReport;
import org.dualanodiff.jobs.s3.DriverProcess;
import org.dualanodiff.jobs.spark.SparkSessions;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.procedural.SampleDataset;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people and machines see of a run: one with Spark's UI open, and what can be told from it afterwards. */
@Tag("slow")
class WatchingTest {

    private static final String PLUGIN =
            "metrics_dualanodiff_driver_plugin_org_dualanodiff_jobs_metrics_RunMetricsPlugin_";

    @TempDir
    private static Path shared;

    @TempDir
    private Path folder;

    private static RunReport.Summary summary;
    private static String metrics;
    private static String executors;
    private static JsonArray jobs;

    @BeforeAll
    static void runWithTheUiOpen() throws Exception {
        SampleDataset.write(shared.resolve("data"), 1, new SampleDataset.Size(2, 1, 6), List.of("cloth"));
        PipelineConfig config = CommandLineRun.tinyConfig(
                settings(shared.resolve("store")),
                List.of("spark.conf.spark.ui.enabled=true", "spark.conf.spark.ui.port=0"));
        try (SparkSession spark = SparkSessions.open(config, "augment")) {
            summary = new AugmentRun(spark, config, new PrintWriter(new StringWriter())).run(Stages.ALL);
            String ui = spark.sparkContext().uiWebUrl().get();
            metrics = get(ui + "/metrics/prometheus");
            executors = get(ui + "/metrics/executors/prometheus");
            jobs = JsonParser.parseString(get(
                            ui + "/api/v1/applications/" + spark.sparkContext().applicationId() + "/jobs"))
                    .getAsJsonArray();
        }
    }

    @Test
    void metrics_ofRun_areThoseOfItsSummary() {
        assertThat(metric("run_trainingSteps_Count")).isEqualTo(8);
        assertThat(metric("run_trainingSteps_MeanRate")).isPositive();
        assertThat(metric("run_pairs_Count")).isEqualTo(summary.generated()).isEqualTo(4);
        assertThat(metric("run_pairs_MeanRate")).isPositive();
        assertThat(metric("run_accepted_Value")).isEqualTo(summary.accepted());
        assertThat(metric("run_rejected_Value")).isEqualTo(summary.rejected());
        assertThat(metric("run_failed_Value")).isEqualTo(summary.failed()).isZero();
        assertThat(metric("run_gpuSeconds_Value")).isEqualTo(summary.gpuSeconds());
        assertThat(metric("executor_trainingSteps_Value")).isEqualTo(8);
        assertThat(executors).contains("metrics_executor_");
    }

    @Test
    void jobs_inSparksUi_sayWhatIsDoneForWhichDefects() {
        List<String> described = new ArrayList<>();
        for (JsonElement job : jobs) {
            assertThat(job.getAsJsonObject().keySet()).as(job.toString()).contains("jobGroup", "description");
            described.add(text(job, "jobGroup") + ": " + text(job, "description"));
        }
        assertThat(described)
                .contains(
                        "train: train cloth/hole: 4 steps",
                        "train: train cloth/stain: 4 steps",
                        "generate: generate 2 pairs of cloth/hole in 1 tasks",
                        "commit: write the pairs of cloth/hole",
                        "report: look at the samples of " + summary.runId());
    }

    @Test
    void manifest_ofRun_saysWhereTheTimeOfEachUnitWent() {
        JsonArray units = manifest().getAsJsonArray("units");
        assertThat(units).hasSize(2);
        for (JsonElement unit : units) {
            JsonObject timings = unit.getAsJsonObject().getAsJsonObject("timings");
            assertWork(timings.getAsJsonObject("training"), 4);
            assertWork(timings.getAsJsonObject("generation"), 2);
        }
    }

    private static void assertWork(JsonObject work, int done) {
        assertThat(work.get("tasks").getAsInt()).isEqualTo(1);
        assertThat(work.get("done").getAsInt()).isEqualTo(done);
        Stream.of("loading_seconds", "working_seconds", "writing_seconds", "per_second")
                .forEach(part ->
                        assertThat(work.get(part).getAsDouble()).as(part).isPositive());
        assertThat(work.get("per_second").getAsDouble())
                .isCloseTo(done / work.get("working_seconds").getAsDouble(), within(1e-9));
        assertThat(work.get("gpu_seconds").getAsDouble()).isZero();
        assertThat(work.getAsJsonArray("devices").get(0).getAsString()).isEqualTo("cpu()");
    }

    @Test
    void plan_ofLargerRun_isEstimatedFromTheOneBefore() throws IOException {
        CommandLineRun plan =
                command("plan", shared.resolve("store"), "training.steps=40", "generation.samples-per-defect=50");
        assertThat(plan.exit()).as(plan.err()).isZero();
        JsonObject estimate = estimate(plan);
        JsonObject total = estimate.getAsJsonObject("total");
        assertThat(total.get("steps").getAsInt()).isEqualTo(80);
        assertThat(total.get("pairs").getAsInt()).isEqualTo(100);
        JsonObject pace = estimate.getAsJsonObject("training");
        assertThat(pace.get("run").getAsString()).isEqualTo(summary.runId());
        double seconds = 2 * pace.get("task_seconds").getAsDouble()
                + 80 / pace.get("per_second").getAsDouble();
        assertThat(total.get("training_hours").getAsDouble()).isCloseTo(seconds / 3600, within(1e-9));
        double measured = Files.walk(shared.resolve("store/samples"))
                .filter(file -> file.toString().endsWith(".parquet"))
                .mapToLong(file -> file.toFile().length())
                .sum();
        assertThat(total.get("bytes").getAsDouble()).isGreaterThan(measured / 4 * 100);
        assertThat(plan.err())
                .contains("expected for cloth/hole: ", "expected in all: ", "CPU hours", "80 steps, 100 pairs")
                .contains("by run " + summary.runId());
    }

    @Test
    void plan_inStoreWithoutRuns_saysThatThereIsNoEstimate() {
        CommandLineRun plan = command("plan", folder.resolve("empty"));
        assertThat(plan.exit()).as(plan.err()).isZero();
        assertThat(plan.err()).contains("expected in all: unknown", "no estimate for training: no finished run");
        JsonObject total = estimate(plan).getAsJsonObject("total");
        assertThat(total.has("training_hours")).isFalse();
        assertThat(total.get("steps").getAsInt()).isEqualTo(8);

        CommandLineRun dryRun = command("augment --dry-run", folder.resolve("empty"));
        assertThat(dryRun.err().lines().toList().subList(0, 5))
                .isEqualTo(plan.err().lines().toList().subList(0, 5));
        assertThat(dryRun.json().get("status").getAsString()).isEqualTo("planned");
        assertThat(dryRun.json().getAsJsonObject("estimate")).isEqualTo(estimate(plan));
        assertThat(folder.resolve("empty")).doesNotExist();
    }

    private static JsonObject estimate(CommandLineRun plan) {
        return plan.json().getAsJsonObject("estimate");
    }

    @Test
    void rerun_withLogFile_writesJsonThereKeepsTimingsAndSpeaksToPeople() throws IOException {
        Path log = folder.resolve("night.log");
        CommandLineRun rerun;
        try {
            rerun = command("augment", shared.resolve("store"), "log.format=json", "log.file=" + log);
        } finally {
            Configurator.reconfigure();
        }
        assertThat(rerun.exit()).as(rerun.err()).isZero();
        assertThat(rerun.err()).contains("complete: 0 adapters trained, 2 reused");
        List<JsonObject> events = events(Files.readAllLines(log));
        assertThat(events)
                .anySatisfy(event -> assertThat(event.get("msg").getAsString()).startsWith("complete: 0 adapters"));
        assertThat(contexts(events, "run_id")).contains(summary.runId());
        manifest_ofRun_saysWhereTheTimeOfEachUnitWent();
    }

    @Test
    void run_withJsonLog_writesNothingButJson() throws Exception {
        List<String> arguments = new ArrayList<>(List.of(
                "-Dai.djl.offline=true",
                "-Dlog4j2.configurationFile=classpath:org/dualanodiff/jobs/embedded-log4j2.properties",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "augment",
                "--log-format",
                "json"));
        DriverProcess driver = DriverProcess.startJava(
                folder.resolve("driver"),
                Map.of(),
                CommandLineRun.with(arguments, CommandLineRun.TINY_RUN, settings(folder.resolve("store"))));
        assertThat(driver.exit(Duration.ofMinutes(5))).as(driver.log()).isZero();
        List<String> lines = driver.log().lines().toList();
        List<JsonObject> events = events(lines);
        assertThat(contexts(events, "unit")).contains("cloth/hole", "cloth/stain");
        String run = driver.json().get("run_id").getAsString();
        assertThat(contexts(events, "run_id")).containsOnly(run).hasSizeGreaterThan(4);
        assertThat(events).anySatisfy(event -> {
            assertThat(event.get("logger").getAsString()).isEqualTo("console");
            assertThat(event.get("msg").getAsString()).contains("cloth/hole: step 4/4");
        });
    }

    @Test
    void run_interrupted_saysSoInOneLineAndRecordsIt() throws Exception {
        String reason = "run night was interrupted; what is finished is kept, and the same command goes on from there";
        assertEndsWith(reason, "augment", "step 2/100000", "training.steps=100000", "run.id=night");
        assertThat(Files.readString(folder.resolve("store/runs/night/result.json")))
                .contains(reason);
    }

    @Test
    void evaluation_interrupted_saysSoInOneLine() throws Exception {
        assertEndsWith(
                "evaluate was interrupted",
                "evaluate",
                "step 10/1000000",
                "evaluate.steps=1000000",
                "evaluate.arms=[real]");
    }

    /** Terminates a command after a line of its log. */
    private void assertEndsWith(String error, String command, String line, String... more) throws Exception {
        DriverProcess driver = DriverProcess.start(
                folder.resolve("driver"),
                Map.of(),
                CommandLineRun.with(
                        List.of(command), CommandLineRun.TINY_RUN, settings(folder.resolve("store")), List.of(more)));
        driver.awaitLine(line);
        driver.handle().destroy();
        assertThat(driver.exit(Duration.ofMinutes(2))).as(driver.log()).isEqualTo(143);
        assertThat(driver.log().lines())
                .filteredOn(said -> said.startsWith("error: "))
                .containsExactly("error: " + error);
        assertThat(driver.log()).doesNotContain("\tat ");
    }

    /** Every line must be one. */
    private static List<JsonObject> events(List<String> lines) {
        assertThat(lines).isNotEmpty();
        List<JsonObject> events = lines.stream()
                .map(line -> JsonParser.parseString(line).getAsJsonObject())
                .toList();
        assertThat(events).allSatisfy(event -> assertThat(event.keySet()).contains("ts", "level", "logger", "msg"));
        return events;
    }

    private static List<String> contexts(List<JsonObject> events, String key) {
        return events.stream()
                .filter(event -> event.has("context"))
                .map(event -> event.getAsJsonObject("context"))
                .filter(context -> context.has(key))
                .map(context -> context.get(key).getAsString())
                .toList();
    }

    private static CommandLineRun command(String command, Path store, String... more) {
        return CommandLineRun.ofTiny(List.of(command.split(" ")), settings(store), List.of(more));
    }

    /** Over those of {@link CommandLineRun#TINY_RUN}. */
    private static List<String> settings(Path store) {
        return List.of(
                "dataset.root=" + shared.resolve("data"),
                "dataset.defects=[hole, stain]",
                "training.steps=4",
                "training.log-every=2",
                "generation.samples-per-defect=2",
                "store=" + store);
    }

    private static double metric(String name) {
        Matcher line =
                Pattern.compile("(?m)^" + PLUGIN + name + "\\{[^}]*} (\\S+)$").matcher(metrics);
        assertThat(line.find()).as("%s in %s", name, metrics).isTrue();
        return Double.parseDouble(line.group(1));
    }

    private static JsonObject manifest() {
        return CommandLineRun.read(Path.of(URI.create(summary.manifest())));
    }

    private static String text(JsonElement object, String key) {
        return object.getAsJsonObject().get(key).getAsString();
    }

    private static String get(String address) throws IOException, InterruptedException {
        HttpResponse<String> response = HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NORMAL)
                .build()
                .send(HttpRequest.newBuilder(URI.create(address)).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).as(address).isEqualTo(200);
        return response.body();
    }
}
