package org.dualanodiff.jobs.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.dualanodiff.jobs.preflight.Preflight;
import org.dualanodiff.jobs.run.AblationRun;
import org.dualanodiff.jobs.run.EvaluationRun;
import org.dualanodiff.jobs.spark.SparkSessions;
import org.dualanodiff.pipeline.config.PipelineConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "ablate",
        footer = {
            "bin/dualanodiff ablate --config conf/local.conf --variant whole= \\",
            "    --variant cold=training.init=cold"
        },
        description = {
            "Runs the main job in several variants and prints one table of what their pairs are worth.",
            "Variants: the whole method; no-interaction (without SAIM); shared-lora (one LoRA for both branches); background"
                    + " (with background compensation, where the object is told from its ground); rare-tokens (the paper's prompts). Give --variant for others.",
            "Each variant is a run ID-NAME of the store; run again, it continues."
        })
final class AblateCommand extends ConsoleCommand {

    private static final Map<String, List<String>> PAPER = paper();

    @Mixin
    private Options.OfConfig options;

    @Option(
            names = "--id",
            paramLabel = "ID",
            description = "What the runs' names begin with. Default: ${DEFAULT-VALUE}.")
    private String id = "ablation";

    @Option(
            names = "--variant",
            paramLabel = "NAME=KEY=VALUE[;KEY=VALUE]",
            description = "A variant instead of the usual ones, such as attention=mask.method=attention. Repeatable.")
    private List<String> given = new ArrayList<>();

    @Option(
            names = "--evaluate",
            description = "Also train a detector on the pairs of each variant alone, as evaluate does. Takes longer.")
    private boolean evaluate;

    @Mixin
    private Options.OfComparison network;

    @Mixin
    private Submission submission;

    private static Map<String, List<String>> paper() {
        Map<String, List<String>> variants = new LinkedHashMap<>();
        variants.put("whole", List.of());
        variants.put("no-interaction", List.of("training.interaction=false"));
        variants.put("shared-lora", List.of("training.shared-lora=true"));
        variants.put("background", List.of("background.mode=auto"));
        variants.put("rare-tokens", List.of("prompt.global=a vfx with sks", "prompt.anomaly=sks"));
        return variants;
    }

    @Override
    public Integer call() throws Exception {
        Map<String, PipelineConfig> variants = new LinkedHashMap<>();
        (given.isEmpty() ? PAPER : parsed()).forEach((name, sets) -> variants.put(name, config(name, sets)));
        return submission.record(variants.values().iterator().next(), () -> run(variants));
    }

    private int run(Map<String, PipelineConfig> variants) throws IOException {
        for (PipelineConfig variant : variants.values()) {
            Preflight.require(variant, true, stderr());
        }
        PipelineConfig first = variants.values().iterator().next();
        try (SparkSession spark = SparkSessions.open(first, name())) {
            AblationRun.Outcome outcome = new AblationRun(spark, variants, network.side, network.steps, stderr()).run();
            boolean partial = outcome.partial();
            if (evaluate) {
                partial |= evaluate(spark, outcome.runs()).partial();
            }
            stdout().println(Console.json(outcome));
            return partial ? ExitCode.PARTIAL : ExitCode.DONE;
        }
    }

    private PipelineConfig config(String name, List<String> sets) {
        List<String> all = new ArrayList<>(sets);
        all.add("run.id=" + id + "-" + name);
        return options.load(all);
    }

    private EvaluationRun.Summary evaluate(SparkSession spark, List<String> runs) throws IOException {
        List<String> arms =
                runs.stream().map(run -> "\"generated@" + run + "\"").toList();
        // No arm has real defects, so there is no loss to allow.
        PipelineConfig config = options.load(List.of(
                "run.id=" + runs.get(0), "evaluate.arms=[" + String.join(", ", arms) + "]", "evaluate.allowed-loss=1"));
        return new EvaluationRun(spark, config, stderr()).run();
    }

    private Map<String, List<String>> parsed() {
        Map<String, List<String>> variants = new LinkedHashMap<>();
        for (String variant : given) {
            int name = variant.indexOf('=');
            if (name < 1) {
                throw refused("--variant %s: expected NAME=KEY=VALUE, or NAME= for nothing changed".formatted(variant));
            }
            String sets = variant.substring(name + 1);
            List<String> before =
                    variants.put(variant.substring(0, name), sets.isEmpty() ? List.of() : List.of(sets.split(";")));
            if (before != null) {
                throw refused("--variant %s: there is another one of that name".formatted(variant));
            }
        }
        return variants;
    }
}
