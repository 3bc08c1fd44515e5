package org.dualanodiff.pipeline.evaluate;

import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.config.EvaluationConfig;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.dataset.Dataset;
import org.dualanodiff.pipeline.dataset.Dataset.GoodImages;
import org.dualanodiff.pipeline.dataset.DefectSet;

/**
 * What an evaluation consists of.
 *
 * @param categories the real images
 * @param arms one task a category, arm and seed
 * @param generation one task a category, defect and run of generated pairs
 * @param runs whose generated pairs are used
 */
public record EvaluationPlan(
        List<CategoryData> categories,
        List<EvaluateArm.Task> arms,
        List<MeasureGenerated.Task> generation,
        Set<String> runs) {

    /**
     * The configuration's seed is that of the first detector of each arm; the others follow.
     *
     * @param runId the run that {@code generated} without a name means
     * @throws org.dualanodiff.pipeline.UserError if the list of twins cannot be read or names what is no test image
     */
    public static EvaluationPlan of(PipelineConfig whole, Dataset dataset, String runId) {
        EvaluationConfig config = whole.evaluation();
        int defects = config.budget().defects();
        List<Arm> arms = config.arms().stream()
                .map(name -> Arm.parse(name).fitting(defects))
                .toList();
        List<CategoryData> categories = categories(whole, dataset);
        Set<List<String>> pools = arms.stream()
                .flatMap(arm -> arm.sources().stream())
                .filter(source -> source.kind() == Arm.Kind.GENERATED)
                .map(source -> source.runsOr(runId))
                .collect(Collectors.toCollection(LinkedHashSet::new));
        Set<String> runs = pools.stream().flatMap(List::stream).collect(Collectors.toCollection(TreeSet::new));
        return new EvaluationPlan(
                categories,
                armTasks(config, arms, categories, runId, whole.seeds().adapters()),
                generationTasks(config, categories, pools),
                runs);
    }

    private static List<CategoryData> categories(PipelineConfig config, Dataset dataset) {
        String file = config.evaluation().twins();
        TwinList twins = file.isBlank() ? TwinList.NONE : TwinList.load(Path.of(file));
        twins.requireTestImages(dataset, config.dataset());
        return dataset.goodBesideDefects().stream()
                .map(good -> category(good, dataset, twins.of(good.category())))
                .toList();
    }

    private static CategoryData category(GoodImages good, Dataset dataset, Set<String> twins) {
        List<DefectSet> sets = dataset.sets().stream()
                .filter(set -> set.category().equals(good.category()))
                .toList();
        return new CategoryData(good.category(), sets, good, twins);
    }

    private static List<EvaluateArm.Task> armTasks(
            EvaluationConfig config, List<Arm> arms, List<CategoryData> categories, String runId, long seed) {
        List<EvaluateArm.Task> tasks = new ArrayList<>();
        for (CategoryData category : categories) {
            for (Arm arm : arms) {
                for (int i = 0; i < config.seeds(); i++) {
                    tasks.add(new EvaluateArm.Task(arm, seed + i, i == 0, category, runId, config.budget()));
                }
            }
        }
        return tasks;
    }

    private static List<MeasureGenerated.Task> generationTasks(
            EvaluationConfig config, List<CategoryData> categories, Set<List<String>> pools) {
        List<MeasureGenerated.Task> tasks = new ArrayList<>();
        for (CategoryData category : categories) {
            for (DefectSet set : category.sets()) {
                pools.forEach(runs -> tasks.add(
                        new MeasureGenerated.Task(category, set.defect(), runs, config.budget(), config.networks())));
            }
        }
        return tasks;
    }

    /**
     * The real images of one category, split as its adapters' training was.
     *
     * @param twins test images, as {@code defect/name}, that show the same physical object as a training image
     */
    public record CategoryData(String category, List<DefectSet> sets, GoodImages good, Set<String> twins)
            implements Serializable {

        /** Stands for the defect of defect-free images. */
        static final String GOOD = "good";

        public CategoryData {
            sets = List.copyOf(sets);
            twins = Set.copyOf(twins);
        }

        UnitKey unit(String defect) {
            return new UnitKey(category, defect);
        }

        /** @param defect or {@link #GOOD} */
        boolean isTwin(String defect, String name) {
            return twins.contains(defect + "/" + name);
        }
    }
}
