package org.dualanodiff.pipeline.store;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import org.dualanodiff.pipeline.UnitKey;

/**
 * Where everything lies in a store, as keys for {@link ObjectStore}:
 *
 * <pre>
 * adapters/CATEGORY/DEFECT/FINGERPRINT/{pytorch_lora_weights.safetensors, provenance.json, checkpoints/step-N/,
 *                                       training.json, sheets/step-N.png}
 * samples/run=RUN/category=CATEGORY/defect=DEFECT/pairs-*.parquet
 * staging/run=RUN/category=CATEGORY/defect=DEFECT/pairs-*.parquet
 * runs/RUN/{run.json, manifest.json, earlier.json, units/CATEGORY/DEFECT.json, good/CATEGORY.json, lease/NUMBER.json,
 *           commits/CATEGORY/DEFECT/NUMBER.json, attempts/CATEGORY/DEFECT/*.json, deaths/CATEGORY/DEFECT/NUMBER.json,
 *           quality/CATEGORY/DEFECT.json, real/CATEGORY/DEFECT.json, report.html, result.json, lineage.json,
 *           tasks/MOMENT.json}
 * datasets/NAME/{current.json, README.md, versions/NUMBER.json}
 * tables/NAME.json
 * evaluations/RUN/{evaluation.json, table.txt, cases-*.png}
 * detectors/FINGERPRINT/{result.json, cases.png}
 * inspected/DATASET/CATEGORY.json
 * submissions/NAME.json
 * </pre>
 *
 * <p>Names are escaped by {@link PathSegment}, so that Spark's partition discovery reads the true ones back. (Turn
 * {@code spark.sql.sources.partitionColumnTypeInference.enabled} off when reading: it would make a number of a defect
 * called {@code 007}.)
 */
public final class StoreLayout {
    /** The name under which diffusers looks for an adapter in a folder. */
    public static final String WEIGHTS_FILE = "pytorch_lora_weights.safetensors";

    public static final String PROVENANCE_FILE = "provenance.json";

    /** Folder of all runs. */
    public static final String RUNS = "runs";

    /** Folder of the names of tables that have files of the store. */
    public static final String TABLES = "tables";

    public static final String MANIFEST_FILE = "manifest.json";

    /** Folder of a training's states beside its adapter. */
    public static final String CHECKPOINTS = "checkpoints";

