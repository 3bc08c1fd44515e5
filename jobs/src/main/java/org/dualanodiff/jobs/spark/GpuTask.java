package org.dualanodiff.jobs.spark;

import java.util.Map;
import java.util.Optional;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;

/** Which device the running Spark task computes on. */
public final class GpuTask {

    private static final String GPU = "gpu";

    private GpuTask() {}

    /**
     * @param setting {@code compute.device}: {@code auto} takes the GPU that Spark gave the task, else the CPU; {@code
     *     cuda} insists on one; {@code cpu} and {@code cuda:N} are taken as they are
     * @throws IllegalStateException if a GPU is insisted on and Spark gave none
     */
    public static String device(String setting) {
        return device(setting, TaskContext.get().resourcesJMap());
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
