package org.dualanodiff.pipeline.dataset;

import org.dualanodiff.model.files.Digest;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dualanodiff.pipeline.dataset.Quarantined.Reason;

/** Opens every image and mask of one defect once, and sorts them into sound ones and those set aside. */
final class DefectInspection {
    /** Training cuts an image into squares; a longer one would take more memory than it is worth. */
    private static final int LONGEST_SHAPE = 32;

    private final DatasetFiles files;
    private final DefectListing listing;

    DefectInspection(DatasetFiles files, DefectListing listing) {
        this.files = files;
        this.listing = listing;
    }

    /**
     * What became of the files: the set of sound images, and the rest.
     *
     * @param good images that have no defect, as their masks say
     * @param deepest the highest sample of images with more than 8 bits, else 0
     * @param notes on the masks, in words
     */
    record Result(DefectSet set, List<Quarantined> quarantine, List<Candidate> good, int deepest, List<String> notes) {}

    /** What became of one image: it is sound, set aside, or neither, which makes it a good one. */
    private record Finding(
            Candidate image, Optional<DefectImage> sound, Optional<Quarantined> aside, int deepest, boolean largeMask) {
        boolean isGood() {
            return sound.isEmpty() && aside.isEmpty();
        }
    }

    /** Says why an image cannot be used. */
    private static final class Unusable extends Exception {
        private static final long serialVersionUID = 1L;

        private final String file;
        private final Reason reason;

        Unusable(String file, Reason reason, String detail) {
            super(detail);
            this.file = file;
            this.reason = reason;
        }
    }

    /**
     * A decoded image, without its pixels.
     *
     * @param deepest as {@link ImageDecoder.Look} has it
     * @param sha256 of the bytes of its file
     */
    private record Photograph(int width, int height, int deepest, String sha256) {}

    /**
     * A decoded mask.
     *
     * @param sha256 of the bytes of its file, or of its records
     */
    private record Marks(MaskSource source, BufferedImage grey, int darkest, int brightest, String sha256) {
        boolean areLarge() {
            byte[] levels = ((DataBufferByte) grey.getRaster().getDataBuffer()).getData();
            int marked = 0;
            for (byte level : levels) {
                marked += (level & 0xFF) >= level() ? 1 : 0;
            }
            return marked > levels.length / 2;
        }

        int level() {
            return source instanceof MaskFile file ? file.level() : MaskFile.BLACK_AND_WHITE;
        }
    }

    Result run(SplitRule split) {
        List<Finding> findings =
                listing.images().parallelStream().map(this::inspect).toList();
        List<Candidate> good =
                findings.stream().filter(Finding::isGood).map(Finding::image).toList();
        List<String> chosen = listing.without(Set.copyOf(good)).training(split);
        List<DefectImage> sound =
                findings.stream().flatMap(finding -> finding.sound().stream()).toList();
        List<DefectImage> training =
                sound.stream().filter(image -> chosen.contains(image.name())).toList();
        List<DefectImage> test =
                sound.stream().filter(image -> !chosen.contains(image.name())).toList();
        List<Quarantined> quarantine = new ArrayList<>();
        findings.forEach(finding -> finding.aside().ifPresent(quarantine::add));
        quarantine.addAll(listing.aside());
        List<String> asideNames = findings.stream()
                .filter(finding -> finding.aside().isPresent())
                .map(finding -> finding.image().name())
                .toList();
        return new Result(
                new DefectSet(listing.category(), listing.defect(), training, test, chosen, asideNames),
                quarantine,
                good,
                findings.stream().mapToInt(Finding::deepest).max().orElse(0),
                notes(findings));
    }

    private List<String> notes(List<Finding> findings) {
        String name = listing.category() + "/" + listing.defect();
        List<String> notes = new ArrayList<>();
        long sound =
                findings.stream().filter(finding -> finding.sound().isPresent()).count();
        long large = findings.stream().filter(Finding::largeMask).count();
        if (2 * large > sound) {
            notes.add(name + ": most masks mark more than half of the image; are black and white exchanged?");
        }
        long numbered =
                findings.stream().filter(DefectInspection::isFoundNumbered).count();
        if (numbered > 0) {
            notes.add(
                    "%s: %d masks have regions darker than level 128, as of numbered or colored classes; all but black is taken for the defect, dataset.mask-level changes it"
                            .formatted(name, numbered));
        }
        return notes;
    }