    /** Orders {@linkplain #datasetVersion versions} of one data set, the first one first; their numbers may outgrow six digits. */
    public static final Comparator<String> BY_VERSION =
            Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder());

    private static final DateTimeFormatter MOMENT =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss.SSS'Z'").withZone(ZoneOffset.UTC);

    /** The folder of all runs' tables. */
    public static final String SAMPLES = "samples";

    private StoreLayout() {}

    /** All adapters of a category. */
    static String adapters(String category) {
        return join("adapters", segment(category));
    }

    /** What was found in the images of a category; can be found again at any time. */
    public static String inspected(String datasetRoot, String category) {
        String dataset = Fingerprint.ofBytes(datasetRoot.getBytes(StandardCharsets.UTF_8))
                .shortHex();
        return join("inspected", dataset, segment(category) + ".json");
    }

    public static String adapter(AdapterId id) {
        return join(
                adapters(id.category()), segment(id.defect()), id.fingerprint().shortHex());
    }

    /** @param file the name recorded in the adapter's provenance, usually {@link #WEIGHTS_FILE} */
    public static String weights(AdapterId id, String file) {
        return join(adapter(id), file);
    }

    public static String provenance(AdapterId id) {
        return join(adapter(id), PROVENANCE_FILE);
    }

    /** Where the states of a training under way are kept, to go on from after a failure. */
    public static String checkpoints(AdapterId id) {
        return join(adapter(id), CHECKPOINTS);
    }

    public static String checkpoint(AdapterId id, int step) {
        return join(checkpoints(id), "step-" + step);
    }

    /** How the training of an adapter is going, or how it went. */
    public static String trainingCurve(AdapterId id) {
        return join(adapter(id), "training.json");
    }

    /** What an adapter draws after so many steps, as a PNG. */
    public static String sheet(AdapterId id, int step) {
        return join(adapter(id), "sheets", String.format(Locale.ROOT, "step-%06d.png", step));
    }

    /** The table of a run's samples, partitioned by category and defect. */
    public static String samples(String runId) {
        return join(SAMPLES, "run=" + segment(runId));
    }

    public static String samples(String runId, UnitKey unit) {
        return partition(samples(runId), unit);
    }

    /** Pairs of a run that wait for their place in {@link #samples}, a file a task. */
    public static String staging(String runId) {
        return join("staging", "run=" + segment(runId));
    }

    public static String staging(String runId, UnitKey unit) {
        return partition(staging(runId), unit);
    }

    /** Whether a key is that of a Parquet file that Spark's readers see: they pass over names that begin with a dot or an underscore. */
    public static boolean isSampleFile(String key) {
        return key.endsWith(".parquet")
                && Arrays.stream(key.split("/")).noneMatch(name -> name.startsWith("_") || name.startsWith("."));
    }

    /** Whether a file's name is one that commits list. */
    public static boolean isOfCommits(String key) {
        return key.substring(key.lastIndexOf('/') + 1).startsWith("pairs-");
    }

    /** What the pairs of each (category, defect) of a run are. */
    public static String commits(String runId) {
        return join(run(runId), "commits");
    }

    public static String commits(String runId, UnitKey unit) {
        return join(commits(runId), unit);
    }

    public static String commit(String runId, UnitKey unit, int number) {
        return join(commits(runId, unit), number + ".json");
    }

    /** Where tasks say that they are at work; one that is left speaks of a machine that died. */
    public static String attempts(String runId) {
        return join(run(runId), "attempts");
    }

    public static String attempts(String runId, UnitKey unit) {
        return join(attempts(runId), unit);
    }

    /** Executors that died at work on the units of a run. */
    public static String deaths(String runId) {
        return join(run(runId), "deaths");
    }

    public static String deaths(String runId, UnitKey unit) {
        return join(deaths(runId), unit);
    }

    public static String run(String runId) {
        return join(RUNS, segment(runId));
    }

    public static String runIdentity(String runId) {
        return join(run(runId), "run.json");
    }

    public static String manifest(String runId) {
        return join(run(runId), MANIFEST_FILE);
    }

    /** Where a run writes down which adapter each of its (category, defect) units uses. */
    public static String units(String runId) {
        return join(run(runId), "units");
    }

    /** Where a run writes down which good images of each category it uses. */
    public static String goodImages(String runId) {
        return join(run(runId), "good");
    }

    public static String goodImages(String runId, String category) {
        return join(goodImages(runId), segment(category) + ".json");
    }

    /** Where the drivers of a run write down which of them is at work. */
    public static String leases(String runId) {
        return join(run(runId), "lease");
    }

    static String lease(String runId, long number) {
        return join(leases(runId), String.format(Locale.ROOT, "%08d.json", number));
    }

    /** How the last command of a run ended. */
    public static String result(String runId) {
        return join(run(runId), "result.json");
    }

    /** From what a run was made, for catalogs of lineage. */
    public static String lineage(String runId) {
        return join(run(runId), "lineage.json");
    }

    /** How a command that was submitted under a name is doing, or ended. */
    public static String submission(String name) {
        return join("submissions", segment(name) + ".json");
    }

    /** How far the command at work on a run has got. */
    public static String status(String runId) {
        return join(run(runId), "status.json");
    }

    /** Where and when the tasks of a run's commands worked. */
    public static String tasks(String runId) {
        return join(run(runId), "tasks");
    }

    /** As {@link #tasks(String)}, of the command that started then; in the order of time. */
    public static String tasks(String runId, Instant started) {
        return join(tasks(runId), MOMENT.format(started) + ".json");
    }

    /** Whether a file of a run says what its drivers did, rather than what the run is or holds. */
    public static boolean isOfDrivers(String runId, String key) {
        return key.startsWith(leases(runId) + "/")
                || key.startsWith(tasks(runId) + "/")
                || key.startsWith(attempts(runId) + "/")
                || key.startsWith(deaths(runId) + "/")
                || key.equals(result(runId))
                || key.equals(status(runId))
                // Of a run; and of train, which has none, its page.
                || key.equals(report(runId));
    }

    /** With the pairs of which earlier runs those of a run are compared. */
    public static String earlier(String runId) {
        return join(run(runId), "earlier.json");
    }

    public static String unit(String runId, UnitKey unit) {
        return join(units(runId), unit) + ".json";
    }

    public static String quality(String runId) {
        return join(run(runId), "quality");
    }

    /** The limits that a run holds the pairs of a (category, defect) to. */
    public static String quality(String runId, UnitKey unit) {
        return join(quality(runId), unit) + ".json";
    }

    /** What consumers of a published data set read first. */
    public static String currentDataset(String name) {
        return join(dataset(name), "current.json");
    }

    /** One version of a published data set; never written again. */
    public static String datasetVersion(String name, int version) {
        return join(dataset(name), "versions", String.format(Locale.ROOT, "%06d.json", version));
    }

    /** The page about a published data set. */
    public static String datasetCard(String name) {
        return join(dataset(name), "README.md");
    }

    /** Whether a file in the folder of a published data set is one that publishing writes there. */
    public static boolean isOfDataset(String name, String key) {
        return key.equals(currentDataset(name))
                || key.equals(datasetCard(name))
                || key.substring(dataset(name).length()).matches("/versions/\\d+\\.json");
    }

    /** The folder of a published data set. */
    public static String dataset(String name) {
        return join("datasets", segment(name));
    }

    /** That a table has files of the store. */
    public static String table(String name) {
        return join(TABLES, segment(name) + ".json");
    }

    /** The page that shows a run to people. */
    public static String report(String runId) {
        return join(run(runId), "report.html");
    }

    public static String realPairs(String runId) {
        return join(run(runId), "real");
    }

    /** What the report shows of the real pairs of a (category, defect). */
    public static String realPairs(String runId, UnitKey unit) {
        return join(realPairs(runId), unit) + ".json";
    }

    private static String segment(String name) {
        return PathSegment.escape(name);
    }

    private static String join(String folder, UnitKey unit) {
        return join(folder, segment(unit.category()), segment(unit.defect()));
    }

    /** As Spark finds the columns of a table in the names of its folders. */
    private static String partition(String table, UnitKey unit) {
        return join(table, "category=" + segment(unit.category()), "defect=" + segment(unit.defect()));
    }

    private static String join(String... segments) {
        return String.join("/", segments);
    }
}
