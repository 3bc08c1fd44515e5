package org.dualanodiff.jobs.spark;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.SparkConf;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.resource.ResourceInformation;
import org.apache.spark.resource.ResourceProfile;
import org.apache.spark.resource.ResourceProfileBuilder;
import org.apache.spark.resource.TaskResourceRequests;

/** Which device the running Spark task computes on. */
public final class GpuTask {

    /** GPUs of one task of training, generation or evaluation; all other tasks have none. */
    static final String AMOUNT = "spark.dualanodiff.task.gpu.amount";

    private static final String GPU = "gpu";

    /** Each makes executors' slots of its own, so the same is taken again. */
    private static final Map<String, ResourceProfile> PROFILES = new ConcurrentHashMap<>();

    private GpuTask() {}

    /**
     * @param setting {@code compute.device}: {@code auto} takes the GPU that Spark gave the task, else the CPU; {@code
     *     cuda} insists on one; {@code cpu} and {@code cuda:N} are taken as they are
     * @throws IllegalStateException if a GPU is insisted on and Spark gave none
     */
    public static String device(String setting) {
        return device(setting, TaskContext.get().resourcesJMap());
    }

    /** Has the tasks that follow hold what {@link SparkSessions} keeps for work with the model: a GPU where there are any. */
    static <T> JavaRDD<T> on(JavaRDD<T> tasks) {
        SparkConf conf = tasks.context().getConf();
        String amount = conf.get(AMOUNT, "");
        return amount.isEmpty()
                ? tasks
                : tasks.withResources(PROFILES.computeIfAbsent(
                        amount, gpus -> profile(conf.getInt("spark.task.cpus", 1), Double.parseDouble(gpus))));
    }

    private static ResourceProfile profile(int cpus, double gpus) {
        return new ResourceProfileBuilder()
                .require(new TaskResourceRequests().cpus(cpus).resource(GPU, gpus))
                .build();
    }

    /** Whether Spark gave the running task a GPU, be it computed on or not. */
    static boolean isHeld() {
        return isGiven(TaskContext.get().resourcesJMap());
    }

    /** The address of the GPU that Spark gave a task, as the cluster knows it; empty if it gave none. */
    static Optional<String> address(TaskContext task) {
        return address(task.resourcesJMap());
    }

    static Optional<String> address(Map<String, ResourceInformation> resources) {
        return isGiven(resources) ? Optional.of(resources.get(GPU).addresses()[0]) : Optional.empty();
    }

    private static boolean isGiven(Map<String, ResourceInformation> resources) {
        return resources.containsKey(GPU) && resources.get(GPU).addresses().length > 0;
    }

    static String device(String setting, Map<String, ResourceInformation> resources) {
        boolean given = isGiven(resources);
        if (given && (setting.equals("auto") || setting.equals("cuda"))) {
            return "cuda:" + GpuAddress.ofProcess().ordinal(resources.get(GPU).addresses()[0]);
        }
        if (setting.equals("cuda")) {
            throw new IllegalStateException(
                    "compute.device is cuda, but Spark gave this task no GPU; set spark.task.resource.gpu.amount=1 and"
                            + " spark.executor.resource.gpu.amount");
        }
        return setting.equals("auto") ? "cpu" : setting;
    }
}
