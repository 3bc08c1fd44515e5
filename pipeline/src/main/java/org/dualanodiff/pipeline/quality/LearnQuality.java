package org.dualanodiff.pipeline.quality;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.Serializable;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dualanodiff.model.image.Flip;
import org.dualanodiff.model.mask.GroundDistanceMask;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.background.AutomaticObjectMask;
import org.dualanodiff.pipeline.config.PipelineConfig.Limit;
import org.dualanodiff.pipeline.crop.DefectCrops;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.dataset.DefectSet;
import org.dualanodiff.pipeline.dataset.DefectSet.DefectImage;

/** Looks at the real pairs that an adapter is trained on, to know what its generated pairs are to be like. */
public final class LearnQuality {

    private final DatasetFiles files;

    public LearnQuality(DatasetFiles files) {
        this.files = files;
    }

    /** @throws IOException if an image cannot be read */
    public QualityProfile run(Task task) throws IOException {
        List<TrainingPair> pairs = pairs(task);
        MaskLevels levels = task.levelsFor() == null ? null : MaskLevels.choose(pairs, task.levelsFor());
        if (!task.gate()) {
            return new QualityProfile(GateThresholds.NONE, pairs.size(), 1, List.of(), null, levels);
        }
        // A window's borders say nothing of the ground: masks of generated defects are cut to the object instead.
        Optional<AutomaticObjectMask> objects = task.crops() == null ? objects(task.good()) : Optional.empty();
        return new QualityProfile(
                GateThresholds.learn(pairs, task.flips(), objects).with(task.limits()),
                pairs.size(),
                task.overlap(),
                pairs.stream().flatMap(pair -> pair.signatures(task.flips())).toList(),
                objects.orElse(null),
                levels);
    }

    private List<TrainingPair> pairs(Task task) throws IOException {
        List<TrainingPair> pairs = new ArrayList<>();
        for (DefectImage defect : task.set().training()) {
            BufferedImage image = defect.openImage(files);
            BufferedImage mask = defect.openMask(files);
            pairs.addAll(
                    task.crops() == null
                            ? TrainingPair.views(image, mask, task.side())
                            : TrainingPair.crops(defect.name(), image, mask, task.crops()));
        }
        return pairs;
    }

    /** Empty where the object cannot be told from its ground, as with textures. */
    private Optional<AutomaticObjectMask> objects(List<URI> good) throws IOException {
        List<BufferedImage> images = new ArrayList<>();
        for (URI uri : good) {
            images.add(files.image(uri));
        }
        return images.isEmpty()
                ? Optional.empty()
                : AutomaticObjectMask.of(images).mask();
    }

    /**
     * What is to be learned of the real images of one defect, with all that an executor needs to know.
     *
     * @param good images without defect, to find the object by
     * @param side of the generated images, in pixels
     * @param crops how windows are cut around the defects, or null where whole images are learned
     * @param flips how training mirrors the images
     * @param gate whether limits are wanted at all
     * @param overlap see {@link PairSignature#distanceTo}
     * @param limits those that the configuration sets, by their names there
     * @param levelsFor the extraction of masks whose levels are to be chosen, or null if they are given
     */
    public record Task(
            DefectSet set,
            List<URI> good,
            int side,
            DefectCrops.Policy crops,
            List<Flip> flips,
            boolean gate,
            double overlap,
            Map<String, Limit> limits,
            GroundDistanceMask levelsFor)
            implements Serializable {

        public Task {
            good = List.copyOf(good);
            flips = List.copyOf(flips);
        }

        public UnitKey unit() {
            return set.unit();
        }
    }
}
