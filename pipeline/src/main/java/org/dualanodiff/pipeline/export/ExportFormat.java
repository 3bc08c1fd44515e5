package org.dualanodiff.pipeline.export;

/** The forms of an export. */
public enum ExportFormat {
    /** Folders of the MVTec AD data set. */
    MVTEC,
    /** COCO instance segmentation, once with run lengths and once with polygons. */
    COCO,
    /** Pictures and polygon labels as Ultralytics YOLO reads them. */
    YOLO,
    /** A Hugging Face data-set directory whose picture columns load as images. */
    HUGGINGFACE,
    /** Picture files in folders, and a manifest with one JSON object a pair. */
    PNG;

    /** Whether real images can be written beside the generated ones. */
    public boolean takesOriginals() {
        return this != HUGGINGFACE;
    }

    PairFormat pairFormat() {
        return switch (this) {
            case MVTEC -> new MvtecFormat();
            case COCO -> new CocoFormat();
            case YOLO -> new YoloFormat();
            case HUGGINGFACE -> new HuggingFaceFormat();
            case PNG -> new PngFormat();
        };
    }
}
