package org.dualanodiff.pipeline.dataset;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.dualanodiff.pipeline.dataset.Catalog.DefectListing;
import org.dualanodiff.pipeline.dataset.DefectSet.DefectImage;
import org.dualanodiff.pipeline.dataset.InspectImage.Finding;
import org.dualanodiff.pipeline.dataset.MaskSource.MaskFile;

/**
 * What became of the images of one defect: the set of sound ones, and the rest.
 *
 * @param forTraining where the images lie that train, or would with the first third
 * @param good images that have no defect, as their masks say
 * @param deepest the highest sample of images with more than 8 bits, else 0
 * @param notes on the masks, in words
 */
record DefectInspection(
        DefectSet set,
        List<Quarantined> quarantine,
        List<URI> forTraining,
        List<Candidate> good,
        int deepest,
        List<String> notes) {

    /** An image that can be used or is of no defect, with what was found in it. */
    private record Inspected(Candidate image, Finding finding) {
        boolean isSound() {
            return finding.mask() != null;
        }

        /** Whether the level of its mask had to be found, and marks numbered regions. */
        boolean isFoundNumbered() {
            return isSound()
                    && image.mask() instanceof Candidate.Mask.OfFile file
                    && file.level() == 0
                    && finding.mask().level() == MaskFile.NUMBERED;
        }
    }

    /** Whether none of the images has the defect, as their masks say. */
    boolean isOfGoodImages() {
        return !good.isEmpty()
                && set.chosenNames().isEmpty()
                && set.asideNames().isEmpty()
                && set.test().isEmpty();
    }

    /** What is to be looked at. */
    static List<InspectImage.Task> tasks(DefectListing listing) {
        return listing.images().stream()
                .map(image -> new InspectImage.Task(listing.category(), image, listing.unnamed()))
                .toList();
    }

    /** The images that have no defect, as their masks say. */
    static List<Candidate> good(DefectListing listing, List<Finding> findings) {
        return IntStream.range(0, findings.size())
                .filter(i -> findings.get(i).isGood())
                .mapToObj(i -> listing.images().get(i))
                .toList();
    }

    /**
     * Sorts the images by what was found in them, in the order of {@link #tasks}.
     *
     * @param divided whether what the data set says of training and testing counts
     */
    static DefectInspection of(DefectListing listing, List<Finding> findings, SplitRule split, boolean divided) {
        List<Inspected> all = IntStream.range(0, findings.size())
                .mapToObj(i -> new Inspected(listing.images().get(i), findings.get(i)))
                .toList();
        List<Candidate> good = good(listing, findings);
        DefectListing rest = listing.without(Set.copyOf(good));
        DefectListing defective = divided ? rest : rest.undivided();
        List<String> chosen = defective.training(split);
        List<String> unused = defective.unused(split);
        List<DefectImage> training = new ArrayList<>();
        List<DefectImage> test = new ArrayList<>();
        List<URI> forTraining = new ArrayList<>();
        List<Quarantined> quarantine = new ArrayList<>();
        List<String> asideNames = new ArrayList<>();
        for (Inspected one : all) {
            Finding.Wrong wrong = one.finding().wrong();
            if (one.isSound()) {
                DefectImage image = one.finding().image(one.image());
                if (chosen.contains(image.name())) {
                    training.add(image);
                    forTraining.add(image.imageUri());
                } else if (unused.contains(image.name())) {
                    forTraining.add(image.imageUri());
                } else {
                    test.add(image);
                }
            } else if (wrong != null) {
                quarantine.add(new Quarantined(
                        listing.category(), listing.defect(), wrong.file(), wrong.reason(), wrong.detail()));
                asideNames.add(one.image().name());
            }
        }
        quarantine.addAll(listing.aside());
        return new DefectInspection(
                new DefectSet(listing.category(), listing.defect(), training, test, chosen, asideNames),
                quarantine,
                forTraining,
                good,
                findings.stream()
                        .flatMap(finding -> Optional.ofNullable(finding.photograph()).stream())
                        .mapToInt(Finding.Photograph::deepest)
                        .max()
                        .orElse(0),
                notes(listing.category() + "/" + listing.defect(), all));
    }

    private static List<String> notes(String name, List<Inspected> all) {
        List<String> notes = new ArrayList<>();
        List<Inspected> sound = all.stream().filter(Inspected::isSound).toList();
        long large = sound.stream().filter(one -> one.finding().mask().large()).count();
        if (2 * large > sound.size()) {
            notes.add(name + ": most masks mark more than half of the image; are black and white exchanged?");
        }
        long numbered = sound.stream().filter(Inspected::isFoundNumbered).count();
        if (numbered > 0) {
            notes.add(
                    "%s: %d masks have regions darker than level 128, as of numbered or colored classes; all but black is taken for the defect, dataset.mask-level changes it"
                            .formatted(name, numbered));
        }
        return notes;
    }
}
