package org.dualanodiff.jobs.cli;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.dualanodiff.jobs.spark.Machine;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.export.TableCatalog;
import org.dualanodiff.pipeline.export.TableCatalog.TableName;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.upkeep.CollectGarbage;
import org.dualanodiff.pipeline.upkeep.CollectGarbage.Garbage;
import org.dualanodiff.pipeline.upkeep.CollectGarbage.GarbageResult;
import org.dualanodiff.pipeline.upkeep.GarbageRules;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "gc",
        footer = "bin/dualanodiff gc --store work/store --older-than 7d --keep-runs 30",
        description = {
            "Shows what nobody needs any more in a store, and deletes it with --delete.",
            "Remains of broken writes and merges, checkpoints of published adapters, and, when they are old, trainings, staged"
                    + " samples and runs that were given up, results of detectors, evaluations of runs that are gone, findings in"
                    + " images. Finished runs, versions of data sets, snapshots of tables and adapters go only with the"
                    + " option of their own, and never what a run, a version or a snapshot that stays refers to."
        })
final class GcCommand extends ConsoleCommand {

    private static final Pattern AGE = Pattern.compile("([1-9]\\d{0,4})([hdw])");
    private static final Map<String, Duration> UNITS =
            Map.of("h", Duration.ofHours(1), "d", Duration.ofDays(1), "w", Duration.ofDays(7));

    @Mixin
    private Options.OfStore options;

    @Option(names = "--delete", description = "Delete it. Without this nothing is changed.")
    private boolean delete;

    @Option(
            names = "--older-than",
            paramLabel = "AGE",
            defaultValue = "30d",
            description =
                    "How old something must be that may still be of use: days (30d), weeks (4w) or hours (36h), at least a"
                            + " day. Default: ${DEFAULT-VALUE}.")
    private String age;

    @Option(
            names = "--keep-runs",
            paramLabel = "N",
            description =
                    "Also delete finished runs older than --older-than, except the N newest and those that a version of"
                            + " a published data set, or a snapshot, that stays refers to.")
    private Integer keepRuns;

    @Option(
            names = "--keep-versions",
            paramLabel = "N",
            description = "Also delete versions of published data sets that were replaced longer ago than --older-than,"
                    + " except the N newest of each.")
    private Integer keepVersions;

    @Option(
            names = "--keep-snapshots",
            paramLabel = "N",
            description =
                    "Also delete snapshots of the Iceberg tables that were published to, where the next one is older"
                            + " than --older-than, except the N newest of each table. Catalogs are set as for publish.")
    private Integer keepSnapshots;

    @Option(
            names = "--keep-table-runs",
            paramLabel = "N",
            description =
                    "Also take the rows of runs appended longer ago than --older-than out of these tables, except the N"
                            + " runs appended last; that is one snapshot more.")
    private Integer keepTableRuns;

    @Option(
            names = "--unused-adapters",
            description =
                    "Also delete published adapters older than --older-than that no run or version that stays names,"
                            + " except those that the settings given would use, whose images are looked at for that.")
    private boolean unusedAdapters;

    @Mixin
    private Options.OfJson json;

    @Override
    public Integer call() {
        GarbageRules rules = GarbageRules.olderThan(age());
        rules = keepRuns == null ? rules : rules.keepRuns(atLeast(0, "--keep-runs", keepRuns));
        rules = keepVersions == null ? rules : rules.keepVersions(atLeast(1, "--keep-versions", keepVersions));
        rules = keepSnapshots == null ? rules : rules.keepSnapshots(atLeast(1, "--keep-snapshots", keepSnapshots));
        rules = keepTableRuns == null ? rules : rules.keepTableRuns(atLeast(1, "--keep-table-runs", keepTableRuns));
        PipelineConfig config = options.load();
        rules = unusedAdapters ? rules.keepAdaptersOf(adaptersInForce(config)) : rules;
        Map<String, String> spark = config.spark().conf();
        try (ObjectStore store = options.open(config)) {
            CollectGarbage garbage = new CollectGarbage(store, rules, Instant.now(), name -> catalog(name, spark));
            GarbageResult result = delete ? garbage.delete() : garbage.find();
            json.print(stdout(), result, lines(result));
            return ExitCode.DONE;
        }
    }

    private Duration age() {
        Matcher matcher = AGE.matcher(age);
        Duration duration = matcher.matches()
                ? UNITS.get(matcher.group(2)).multipliedBy(Long.parseLong(matcher.group(1)))
                : Duration.ZERO;
        if (duration.compareTo(UNITS.get("d")) < 0) {
            throw refused("--older-than must be a day or more, such as 30d, 4w or 36h, was " + age);
        }
        return duration;
    }

    private static TableCatalog catalog(TableName name, Map<String, String> spark) {
        return TableCatalog.open(
                name,
                name.propertiesIn(Machine.propertiesBeforeSpark(spark)),
                Machine.of(spark).hadoop());
    }

    /** As a run of these settings would find them now. */
    private Set<AdapterId> adaptersInForce(PipelineConfig config) {
        if (!options.hasSettings()) {
            throw refused("--unused-adapters needs the settings that are in force: give --config or --set");
        }
        return Set.copyOf(Machine.of(config.spark().conf()).inputs(config).adapters());
    }

    private static List<String> lines(GarbageResult result) {
        Stream<String> found = result.garbage().stream().map(Garbage::line);
        Stream<String> left = result.skipped().stream().map(skipped -> "left, it is in use again: " + skipped.line());
        return Stream.of(found, left, result.amounts().stream(), Stream.of(result.sentence()))
                .flatMap(lines -> lines)
                .toList();
    }
}
