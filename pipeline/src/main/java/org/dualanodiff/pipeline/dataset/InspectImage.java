package org.dualanodiff.pipeline.dataset;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.List;
import org.dualanodiff.model.files.Digest;
import org.dualanodiff.pipeline.dataset.DatasetFiles.OutsideRootException;
import org.dualanodiff.pipeline.dataset.DefectSet.DefectImage;
import org.dualanodiff.pipeline.dataset.ImageDecoder.UnreadableImageException;
import org.dualanodiff.pipeline.dataset.MaskSource.MaskFile;
import org.dualanodiff.pipeline.dataset.MaskSource.RunLengthMask;
import org.dualanodiff.pipeline.dataset.Quarantined.Reason;

/** Opens one image of a defect with its mask, once, and says what they are. */
public final class InspectImage {
    /** To be raised whenever inspecting the same files may find something else. */
    private static final int VERSION = 3;

    /** Training cuts an image into squares; a longer one would take more memory than it is worth. */
    private static final int LONGEST_SHAPE = 32;

    private final DatasetFiles files;

    public InspectImage(DatasetFiles files) {
        this.files = files;
    }

    /** Inspects many images, here or on other machines. */
    @FunctionalInterface
    public interface Many {
        /** @return what was found, in the order of the tasks */
        List<Finding> inspect(List<Task> tasks);

        /** On all cores of this machine. */
        static Many here(DatasetFiles files) {
            InspectImage inspect = new InspectImage(files);
            return tasks -> tasks.parallelStream().map(inspect::run).toList();
        }
    }

    /**
     * An image that a data set lists.
     *
     * @param unnamed whether the mask alone tells that there is a defect: an image with a black one is a good one
     */
    public record Task(String category, Candidate image, boolean unnamed) implements Serializable {

        /** Whether the same {@link #key} means the same files: only where folders show their lengths and times. */
        boolean isDated() {
            return image.image().isListed() && isDated(image.mask());
        }

        private static boolean isDated(Candidate.Mask mask) {
            return mask instanceof Candidate.Mask.Several several
                    ? several.parts().stream().allMatch(Task::isDated)
                    : !(mask instanceof Candidate.Mask.OfFile file)
                            || file.entry().isListed();
        }

        /** SHA-256 of all that the data set and its folders say of the image and its mask. */
        String key() {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
                out.writeInt(VERSION);
                out.writeObject(this);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return Digest.hex(bytes.toByteArray());
        }
    }

    /**
     * What an image and its mask are, wherever they lie: sound if there is a mask, of no defect if there is none, and of no use
     * if something is wrong.
     */
    public record Finding(Photograph photograph, Marks mask, Wrong wrong) implements Serializable {

        /**
         * A decoded image, without its pixels.
         *
         * @param deepest as {@link ImageDecoder.Look} has it
         * @param sha256 of the bytes of its file
         */
        public record Photograph(int width, int height, int deepest, String sha256) implements Serializable {}

        /**
         * A sound mask.
         *
         * @param level of a mask that is a file, or 0
         * @param runs of one that is drawn, or null
         * @param large whether it marks more than half of the image
         * @param sha256 of the bytes of its file and the level, or of its runs
         */
        public record Marks(int level, String runs, boolean large, String sha256) implements Serializable {}

        /** @param file the image's or the mask's, for messages */
        public record Wrong(String file, Reason reason, String detail) implements Serializable {}

        boolean isGood() {
            return mask == null && wrong == null;
        }

        /** Whether the same files are always found to be the same: not if it was the storage that failed. */
        boolean isLasting() {
            return wrong == null || wrong.reason() != Reason.STORAGE_ERROR && wrong.reason() != Reason.OUTSIDE_ROOT;
        }

        /** Of a sound image. */
        DefectImage image(Candidate of) {
            MaskSource source = mask.runs() == null
                    ? new MaskFile(((Candidate.Mask.OfFile) of.mask()).entry().uri(), mask.level())
                    : new RunLengthMask(photograph.width(), photograph.height(), mask.runs());
            return new DefectImage(
                    of.name(),
                    of.image().uri(),
                    source,
                    photograph.width(),
                    photograph.height(),
                    photograph.sha256(),
                    mask.sha256());
        }
    }

    /** Says why an image cannot be used. */
    private static final class Unusable extends Exception {
        private static final long serialVersionUID = 1L;

        private final transient Finding.Wrong wrong;

        Unusable(String file, Reason reason, String detail) {
            super(detail);
            this.wrong = new Finding.Wrong(file, reason, detail);
        }
    }

    /**
     * A decoded mask.
     *
     * @param sha256 of the bytes of its file, or of its records
     */
    private record Decoded(MaskSource source, BufferedImage grey, int darkest, int brightest, String sha256) {
        boolean isLarge() {
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

        Finding.Marks marks() {
            return source instanceof RunLengthMask drawn
                    ? new Finding.Marks(0, drawn.counts(), isLarge(), sha256)
                    : new Finding.Marks(level(), null, isLarge(), sha256);
        }
    }

