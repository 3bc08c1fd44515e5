package org.dualanodiff.pipeline.quality;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dualanodiff.pipeline.background.AutomaticObjectMask;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.dataset.DefectImage;

/** Looks at the real pairs that an adapter is trained on, to know what its generated pairs are to be like. */
public final class LearnQuality {

    private final DatasetFiles files;

    public LearnQuality(DatasetFiles files) {
        this.files = files;
    }

    /** @throws IOException if an image cannot be read */
    public QualityProfile run(LearnTask task) throws IOException {
        List<RealPair> pairs = pairs(task);
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

    private List<RealPair> pairs(LearnTask task) throws IOException {
        List<RealPair> pairs = new ArrayList<>();
        for (DefectImage defect : task.set().training()) {
            BufferedImage image = defect.openImage(files);
            BufferedImage mask = defect.openMask(files);
            pairs.addAll(
                    task.crops() == null
                            ? RealPair.views(image, mask, task.side())
                            : RealPair.crops(defect.name(), image, mask, task.crops()));
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
}
