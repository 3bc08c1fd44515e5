package org.dualanodiff.pipeline.config;

import com.typesafe.config.Config;
import java.io.Serializable;
import java.util.List;
import org.dualanodiff.model.dual.DualAdapter.Ablation;
import org.dualanodiff.model.image.Flip;
import org.dualanodiff.model.image.PartGround;
import org.dualanodiff.model.training.AdamW;
import org.dualanodiff.pipeline.config.PipelineConfig.Limit;
import org.dualanodiff.pipeline.config.PipelineConfig.OrAuto;

/** How one adapter is trained. */
public record AdapterTrainingConfig(
        String init,
        int steps,
        int batchSize,
        int microBatchSize,
        boolean recompute,
        AdamW.Settings optimizer,
        String schedule,
        Limit defectWeight,
        PartGround partGround,
        int rank,
        boolean interaction,
        boolean sharedLora,
        List<Flip> flips,
        int checkpointEvery,
        int checkpointMinutes,
        int logEvery,
        int previewEvery)
        implements Serializable {
    /** What is left out of the method. */
    public Ablation ablation() {
        return new Ablation(!interaction, sharedLora);
    }

    /** Pairs in one step: as set, else the paper's 4, or the released code's 2 with background compensation. */
    public int batchSize(boolean background) {
        return batchSize(batchSize, background);
    }

    static int batchSize(int set, boolean background) {
        return set != OrAuto.AUTO ? set : background ? 2 : 4;
    }

    /** Pairs computed at once of a batch: as set, the batch for 0, and 0 for what the memory of the device holds. */
    public int microBatchSize(int batch) {
        if (microBatchSize == OrAuto.AUTO) {
            return 0;
        }
        return microBatchSize == 0 ? batch : Math.min(microBatchSize, batch);
    }

    static AdapterTrainingConfig of(Config block) {
        return new AdapterTrainingConfig(
                block.getString("init"),
                block.getInt("steps"),
                OrAuto.whole(block, "batch-size"),
                OrAuto.whole(block, "micro-batch-size"),
                block.getBoolean("recompute"),
                AdamW.Settings.released(
                        block.getDouble("learning-rate"),
                        block.getDouble("weight-decay"),
                        block.getDouble("max-gradient-norm")),
                block.getString("schedule"),
                Limit.parse(block.getString("defect-weight")),
                PartGround.parse(block.getString("part-ground")),
                block.getInt("rank"),
                block.getBoolean("interaction"),
                block.getBoolean("shared-lora"),
                Flip.among(block.getBoolean("flips.horizontal"), block.getBoolean("flips.vertical")),
                block.getInt("checkpoint-every"),
                block.getInt("checkpoint-minutes"),
                block.getInt("log-every"),
                block.getInt("preview-every"));
    }
}
