package org.dualanodiff.pipeline;

import java.io.Serializable;

/**
 * Where the time of one task went, in seconds.
 *
 * @param queued from handing the work to Spark until the task began
 * @param loading base model, adapter, images and their latents, a checkpoint
 * @param working training steps, or pairs with their masks and verdicts
 * @param writing files, the store included
 * @param gpu for which the task held a GPU
 * @param device in words, such as {@code cpu()} or {@code gpu(0)}
 */
public record TaskTimes(double queued, double loading, double working, double writing, double gpu, String device)
        implements Serializable {

    /** Of work that nothing came of. */
    public static final TaskTimes NONE = new TaskTimes(0, 0, 0, 0, 0, "");

    /** Of the work itself; what lies around it is for {@link #within} to say. */
    public TaskTimes(double loading, double working, double writing, String device) {
        this(0, loading, working, writing, 0, device);
    }

    /** The same with what went before it, and all of it on a GPU if there was one. */
    public TaskTimes within(double queuedBefore, double loadingBefore, boolean holdsGpu) {
        double allLoading = loading + loadingBefore;
        boolean onGpu = holdsGpu || device.startsWith("gpu");
        return new TaskTimes(
                queuedBefore, allLoading, working, writing, onGpu ? allLoading + working + writing : 0, device);
    }
}
