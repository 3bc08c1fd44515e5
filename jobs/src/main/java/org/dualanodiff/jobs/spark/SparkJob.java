package org.dualanodiff.jobs.spark;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.api.java.function.Function2;
import org.dualanodiff.pipeline.store.ObjectStore;
import scala.collection.Iterator;
import scala.collection.immutable.Range;
import scala.reflect.ClassTag;
import scala.runtime.AbstractFunction2;
import scala.runtime.BoxedUnit;

/**
 * A job of Spark's: some tasks, one partition each. Any number of threads run theirs at once.
 *
 * @param step of the run, the job group's name, such as {@code train}
 * @param text for people: what Spark's UI, event log and progress call it
 */
public record SparkJob(JavaSparkContext spark, String step, String text) {

    /** Local property of Spark that carries what a thread's jobs are for. */
    public static final String UNIT = "dualanodiff.unit";

    private static final int NAMED = 4;

    /** @return what became of the tasks, in their order */
    public <T, R> List<R> run(List<T> tasks, Function<T, R> work) {
        return tasks.isEmpty() ? List.of() : collect(spark.parallelize(tasks, tasks.size()), work);
    }

    /**
     * As {@link #run}, each task with a store that is opened for it.
     *
     * @param store its address
     */
    public <T, R> List<R> onStore(String store, List<T> tasks, Function2<ObjectStore, T, R> work) {
        return run(tasks, task -> {
            try (ObjectStore opened = Machine.ofSpark().open(store)) {
                return work.call(opened, task);
            }
        });
    }

    /** As {@link #run}, with a GPU for each task where there are any. */
    public <T, R> List<R> onGpus(List<T> tasks, Function<T, R> work) {
        return tasks.isEmpty() ? List.of() : collect(onGpus(tasks), work);
    }

    /**
     * As {@link #onGpus(List, Function)}.
     *
     * @param ended is told of each task and what became of it as soon as that is known, on a thread of Spark's: so that is not
     *     lost with a job that Spark gives up
     */
    public <T, R> void onGpus(List<T> tasks, Function<T, R> work, BiConsumer<T, R> ended) {
        if (!tasks.isEmpty()) {
            collect(onGpus(tasks), work, (i, result) -> ended.accept(tasks.get(i), result));
        }
    }

    private <T> JavaRDD<T> onGpus(List<T> tasks) {
        return GpuTask.on(spark.parallelize(tasks, tasks.size()));
    }

    @SuppressWarnings("unchecked") // an array of whatever comes
    private <T, R> List<R> collect(JavaRDD<T> tasks, Function<T, R> work) {
        R[] results = (R[]) new Object[tasks.getNumPartitions()];
        collect(tasks, work, (i, result) -> results[i] = result);
        return Arrays.asList(results);
    }

    @SuppressWarnings("unchecked") // the tag is of whatever comes
    private <T, R> void collect(JavaRDD<T> tasks, Function<T, R> work, BiConsumer<Integer, R> ended) {
        spark.setJobGroup(step, text, true);
        ClassTag<R> any = (ClassTag<R>) ClassTag.Any();
        Range all = new Range.Exclusive(0, tasks.getNumPartitions(), 1);
        spark.sc().runJob(tasks.rdd(), new OneTask<>(work), all, new Ended<>(ended), any);
    }

    /** Called on the driver. */
    private static final class Ended<R> extends AbstractFunction2<Object, R, BoxedUnit> {
        private final BiConsumer<Integer, R> each;

        Ended(BiConsumer<Integer, R> each) {
            this.each = each;
        }

        @Override
        public BoxedUnit apply(Object partition, R result) {
            each.accept((Integer) partition, result);
            return BoxedUnit.UNIT;
        }
    }

    /**
     * What {@code tasks.map(work).collect()} does. Lambdas, of which that has several, Spark reads the byte code of at each job, and
     * that took two thirds of what a unit costs the driver; a class it takes as it is.
     */
    private static final class OneTask<T, R> extends AbstractFunction2<TaskContext, Iterator<T>, R>
            implements Serializable {
        private static final long serialVersionUID = 1L;

        private final Function<T, R> work;

        OneTask(Function<T, R> work) {
            this.work = work;
        }

        @Override
        public R apply(TaskContext context, Iterator<T> tasks) {
            try {
                return work.call(tasks.next());
            } catch (Exception e) {
                throw SparkJob.<RuntimeException>asIs(e);
            }
        }
    }

    /** Scala's functions declare nothing that they throw. */
    @SuppressWarnings("unchecked")
    private static <E extends Exception> E asIs(Exception thrown) throws E {
        throw (E) thrown;
    }

    /** {@code cloth/hole, cloth/stain and 3 more}: what they are called, each once. */
    public static String named(Stream<?> things) {
        List<String> names = things.map(Object::toString).distinct().toList();
        String first = names.stream().limit(NAMED).collect(Collectors.joining(", "));
        int more = names.size() - NAMED;
        return more > 0 ? "%s and %d more".formatted(first, more) : first;
    }
}
