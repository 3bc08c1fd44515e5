package org.dualanodiff.pipeline.quality;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.Serializable;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.dualanodiff.model.detector.DetectorPair;
import org.dualanodiff.model.image.Flip;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.image.PartGround;
import org.dualanodiff.model.mask.GroundDistanceMask;
import org.dualanodiff.model.mask.Mask;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.background.AutomaticObjectMask;
import org.dualanodiff.pipeline.background.AutomaticObjectMask.Trust;
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
        List<List<TrainingPair>> photographs = photographs(task);
        List<TrainingPair> pairs = photographs.stream().flatMap(List::stream).toList();
        MaskLevels levels = task.levelsFor() == null ? null : MaskLevels.choose(pairs, task.levelsFor());
        if (!task.gate()) {
            return new QualityProfile(GateThresholds.NONE, pairs.size(), 1, List.of(), null, levels);
        }
        // A window's borders say nothing of the ground: masks of generated defects are cut to the object instead.
        Optional<AutomaticObjectMask> objects = task.crops() == null
                ? AutomaticObjectMask.of(task.good(), files).flatMap(Trust::mask)
                : Optional.empty();
        return new QualityProfile(
                GateThresholds.learn(photographs, task.flips(), objects).with(task.limits()),
                pairs.size(),
                task.overlap(),
                pairs.stream().flatMap(pair -> pair.signatures(task.flips())).toList(),
                objects.orElse(null),
                levels);
    }

    /** The pairs of each photograph that has any. */
    private List<List<TrainingPair>> photographs(Task task) throws IOException {
        List<List<TrainingPair>> photographs = new ArrayList<>();
        for (DefectImage defect : task.set().training()) {
            BufferedImage image = defect.openImage(files);
            BufferedImage mask = defect.openMask(files);
            List<TrainingPair> pairs = task.crops() == null
                    ? TrainingPair.views(image, mask, task.side())
                    : TrainingPair.crops(defect.name(), image, mask, task.crops());
            if (!pairs.isEmpty()) {
                photographs.add(pairs);
            }
        }
        return photographs;
    }

    /**
     * What is to be learned of the real images of one defect, with all that an executor needs to know.
     *
     * @param good images without defect, to find the object by, as many as {@link AutomaticObjectMask#LEARNED_FROM} at most
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

    /**
     * What the real pairs of one defect say about generated ones; it travels to the executors.
     *
     * @param pairs views of real images that it was learned from
     * @param overlap see {@link PairSignature#distanceTo}
     * @param training signatures of the training views, mirrored as training mirrors them
     * @param objects finds the object in an image; null if that cannot be trusted for this category
     * @param levels for masks by distance from grey; null unless they are to be chosen
     */
    public record QualityProfile(
            GateThresholds thresholds,
            int pairs,
            double overlap,
            List<PairSignature> training,
            AutomaticObjectMask objects,
            MaskLevels levels)
            implements Serializable {

        /** Without any limit: a pair only needs a mask. */
        public static final QualityProfile NONE = new QualityProfile(GateThresholds.NONE, 0, 1, List.of(), null, null);

        public QualityProfile {
            training = List.copyOf(training);
        }

        /** What finds near-copies among this defect's pairs. */
        public AcceptedCopies copies() {
            return new AcceptedCopies(thresholds.limit(QualityCheck.NEAR_COPY_OF_ACCEPTED), overlap);
        }
    }

    /**
     * A real pair as training sees it: square, at the working resolution.
     *
     * @param image RGB
     * @param mask grey, 255 on the defect and 0 elsewhere
     * @param windowMargin how far the defect stays away from where its window cuts the photograph, NaN for whole photographs;
     *     see {@link org.dualanodiff.pipeline.crop.Window#margin}
     */
    public record TrainingPair(BufferedImage image, BufferedImage mask, double windowMargin) {

        /** Of a whole photograph. */
        public TrainingPair(BufferedImage image, BufferedImage mask) {
            this(image, mask, Double.NaN);
        }

        /** See {@link DetectorPair#views}. */
        public static List<TrainingPair> views(BufferedImage photograph, BufferedImage mask, int side) {
            return DetectorPair.views(photograph, mask, side).stream()
                    .map(view -> new TrainingPair(
                            view.image().buffered(), view.mask().buffered()))
                    .toList();
        }

        /**
         * The windows around a photograph's defects that an adapter is trained on.
         *
         * @param name of the photograph
         */
        public static List<TrainingPair> crops(
                String name, BufferedImage photograph, BufferedImage mask, DefectCrops.Policy policy) {
            return new DefectCrops(policy)
                    .pairs(name, photograph, mask).stream()
                            .map(pair -> new TrainingPair(pair.image(), pair.mask(), pair.margin()))
                            .toList();
        }

        /** As {@link #part(PartGround)}, on mid-grey. */
        BufferedImage part() {
            return part(PartGround.GREY);
        }

        /** The image inside the mask, the ground outside: what the ANOMALY branch learns to draw. */
        BufferedImage part(PartGround ground) {
            return ground.around(Image.rgb(image), Image.gray(mask)).buffered();
        }

        Stream<PairSignature> signatures(List<Flip> flips) {
            return flips.stream().map(this::signature);
        }

        private PairSignature signature(Flip flip) {
            return PairSignature.of(
                    Image.rgb(image).flip(flip).buffered(), Mask.of(mask).flip(flip));
        }
    }
}
