package org.dualanodiff.pipeline.run;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.dualanodiff.model.image.PartGround;
import org.dualanodiff.model.sampling.Anchors.Anchoring;
import org.dualanodiff.pipeline.background.BackgroundChoice;
import org.dualanodiff.pipeline.background.BackgroundSource;
import org.dualanodiff.pipeline.config.BackgroundConfig;
import org.dualanodiff.pipeline.config.GenerationConfig;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.dataset.Dataset;
import org.dualanodiff.pipeline.dataset.DatasetException;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.dataset.DefectSet;
import org.dualanodiff.pipeline.dataset.GoodImages;
import org.dualanodiff.pipeline.generate.AnchorSource;

/** Which good images each category's pairs are made on. */
final class AnchorChoice {

    private final PipelineConfig config;
    private final DatasetFiles files;

    AnchorChoice(PipelineConfig config, DatasetFiles files) {
        this.config = config;
        this.files = files;
    }

    /**
     * By category; nothing unless pairs are to be made on good images, or in windows of them.
     *
     * @throws DatasetException naming the categories that have defects and no good image
     */
    Map<String, AnchorSource> of(Dataset dataset) {
        boolean crops = config.dataset().crop().aroundDefects();
        if (!config.generation().anchored() && !crops) {
            return Map.of();
        }
        Map<String, AnchorSource> anchors = dataset.good().stream()
                .filter(good -> !good.training().isEmpty())
                .collect(Collectors.toMap(GoodImages::category, this::anchors));
        List<String> without = dataset.sets().stream()
                .map(DefectSet::category)
                .distinct()
                .filter(category -> !anchors.containsKey(category))
                .toList();
        if (!without.isEmpty()) {
            throw new DatasetException("%s, but there are no images in train/good of %s; set %s"
                    .formatted(
                            crops ? "dataset.crop is defect" : "generation.background is anchored",
                            String.join(", ", without),
                            crops ? "whole" : "generated"));
        }
        return anchors;
    }

    private AnchorSource anchors(GoodImages good) {
        BackgroundSource objects = config.generation().place().equals("object") ? objects(good) : null;
        GenerationConfig generation = config.generation();
        PartGround ground = config.training().partGround();
        return new AnchorSource(
                good.training(), objects, new Anchoring(generation.anchorFrom(), generation.anchorDetail(), ground));
    }

    /** Null where no object mask is to be trusted, as for textures. */
    private BackgroundSource objects(GoodImages good) {
        BackgroundConfig background = config.background();
        BackgroundConfig automatic = new BackgroundConfig(
                "auto", List.of(), List.of(), List.of(), background.objectMasks(), background.scaledLatent());
        return new BackgroundChoice(automatic, files).of(good).orElse(null);
    }
}