    private static boolean isFoundNumbered(Finding finding) {
        return finding.image().mask() instanceof Candidate.Mask.OfFile file
                && file.level() == 0
                && finding.sound().map(DefectImage::mask).orElse(null) instanceof MaskFile mask
                && mask.level() == MaskFile.NUMBERED;
    }

    private Finding inspect(Candidate image) {
        try {
            if (image.mask() instanceof Candidate.Mask.None none) {
                throw new Unusable(none.file(), none.reason(), none.detail());
            }
            Photograph photograph = photograph(image);
            Marks marks = marks(image, photograph);
            if (listing.unnamed() && marks.brightest() == 0 && !(image.mask() instanceof Candidate.Mask.Drawn)) {
                checkSize(image, photograph, marks);
                return new Finding(image, Optional.empty(), Optional.empty(), photograph.deepest(), false);
            }
            return new Finding(
                    image,
                    Optional.of(sound(image, photograph, marks)),
                    Optional.empty(),
                    photograph.deepest(),
                    marks.areLarge());
        } catch (Unusable e) {
            Quarantined aside = new Quarantined(listing.category(), listing.defect(), e.file, e.reason, e.getMessage());
            return new Finding(image, Optional.empty(), Optional.of(aside), 0, false);
        }
    }

    private static DefectImage sound(Candidate image, Photograph photograph, Marks marks) throws Unusable {
        check(image, photograph, marks);
        return new DefectImage(
                image.name(),
                image.image().uri(),
                marks.source(),
                photograph.width(),
                photograph.height(),
                photograph.sha256(),
                marks.sha256());
    }

    private Photograph photograph(Candidate image) throws Unusable {
        try {
            byte[] file = files.read(image.image());
            ImageDecoder.Look look = ImageDecoder.look(file);
            return new Photograph(look.width(), look.height(), look.deepest(), Digest.hex(file));
        } catch (IOException e) {
            throw new Unusable(image.file(), reason(e, Reason.IMAGE_UNREADABLE), e.getMessage());
        }
    }

    private static Reason reason(IOException e, Reason unreadable) {
        if (e instanceof OutsideRootException) {
            return Reason.OUTSIDE_ROOT;
        }
        return e instanceof UnreadableImageException ? unreadable : Reason.STORAGE_ERROR;
    }

    private Marks marks(Candidate image, Photograph photograph) throws Unusable {
        Candidate.Mask mask = image.mask();
        if (mask instanceof Candidate.Mask.OfFile file) {
            return marks(file, photograph);
        } else if (mask instanceof Candidate.Mask.Drawn drawn) {
            return marks(drawn, photograph);
        }
        return together(image, (Candidate.Mask.Several) mask, photograph);
    }

    private Marks marks(Candidate.Mask.OfFile mask, Photograph photograph) throws Unusable {
        try {
            byte[] file = files.read(mask.entry());
            if (Digest.hex(file).equals(photograph.sha256())) {
                throw new Unusable(mask.file(), Reason.MASK_IS_IMAGE, "image and mask are the same file's bytes");
            }
            BufferedImage grey = ImageDecoder.mask(file);
            int level = mask.level() == 0 ? MaskLevel.of(grey, ImageDecoder.isLossy(file)) : mask.level();
            MaskFile source = new MaskFile(mask.entry().uri(), level);
            return marks(source, grey, sha256(file, level));
        } catch (IOException e) {
            throw new Unusable(mask.file(), reason(e, Reason.MASK_UNREADABLE), e.getMessage());
        } catch (IllegalArgumentException e) {
            throw new Unusable(mask.file(), Reason.MASK_UNCLEAR, e.getMessage());
        }
    }

    /** Another level is another mask, and so another adapter. */
    private static String sha256(byte[] file, int level) {
        String sum = Digest.hex(file);
        return level == MaskFile.BLACK_AND_WHITE
                ? sum
                : new Digest().add(sum).add("level " + level).hex();
    }

