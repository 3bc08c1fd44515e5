package org.dualanodiff.pipeline.dataset;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the names of folders and files, and the words of tables, mean in data sets as they are published and exported. The
 * same for every format, and in any case of letters.
 */
final class Words {
    private static final Set<String> GOOD = Set.of(
            "good", "normal", "ok", "okay", "mt_free", "defect_free", "no_defect", "non_defective", "nondefective");
    private static final Set<String> DEFECTIVE =
            Set.of("ng", "ko", "bad", "anomaly", "anomalies", "anomalous", "abnormal", "defective", "defects");
    private static final Set<String> IMAGE_FOLDERS =
            Set.of("images", "image", "imgs", "img", "jpegimages", "rgb", "img_dir");
    private static final Set<String> MASK_FOLDERS = Set.of(
            "masks",
            "mask",
            "ground_truth",
            "groundtruth",
            "gt",
            "segmentationclass",
            "segmentationclasspng",
            "ann_dir");
    /** Also words that a product's or a defect's folder may have. */
    private static final Set<String> MASK_FOLDERS_OF_EXPORTS =
            Set.of("label", "labels", "annotation", "annotations", "segmentation", "segmentations", "seg");
    /** Of Pascal VOC, the same regions once more and lists of names; of MVTec 3D-AD, depths. */
    private static final Set<String> OTHER_FOLDERS = Set.of("segmentationobject", "imagesets", "xyz", "__macosx");

    /** Folders of single items, which name neither a product nor a defect: of KolektorSDD, and of Real-IAD. */
    private static final Pattern ITEM_FOLDER = Pattern.compile("kos\\d+|s\\d{4}");

    private static final Pattern MASK_NAME = Pattern.compile(
            "(.+?)[_\\-. ](?:mask|masks|gt|label|labels|seg|segmentation|ground_?truth|annotation)(?:[_\\-. ]?\\d+)?",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    private static final Pattern NUMBERED =
            Pattern.compile("(.+?)(?:[_\\-. ]\\d+|[_\\-. ]?\\(\\d+\\))", Pattern.DOTALL);
    private static final Pattern MASK_OF_CLASS =
            Pattern.compile("(.+?)[_\\-. ]mask[_\\-. ].+", Pattern.CASE_INSENSITIVE);
    private static final Pattern MASK_FIRST =
            Pattern.compile("(?:mask|gt|label)s?[_\\-. ](.+)", Pattern.CASE_INSENSITIVE);

    private Words() {}

    static boolean isGood(String word) {
        return GOOD.contains(plain(word));
    }

    /** Whether it says no more of a defect than that there is one. */
    static boolean isDefective(String word) {
        return DEFECTIVE.contains(plain(word));
    }

    static boolean isImageFolder(String name) {
        return IMAGE_FOLDERS.contains(plain(name));
    }

    static boolean isMaskFolder(String name) {
        return MASK_FOLDERS.contains(plain(name));
    }

    /** Whether it may be a folder of masks, if there are images that fit them. */
    static boolean mayBeMaskFolder(String name) {
        return isMaskFolder(name) || MASK_FOLDERS_OF_EXPORTS.contains(plain(name));
    }

    static boolean isOtherFolder(String name) {
        return OTHER_FOLDERS.contains(plain(name));
    }

    static boolean isItemFolder(String name) {
        return ITEM_FOLDER.matcher(plain(name)).matches();
    }

    private static String plain(String word) {
        return word.strip().toLowerCase(Locale.ROOT).replaceAll("[ -]", "_");
    }

    /** One word for all that mean the same split. */
    static String split(String word) {
        return switch (plain(word)) {
            case "training" -> "train";
            case "testing" -> "test";
            case "valid", "validation" -> "val";
            default -> plain(word);
        };
    }

    /** What a split's name says; empty where it says something that is not known. */
    static Optional<Candidate.Part> part(String split) {
        return switch (plain(split)) {
            case "" -> Optional.of(Candidate.Part.UNSAID);
            case "train", "training" -> Optional.of(Candidate.Part.TRAINING);
            case "test", "testing", "val", "valid", "validation" -> Optional.of(Candidate.Part.TEST);
            default -> Optional.empty();
        };
    }

    /** The stem of the image that a file named like {@code 000_mask}, {@code 000-GT} or {@code 000_label_2} is a mask of. */
    static Optional<String> maskOf(String stem) {
        Matcher name = MASK_NAME.matcher(stem);
        return name.matches() ? Optional.of(name.group(1)) : Optional.empty();
    }

    /** Whether the suffix alone makes it a mask, also where there is no such image. */
    static boolean isPlainlyMask(String stem) {
        return stem.toLowerCase(Locale.ROOT).endsWith("_mask");
    }

    /** Stems of images that a mask may belong to which lies among masks, the likeliest first. */
    static List<String> imagesOf(String maskStem) {
        return List.of(
                maskOf(maskStem).orElse(maskStem),
                maskStem,
                group(MASK_OF_CLASS, maskStem),
                group(NUMBERED, maskStem),
                group(MASK_FIRST, maskStem));
    }

    private static String group(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.matches() ? matcher.group(1) : text;
    }
}
