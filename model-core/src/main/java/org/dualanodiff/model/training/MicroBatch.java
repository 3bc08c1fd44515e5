package org.dualanodiff.model.training;

import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.base.MemoryNeed;
import org.dualanodiff.model.dual.AdapterLayout;
import org.dualanodiff.model.dual.BackgroundMode;
import org.dualanodiff.model.torch.CudaDriver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How many pairs of a batch are computed at once where nobody said so: as many as fit into the memory of the GPU. */
final class MicroBatch {

    /** Of the free memory; the rest is for fragments and for the libraries' own buffers. */
    private static final double USED = 0.9;

    private static final Logger LOG = LoggerFactory.getLogger(MicroBatch.class);

    private MicroBatch() {}

    static TrainingConfig fitting(TrainingConfig config, BaseModel base) {
        if (config.microBatchSize() > 0) {
            return config;
        }
        // On a CPU the whole batch, as before there was a choice: activations that do not fit are a matter of the
        // settings.
        return CudaDriver.ofMachine()
                .filter(driver -> base.device().isGpu())
                .flatMap(driver -> driver.memoryForWork("cuda:" + base.device().getDeviceId()))
                .map(memory -> config.inParts(logged(config, pairs(config, base, memory.free()))))
                .orElseGet(() -> config.inParts(config.batchSize()));
    }

    /**
     * The largest divisor of the batch size with which a step fits; 1 if none does.
     *
     * @param free bytes, with the base model loaded
     */
    static int pairs(TrainingConfig config, BaseModel base, long free) {
        int side = config.resolution() / base.autoencoder().factor();
        boolean compensated = config.background() != BackgroundMode.OFF;
        long adapter = AdapterLayout.of(base, config.rank(), compensated).numbers();
        long pair = MemoryNeed.trainingPair(base.unet().config(), side, base.precision(), config.recompute());
        // Background compensation computes a third row of each pair.
        double each = compensated ? 1.5 * pair : pair;
        double room = USED * free - MemoryNeed.learned(adapter);
        for (int pairs = config.batchSize(); pairs > 1; pairs--) {
            if (config.batchSize() % pairs == 0 && pairs * each <= room) {
                return pairs;
            }
        }
        return 1;
    }

    private static int logged(TrainingConfig config, int pairs) {
        if (pairs < config.batchSize()) {
            LOG.info("{} of {} pairs are computed at once, by the free memory of the GPU", pairs, config.batchSize());
        }
        return pairs;
    }
}
