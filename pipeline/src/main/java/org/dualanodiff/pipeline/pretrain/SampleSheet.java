package org.dualanodiff.pipeline.pretrain;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.base.ModelDirectory;
import org.dualanodiff.model.dual.MergedAdapter;
import org.dualanodiff.model.dual.NestedPrompt;
import org.dualanodiff.model.image.PngCodec;
import org.dualanodiff.model.pretraining.CaptionSampler;
import org.dualanodiff.model.sampling.DualSampler;
import org.dualanodiff.model.sampling.DualSampler.GeneratedPair;
import org.dualanodiff.model.sampling.SampleSeries;
import org.dualanodiff.model.sampling.SamplingConfig;
import org.dualanodiff.pipeline.pretrain.MixedImages.PretrainingCaptions;

/** A picture of what a base has learned: two of each object, then pairs with the starting adapter if it has one. */
final class SampleSheet {

    private static final int COLUMNS = 8;
    private static final int GAP = 2;
    private static final int PAIR_ROWS = 6;
    private static final int STEPS = 25;
    private static final double GUIDANCE = 2;
    private static final long SEED = 1;

    private final List<String> objects;
    private final List<String> defects;
    private final Pretrain.Settings settings;

    SampleSheet(List<String> objects, List<String> defects, Pretrain.Settings settings) {
        this.objects = objects;
        this.defects = defects;
        this.settings = settings;
    }

    void write(Path model, Path file) throws IOException {
        List<BufferedImage> cells = new ArrayList<>();
        ModelDirectory directory = ModelDirectory.open(model);
        try (BaseModel base = BaseModel.load(directory, settings.compute())) {
            int side = directory.resolution();
            List<String> captions = new ArrayList<>();
            for (String object : objects) {
                captions.add(PretrainingCaptions.sentence(object, Optional.empty()));
                captions.add(PretrainingCaptions.sentence(
                        object, Optional.of(defects.get(captions.size() / 2 % defects.size()))));
            }
            cells.addAll(new CaptionSampler(base, side, steps(), GUIDANCE).sample(captions, SEED));
            Optional<Path> adapter = base.startingAdapter();
            if (adapter.isPresent()) {
                addPairs(base, adapter.get(), side, cells);
            }
        }
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.write(file, PngCodec.encode(grid(cells)));
    }

    /** What was learned in few steps is seen in as few. */
    private int steps() {
        return Math.min(STEPS, settings.training().steps());
    }

    private void addPairs(BaseModel base, Path file, int side, List<BufferedImage> cells) {
        SamplingConfig config =
                new SamplingConfig(SamplingConfig.Method.DPM_SOLVER, steps(), GUIDANCE, COLUMNS / 2, side);
        try (MergedAdapter adapter = MergedAdapter.read(file, base)) {
            for (int i = 0; i < Math.min(PAIR_ROWS, steps()); i++) {
                String defect = defects.get(i);
                String object = objects.get(i % objects.size());
                NestedPrompt prompt =
                        new NestedPrompt(PretrainingCaptions.sentence(object, Optional.of(defect)), defect);
                try (DualSampler sampler = new DualSampler(base, adapter, prompt, "", config)) {
                    for (GeneratedPair pair : sampler.sampleBlock(new SampleSeries(SEED, object, defect), 0)) {
                        cells.add(pair.image());
                        cells.add(pair.anomaly());
                    }
                }
            }
        }
    }

    private static BufferedImage grid(List<BufferedImage> cells) {
        int side = cells.get(0).getWidth() + GAP;
        int rows = (cells.size() + COLUMNS - 1) / COLUMNS;
        BufferedImage sheet = new BufferedImage(COLUMNS * side + GAP, rows * side + GAP, BufferedImage.TYPE_3BYTE_BGR);
        Graphics2D graphics = sheet.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
        for (int i = 0; i < cells.size(); i++) {
            graphics.drawImage(cells.get(i), GAP + i % COLUMNS * side, GAP + i / COLUMNS * side, null);
        }
        graphics.dispose();
        return sheet;
    }
}
