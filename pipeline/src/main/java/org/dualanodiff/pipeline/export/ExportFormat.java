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
    PNG,
    /** Tar files with picture, mask and JSON of each pair, as WebDataset's readers stream them. */
    WEBDATASET;

    /** Of a shard, if nobody wants another. */
    public static final long SHARD_BYTES = 256L << 20;

    /** Whether real images can be written beside the generated ones. */
    public boolean takesOriginals() {
        return this != HUGGINGFACE;
    }

    /** @param shardBytes about the size of the files in which many pairs lie, where the format leaves it open */
    PairFormat pairFormat(long shardBytes) {
        return switch (this) {
            case MVTEC -> new MvtecFormat();
            case COCO -> new CocoFormat();
            case YOLO -> new YoloFormat();
            case HUGGINGFACE -> new HuggingFaceFormat();
            case PNG -> new PngFormat();
            case WEBDATASET -> new WebDatasetFormat(shardBytes);
        };
    }
}
