package org.dualanodiff.pipeline.dataset;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.dataset.Quarantined.Reason;

/** Opens every image and mask of one defect once, and sorts them into sound ones and those set aside. */
final class DefectInspection {
    /** A mask marks a pixel from this level up, as in the released preprocessing. */
    static final int MASK_LEVEL = 128;

    private final DatasetFiles files;
    private final String category;
    private final String defect;
    private final List<FileEntry> imageFolder;
    private final List<FileEntry> maskFolder;
    private final MaskFolder masks;

    DefectInspection(CategoryFolder folder, String defect) throws IOException {
        this.files = folder.files();
        this.category = folder.name();
        this.defect = defect;
        this.imageFolder = folder.imageFolder(defect);
        this.maskFolder = folder.maskFolder(defect);
        this.masks =
                new MaskFolder(maskFolder.stream().filter(FileEntry::isMask).toList());
    }

    /** What became of the files: the set of sound images, and the rest. */
    record Result(DefectSet set, List<Quarantined> quarantine) {}

    /** What became of one image: exactly one of the two is there. */
    private record Finding(Optional<DefectImage> sound, Optional<Quarantined> aside) {
        static Finding sound(DefectImage image) {
            return new Finding(Optional.of(image), Optional.empty());
        }

        static Finding aside(Quarantined file) {
            return new Finding(Optional.empty(), Optional.of(file));
        }
    }

    Result run(SplitRule split) {
        List<FileEntry> images = imageFolder.stream().filter(FileEntry::isImage).toList();
        List<String> names = images.stream().map(FileEntry::name).toList();
        List<String> chosen = split.training(category, defect, names);
        List<Finding> findings = images.parallelStream().map(this::inspect).toList();
        List<DefectImage> sound =
                findings.stream().flatMap(finding -> finding.sound().stream()).toList();
        List<DefectImage> training =
                sound.stream().filter(image -> chosen.contains(image.name())).toList();
        List<DefectImage> test =
                sound.stream().filter(image -> !chosen.contains(image.name())).toList();
        return new Result(new DefectSet(category, defect, training, test, chosen), quarantine(images, findings));
    }

    private List<Quarantined> quarantine(List<FileEntry> images, List<Finding> findings) {
        List<Quarantined> all = new ArrayList<>();
        findings.forEach(finding -> finding.aside().ifPresent(all::add));
        masks.orphans(images).stream()
                .map(mask -> maskAside(mask, Reason.ORPHAN_MASK, "no image takes this mask"))
                .forEach(all::add);
        strangers().forEach(all::add);
        return all;
    }

    private Stream<Quarantined> strangers() {
        String detail = "not an image by its name; images end in png, jpg, jpeg, bmp, tif or tiff";
        return Stream.concat(
                imageFolder.stream()
                        .filter(entry -> !entry.isImage())
                        .map(entry -> imageAside(entry, Reason.NOT_AN_IMAGE, detail)),
                maskFolder.stream()
                        .filter(entry -> !entry.isMask())
                        .map(entry -> maskAside(entry, Reason.NOT_AN_IMAGE, detail)));
    }

    private Finding inspect(FileEntry image) {
        Optional<FileEntry> mask = masks.maskOf(image);
        if (mask.isEmpty()) {
            String detail = "no %s_mask.png in ground_truth/%s".formatted(image.stem(), defect);
            return Finding.aside(imageAside(image, Reason.MASK_MISSING, detail));
        }
        return inspect(image, mask.get());
    }

    private Finding inspect(FileEntry image, FileEntry mask) {
        Opened photograph;
        try {
            photograph = open(image);
        } catch (IOException e) {
            return Finding.aside(imageAside(image, reason(e, Reason.IMAGE_UNREADABLE), e.getMessage()));
        }
        try {
            return compare(image, photograph, mask, open(mask));
        } catch (IOException e) {
            return Finding.aside(maskAside(mask, reason(e, Reason.MASK_UNREADABLE), e.getMessage()));
        }
    }

    private static Reason reason(IOException e, Reason unreadable) {
        return e instanceof UnreadableImageException ? unreadable : Reason.STORAGE_ERROR;
    }

    private Finding compare(FileEntry image, Opened photograph, FileEntry mask, Opened marks) {
        if (!photograph.size().equals(marks.size())) {
            String detail =
                    "the image is %s pixels, its mask %s is %s".formatted(photograph.size(), mask.name(), marks.size());
            return Finding.aside(imageAside(image, Reason.SIZE_MISMATCH, detail));
        }
        if (marks.brightest() < MASK_LEVEL) {
            String detail = "no pixel is marked: a mask is marked from level %d up, the brightest here is %d"
                    .formatted(MASK_LEVEL, marks.brightest());
            return Finding.aside(maskAside(mask, Reason.MASK_EMPTY, detail));
        }
        DefectImage sound = new DefectImage(
                image.name(),
                image.uri(),
                mask.uri(),
                photograph.pixels().width(),
                photograph.pixels().height(),
                photograph.sha256(),
                marks.sha256());
        return Finding.sound(sound);
    }

    private Opened open(FileEntry entry) throws IOException {
        byte[] file = files.read(entry);
        return new Opened(ImageDecoder.decode(file), Sha256.of(file));
    }

    /** A decoded file and the sum of its bytes. */
    private record Opened(EightBitPixels pixels, String sha256) {
        String size() {
            return pixels.width() + " x " + pixels.height();
        }

        int brightest() {
            BufferedImage grey = pixels.toGreyImage();
            int brightest = 0;
            for (byte level : ((DataBufferByte) grey.getRaster().getDataBuffer()).getData()) {
                brightest = Math.max(brightest, level & 0xFF);
            }
            return brightest;
        }
    }

    private Quarantined imageAside(FileEntry entry, Reason reason, String detail) {
        return aside("test", entry, reason, detail);
    }

    private Quarantined maskAside(FileEntry entry, Reason reason, String detail) {
        return aside("ground_truth", entry, reason, detail);
    }

    private Quarantined aside(String part, FileEntry entry, Reason reason, String detail) {
        String file = String.join("/", category, part, defect, entry.name());
        return new Quarantined(category, defect, file, reason, detail);
    }
}
