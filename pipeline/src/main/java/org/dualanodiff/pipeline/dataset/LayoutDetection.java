package org.dualanodiff.pipeline.dataset;

import java.io.IOException;
import org.apache.hadoop.fs.Path;

/** Finds out which format a data set has, from the names in its first folders. */
record LayoutDetection(DatasetFiles files) {

    /**
     * @param asked the format; {@link DatasetFormat#AUTO} to look
     * @throws DatasetException where there is no such folder or file
     */
    DatasetFormat format(DatasetFormat asked, Path root) throws IOException {
        if (files.isFile(root)) {
            return asked == DatasetFormat.AUTO ? ofFile(root) : asked;
        } else if (!files.isFolder(root)) {
            throw new DatasetException(
                    "the data set's root %s is not an existing folder; give the folder that holds the categories, or a manifest"
                            .formatted(root));
        }
        return asked == DatasetFormat.AUTO ? ofFolder(root) : asked;
    }

    private static DatasetFormat ofFile(Path root) {
        return switch (FileEntry.unlisted(root).extension()) {
            case "csv" -> DatasetFormat.VISA;
            case "json" -> DatasetFormat.COCO;
            case "jsonl", "ndjson" -> DatasetFormat.JSONL;
            default ->
                throw new DatasetException(
                        "the data set's root %s is a file that is none of .csv (VisA), .json (COCO) and .jsonl; give one of these or a folder"
                                .formatted(root));
        };
    }

    private DatasetFormat ofFolder(Path root) throws IOException {
        if (!new VisaLayout(files, MaskFile.NUMBERED).tables(root).isEmpty()) {
            return DatasetFormat.VISA;
        } else if (!new JsonlLayout(files, MaskFile.BLACK_AND_WHITE)
                .manifests(root)
                .isEmpty()) {
            return DatasetFormat.JSONL;
        } else if (isMvtec(root)) {
            return DatasetFormat.MVTEC;
        } else if (!new CocoLayout(files).annotationFiles(root).isEmpty()) {
            return DatasetFormat.COCO;
        }
        boolean images = new FolderLayout(files, MaskFile.BLACK_AND_WHITE).holdsImages(root);
        // The MVTec AD layout is the one that most people mean; its messages tell what is missing.
        return images ? DatasetFormat.FOLDER : DatasetFormat.MVTEC;
    }

    private boolean isMvtec(Path root) throws IOException {
        if (files.isFolder(new Path(root, CategoryFolder.TEST))
                && files.isFolder(new Path(root, CategoryFolder.GROUND_TRUTH))) {
            return true;
        }
        for (FileEntry entry : files.list(root)) {
            if (entry.folder() && files.isFolder(new Path(entry.path(), CategoryFolder.TEST))) {
                return true;
            }
        }
        return false;
    }

    /** @param maskLevel grey level from which a mask file marks a pixel, or 0 for the format's own */
    DatasetLayout layout(DatasetFormat format, int maskLevel) {
        int level = maskLevel == 0 ? MaskFile.BLACK_AND_WHITE : maskLevel;
        return switch (format) {
            case MVTEC -> new MvtecLayout(files, level);
            case VISA -> new VisaLayout(files, maskLevel == 0 ? MaskFile.NUMBERED : maskLevel);
            case FOLDER -> new FolderLayout(files, level);
            case COCO -> new CocoLayout(files);
            case JSONL -> new JsonlLayout(files, level);
            case AUTO -> throw new IllegalArgumentException("the format must have been found out");
        };
    }
}