    private static Marks marks(Candidate.Mask.Drawn mask, Photograph photograph) throws Unusable {
        try {
            return marks(drawn(mask, photograph));
        } catch (IllegalArgumentException e) {
            throw new Unusable(mask.file(), Reason.INVALID_ENTRY, e.getMessage());
        }
    }

    private static Marks marks(BufferedImage grey) {
        RunLengthMask runs = RunLengthMask.of(grey);
        return marks(runs, grey, runs.sha256());
    }

    private static BufferedImage drawn(Candidate.Mask.Drawn mask, Photograph photograph) {
        boolean listed = mask.width() > 0 && mask.height() > 0;
        int width = listed ? mask.width() : photograph.width();
        int height = listed ? mask.height() : photograph.height();
        if ((long) width * height > ImageDecoder.MAX_PIXELS) {
            throw new IllegalArgumentException("the image is listed with %d x %d pixels; 1 to %d in all are supported"
                    .formatted(width, height, ImageDecoder.MAX_PIXELS));
        }
        BufferedImage grey = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
        mask.outlines().forEach(outline -> outline.paint(grey));
        return grey;
    }

    /** What any of them marks. */
    private Marks together(Candidate image, Candidate.Mask.Several several, Photograph photograph) throws Unusable {
        BufferedImage grey = new BufferedImage(photograph.width(), photograph.height(), BufferedImage.TYPE_BYTE_GRAY);
        byte[] union = ((DataBufferByte) grey.getRaster().getDataBuffer()).getData();
        for (Candidate.Mask part : several.parts()) {
            Candidate one = image.with(part);
            Marks marks = marks(one, photograph);
            checkSize(one, photograph, marks);
            byte[] levels = ((DataBufferByte) marks.grey().getRaster().getDataBuffer()).getData();
            for (int i = 0; i < union.length; i++) {
                union[i] |= (byte) ((levels[i] & 0xFF) >= marks.level() ? 255 : 0);
            }
        }
        return marks(grey);
    }

    private static Marks marks(MaskSource source, BufferedImage grey, String sha256) {
        int darkest = 255;
        int brightest = 0;
        for (byte level : ((DataBufferByte) grey.getRaster().getDataBuffer()).getData()) {
            darkest = Math.min(darkest, level & 0xFF);
            brightest = Math.max(brightest, level & 0xFF);
        }
        return new Marks(source, grey, darkest, brightest, sha256);
    }

    private static void check(Candidate image, Photograph photograph, Marks marks) throws Unusable {
        checkShape(image, photograph, marks);
        String maskFile = image.mask().file();
        int level = marks.level();
        if (marks.brightest() < level) {
            String detail = "no pixel is marked: a mask is marked from level %d up, the brightest here is %d%s"
                    .formatted(level, marks.brightest(), marks.brightest() > 0 ? "; see dataset.mask-level" : "");
            throw new Unusable(maskFile, Reason.MASK_EMPTY, detail);
        } else if (marks.darkest() >= level) {
            String detail = "every pixel is marked: a mask is marked from level %d up, the darkest here is %d"
                    .formatted(level, marks.darkest());
            throw new Unusable(maskFile, Reason.MASK_FULL, detail);
        }
    }

    private static void checkShape(Candidate image, Photograph photograph, Marks marks) throws Unusable {
        int width = photograph.width();
        int height = photograph.height();
        checkSize(image, photograph, marks);
        if (Math.max(width, height) > (long) LONGEST_SHAPE * Math.min(width, height)) {
            String detail = "%d x %d pixels: the longer side may be %d times the shorter; cut the image into parts"
                    .formatted(width, height, LONGEST_SHAPE);
            throw new Unusable(image.file(), Reason.EXTREME_SHAPE, detail);
        }
    }

    private static void checkSize(Candidate image, Photograph photograph, Marks marks) throws Unusable {
        int width = marks.grey().getWidth();
        int height = marks.grey().getHeight();
        if (photograph.width() != width || photograph.height() != height) {
            String of = image.mask() instanceof Candidate.Mask.OfFile file
                    ? "its mask " + file.entry().name() + " is"
                    : "it is annotated as";
            String detail = "the image is %d x %d pixels, %s %d x %d"
                    .formatted(photograph.width(), photograph.height(), of, width, height);
            throw new Unusable(image.file(), Reason.SIZE_MISMATCH, detail);
        }
    }
}
