package org.dualanodiff.pipeline.dataset;

import java.awt.Dimension;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
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

    /** What became of the files: the set of sound images, and the rest. */
    record Result(DefectSet set, List<Quarantined> quarantine) {}

    /** What became of one image: exactly one of the two is there. */
    private record Finding(Optional<DefectImage> sound, Optional<Quarantined> aside) {}

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
     * @param sha256 of the bytes of its file
     */
    private record Photograph(int width, int height, String sha256) {}

    /**
     * A decoded mask.
     *
     * @param sha256 of the bytes of its file, or of its records
     */
    private record Marks(MaskSource source, int width, int height, int darkest, int brightest, String sha256) {}

    Result run(SplitRule split) {
        List<String> chosen = listing.training(split);
        List<Finding> findings =
                listing.images().parallelStream().map(this::inspect).toList();
        List<DefectImage> sound =
                findings.stream().flatMap(finding -> finding.sound().stream()).toList();
        List<DefectImage> training =
                sound.stream().filter(image -> chosen.contains(image.name())).toList();
        List<DefectImage> test =
                sound.stream().filter(image -> !chosen.contains(image.name())).toList();
        List<Quarantined> quarantine = new ArrayList<>();
        findings.forEach(finding -> finding.aside().ifPresent(quarantine::add));
        quarantine.addAll(listing.aside());
        DefectSet set =
                new DefectSet(listing.category(), listing.defect(), training, test, chosen, asideNames(findings));
        return new Result(set, quarantine);
    }

    private List<String> asideNames(List<Finding> findings) {
        return IntStream.range(0, findings.size())
                .filter(i -> findings.get(i).aside().isPresent())
                .mapToObj(i -> listing.images().get(i).name())
                .toList();
    }

    private Finding inspect(Candidate image) {
        try {
            return new Finding(Optional.of(sound(image)), Optional.empty());
        } catch (Unusable e) {
            Quarantined aside = new Quarantined(listing.category(), listing.defect(), e.file, e.reason, e.getMessage());
            return new Finding(Optional.empty(), Optional.of(aside));
        }
    }

    private DefectImage sound(Candidate image) throws Unusable {
        if (image.mask() instanceof Candidate.Mask.None none) {
            throw new Unusable(none.file(), none.reason(), none.detail());
        }
        Photograph photograph = photograph(image);
        Marks marks = marks(image);
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
            Dimension size = ImageDecoder.size(file);
            return new Photograph(size.width, size.height, Sha256.of(file));
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

    private Marks marks(Candidate image) throws Unusable {
        return image.mask() instanceof Candidate.Mask.OfFile file
                ? marks(file)
                : marks((Candidate.Mask.Drawn) image.mask());
    }

    private Marks marks(Candidate.Mask.OfFile mask) throws Unusable {
        try {
            byte[] file = files.read(mask.entry());
            MaskFile source = new MaskFile(mask.entry().uri(), mask.level());
            return marks(source, ImageDecoder.mask(file), sha256(file, mask.level()));
        } catch (IOException e) {
            throw new Unusable(mask.file(), reason(e, Reason.MASK_UNREADABLE), e.getMessage());
        }
    }

    /** Another level is another mask, and so another adapter. */
    private static String sha256(byte[] file, int level) {
        String sum = Sha256.of(file);
        return level == MaskFile.BLACK_AND_WHITE
                ? sum
                : new Sha256().add(sum).add("level " + level).hex();
    }

    private static Marks marks(Candidate.Mask.Drawn mask) throws Unusable {
        try {
            BufferedImage grey = drawn(mask);
            RunLengthMask runs = RunLengthMask.of(grey);
            return marks(runs, grey, runs.sha256());
        } catch (IllegalArgumentException e) {
            throw new Unusable(mask.file(), Reason.INVALID_ENTRY, e.getMessage());
        }
    }

    private static BufferedImage drawn(Candidate.Mask.Drawn mask) {
        int width = mask.width();
        int height = mask.height();
        if (width < 1 || height < 1 || (long) width * height > ImageDecoder.MAX_PIXELS) {
            throw new IllegalArgumentException("the image is listed with %d x %d pixels; 1 to %d in all are supported"
                    .formatted(width, height, ImageDecoder.MAX_PIXELS));
        }
        BufferedImage grey = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
        mask.outlines().forEach(outline -> outline.paint(grey));
        return grey;
    }

    private static Marks marks(MaskSource source, BufferedImage grey, String sha256) {
        int darkest = 255;
        int brightest = 0;
        for (byte level : ((DataBufferByte) grey.getRaster().getDataBuffer()).getData()) {
            darkest = Math.min(darkest, level & 0xFF);
            brightest = Math.max(brightest, level & 0xFF);
        }
        return new Marks(source, grey.getWidth(), grey.getHeight(), darkest, brightest, sha256);
    }

    private static void check(Candidate image, Photograph photograph, Marks marks) throws Unusable {
        checkShape(image, photograph, marks);
        String maskFile = image.mask().file();
        int level = marks.source() instanceof MaskFile file ? file.level() : MaskFile.BLACK_AND_WHITE;
        if (photograph.sha256().equals(marks.sha256())) {
            throw new Unusable(maskFile, Reason.MASK_IS_IMAGE, "image and mask are the same file's bytes");
        } else if (marks.brightest() < level) {
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
        if (width != marks.width() || height != marks.height()) {
            String of = image.mask() instanceof Candidate.Mask.OfFile file
                    ? "its mask " + file.entry().name() + " is"
                    : "it is annotated as";
            String detail = "the image is %d x %d pixels, %s %d x %d"
                    .formatted(width, height, of, marks.width(), marks.height());
            throw new Unusable(image.file(), Reason.SIZE_MISMATCH, detail);
        } else if (Math.max(width, height) > (long) LONGEST_SHAPE * Math.min(width, height)) {
            String detail = "%d x %d pixels: the longer side may be %d times the shorter; cut the image into parts"
                    .formatted(width, height, LONGEST_SHAPE);
            throw new Unusable(image.file(), Reason.EXTREME_SHAPE, detail);
        }
    }
}
