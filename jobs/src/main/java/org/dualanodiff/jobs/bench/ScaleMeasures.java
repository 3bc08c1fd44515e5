package org.dualanodiff.jobs.bench;

import java.util.List;
import java.util.LongSummaryStatistics;

/**
 * What Spark and the store cost beside the model.
 *
 * @param stageSeconds to write the rows into files of the staging area, one a task
 * @param judgeSeconds to take in the tasks' verdicts
 * @param commitSeconds to write the table's files, with their SHA-256
 * @param recordSeconds to commit them and read the commits back
 * @param cpuSeconds of the driver's process in all of it; the executors' too where they live in it. On a busy machine this is
 *     what to believe
 * @param stagedBytes of all staged files
 * @param files bytes of each file of the table
 * @param heapMebibytes bound of the heap that the driver used; the executors' too where they live in it
 * @param heapLimitMebibytes what the driver's heap could grow to
 * @param residentMebibytes most memory of the driver's process
 */
public record ScaleMeasures(
        long rows,
        int units,
        int tasks,
        int cores,
        double stageSeconds,
        double judgeSeconds,
        double commitSeconds,
        double recordSeconds,
        double cpuSeconds,
        long stagedBytes,
        List<Long> files,
        double heapMebibytes,
        double heapLimitMebibytes,
        double residentMebibytes) {

    /**
     * Stable Diffusion 1.5 at 512 x 512 with guidance, denoising steps of one image a second, on one H100: 51 on an A100,
     * compiled (chengzeyi/stable-fast, issue 2), times 3, the most by which an H100 is said to be faster
     * (baseten.co, "Unlocking the full power of NVIDIA H100 GPUs for ML inference with TensorRT"). Meant to be too fast
     * rather than too slow: then the shares below are too large rather than too small.
     */
    public static final double H100_STEPS_PER_SECOND = 51 * 3;

    /** Of the comparison; the paper takes 100. */
    public static final int STEPS = 50;

    private static final int BRANCHES = 2;

    public ScaleMeasures {
        files = List.copyOf(files);
    }

    public double seconds() {
        return stageSeconds + judgeSeconds + commitSeconds + recordSeconds;
    }

    public double rowsPerSecond() {
        return rows / seconds();
    }

    public LongSummaryStatistics fileBytes() {
        return files.stream().mapToLong(bytes -> bytes).summaryStatistics();
    }

    public double bytesPerRow() {
        return fileBytes().getSum() / (double) rows;
    }

    /** Of one H100; a pair is an image and a part, one branch each. */
    public static double modelSecondsPerPair() {
        return BRANCHES * STEPS / H100_STEPS_PER_SECOND;
    }

    /** As {@link #overheadShare} with one core's seconds: below 1, a single core keeps up with one H100. */
    public double coresPerGpu() {
        return cpuSeconds / (rows * modelSecondsPerPair());
    }

    /** Seconds of all this over the seconds that one H100 is at work on as many pairs. */
    public double overheadShare() {
        return seconds() / (rows * modelSecondsPerPair());
    }
}
