package org.dualanodiff.jobs.spark;

import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.dataset.InspectImage;
import org.dualanodiff.pipeline.dataset.InspectImage.Finding;
import org.dualanodiff.pipeline.dataset.InspectImage.Task;
import org.dualanodiff.pipeline.dataset.KnownFindings;
import org.dualanodiff.pipeline.store.ObjectStore;

/** Looks at images of a data set: many on the cluster, few here. */
public record InspectImagesJob(JavaSparkContext spark, DatasetFiles files) implements InspectImage.Many {

    /** A task of Spark's costs as much as some images. */
    private static final int OF_A_TASK = 64;

    private static final int FEW = 4 * OF_A_TASK;

    /**
     * Looks at those that were not looked at before.
     *
     * @param store where it is kept what was found
     * @param root of the data set
     * @param keeps whether the store may be written to
     */
    public static InspectImage.Many ofUnknown(
            JavaSparkContext spark, ObjectStore store, String root, boolean keeps, DatasetFiles files) {
        return new KnownFindings(store, root, keeps, new InspectImagesJob(spark, files));
    }

    @Override
    public List<Finding> inspect(List<Task> tasks) {
        if (tasks.size() <= FEW) {
            return InspectImage.Many.here(files).inspect(tasks);
        }
        JobText.set(spark, "inspect", "look at %d images".formatted(tasks.size()));
        return spark.parallelize(tasks, (tasks.size() + OF_A_TASK - 1) / OF_A_TASK)
                .mapPartitions(new Inspection())
                .collect();
    }

    private record Inspection() implements FlatMapFunction<Iterator<Task>, Finding> {
        @Override
        public Iterator<Finding> call(Iterator<Task> tasks) {
            InspectImage inspect = new InspectImage(new DatasetFiles(HadoopProperties.configuration()));
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    return tasks.hasNext();
                }

                @Override
                public Finding next() {
                    return inspect.run(tasks.next());
                }
            };
        }
    }
}