    public Finding run(Task task) {
        Candidate image = task.image();
        try {
            if (image.mask() instanceof Candidate.Mask.None none) {
                throw new Unusable(none.file(), none.reason(), none.detail());
            }
            Finding.Photograph photograph = photograph(image);
            Decoded mask = mask(image, photograph);
            if (task.unnamed() && mask.brightest() == 0 && !(image.mask() instanceof Candidate.Mask.Drawn)) {
                checkSize(image, photograph, mask);
                return new Finding(photograph, null, null);
            }
            check(image, photograph, mask);
            return new Finding(photograph, mask.marks(), null);
        } catch (Unusable e) {
            return new Finding(null, null, e.wrong);
        }
    }

    private Finding.Photograph photograph(Candidate image) throws Unusable {
        try {
            byte[] file = files.read(image.image());
            ImageDecoder.Look look = ImageDecoder.look(file);
            return new Finding.Photograph(look.width(), look.height(), look.deepest(), Digest.hex(file));
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

    private Decoded mask(Candidate image, Finding.Photograph photograph) throws Unusable {
        Candidate.Mask mask = image.mask();
        if (mask instanceof Candidate.Mask.OfFile file) {
            return mask(file, photograph);
        } else if (mask instanceof Candidate.Mask.Drawn drawn) {
            return mask(drawn, photograph);
        }
        return together(image, (Candidate.Mask.Several) mask, photograph);
    }

    private Decoded mask(Candidate.Mask.OfFile mask, Finding.Photograph photograph) throws Unusable {
        try {
            byte[] file = files.read(mask.entry());
            if (Digest.hex(file).equals(photograph.sha256())) {
                throw new Unusable(mask.file(), Reason.MASK_IS_IMAGE, "image and mask are the same file's bytes");
            }
            BufferedImage grey = ImageDecoder.mask(file);
            int level = mask.level() == 0 ? MaskLevel.of(grey, ImageDecoder.isLossy(file)) : mask.level();
            MaskFile source = new MaskFile(mask.entry().uri(), level);
            return mask(source, grey, source.sha256(file));
        } catch (IOException e) {
            throw new Unusable(mask.file(), reason(e, Reason.MASK_UNREADABLE), e.getMessage());
        } catch (IllegalArgumentException e) {
            throw new Unusable(mask.file(), Reason.MASK_UNCLEAR, e.getMessage());
        }
    }

    private static Decoded mask(Candidate.Mask.Drawn mask, Finding.Photograph photograph) throws Unusable {
        try {
            return mask(drawn(mask, photograph));
        } catch (IllegalArgumentException e) {
            throw new Unusable(mask.file(), Reason.INVALID_ENTRY, e.getMessage());
        }
    }

    private static Decoded mask(BufferedImage grey) {
        RunLengthMask runs = RunLengthMask.of(grey);
        return mask(runs, grey, runs.sha256());
    }

    private static BufferedImage drawn(Candidate.Mask.Drawn mask, Finding.Photograph photograph) {
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
    private Decoded together(Candidate image, Candidate.Mask.Several several, Finding.Photograph photograph)
            throws Unusable {
        BufferedImage grey = new BufferedImage(photograph.width(), photograph.height(), BufferedImage.TYPE_BYTE_GRAY);
        byte[] union = ((DataBufferByte) grey.getRaster().getDataBuffer()).getData();
        for (Candidate.Mask part : several.parts()) {
            Candidate one = image.with(part);
            Decoded marks = mask(one, photograph);
            checkSize(one, photograph, marks);
            byte[] levels = ((DataBufferByte) marks.grey().getRaster().getDataBuffer()).getData();
            for (int i = 0; i < union.length; i++) {
                union[i] |= (byte) ((levels[i] & 0xFF) >= marks.level() ? 255 : 0);
            }
        }
        return mask(grey);
    }

    private static Decoded mask(MaskSource source, BufferedImage grey, String sha256) {
        int darkest = 255;
        int brightest = 0;
        for (byte level : ((DataBufferByte) grey.getRaster().getDataBuffer()).getData()) {
            darkest = Math.min(darkest, level & 0xFF);
            brightest = Math.max(brightest, level & 0xFF);
        }
        return new Decoded(source, grey, darkest, brightest, sha256);
    }

    private static void check(Candidate image, Finding.Photograph photograph, Decoded marks) throws Unusable {
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

    private static void checkShape(Candidate image, Finding.Photograph photograph, Decoded marks) throws Unusable {
        int width = photograph.width();
        int height = photograph.height();
        checkSize(image, photograph, marks);
        if (Math.max(width, height) > (long) LONGEST_SHAPE * Math.min(width, height)) {
            String detail = "%d x %d pixels: the longer side may be %d times the shorter; cut the image into parts"
                    .formatted(width, height, LONGEST_SHAPE);
            throw new Unusable(image.file(), Reason.EXTREME_SHAPE, detail);
        }
    }

    private static void checkSize(Candidate image, Finding.Photograph photograph, Decoded marks) throws Unusable {
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
