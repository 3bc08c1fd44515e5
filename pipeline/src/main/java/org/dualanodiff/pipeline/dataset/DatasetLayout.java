package org.dualanodiff.pipeline.dataset;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.Path;
import org.dualanodiff.pipeline.dataset.DatasetRequest.DatasetFormat;
import org.dualanodiff.pipeline.dataset.MaskSource.MaskFile;
import org.dualanodiff.pipeline.dataset.MvtecLayout.CategoryFolder;

/** One way of laying out a data set: where the images lie, and how their category, defect and mask are told. */
sealed interface DatasetLayout
        permits MvtecLayout,
                VisaLayout,
                FolderLayout,
                CocoLayout,
                JsonlLayout,
                YoloLayout,
                LabelMeLayout,
                LabelStudioLayout {
    /**
     * Lists the data set; opens no image.
     *
     * @param root its folder, or its one file
     * @param wanted categories that are going to be read; empty for all. Others may be left out
     * @throws DatasetException where the data set has another form than this one
     */
    Catalog catalog(Path root, List<String> wanted) throws IOException;

    /** Finds out which format a data set has, from the names in its first folders. */
    record Detection(DatasetFiles files) {

        /**
         * @param asked the format; {@link DatasetFormat#AUTO} to look
         * @throws DatasetException where there is no such folder or file, or where data sets lie one folder further down
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

        private DatasetFormat ofFile(Path root) throws IOException {
            return switch (FileEntry.unlisted(root).extension()) {
                case "csv" -> DatasetFormat.VISA;
                case "json" ->
                    new LabelStudioLayout(files).isExport(root) ? DatasetFormat.LABELSTUDIO : DatasetFormat.COCO;
                case "jsonl", "ndjson" -> DatasetFormat.JSONL;
                default ->
                    throw new DatasetException(
                            "the data set's root %s is a file that is none of .csv (VisA), .json (COCO) and .jsonl; give one of these or a folder"
                                    .formatted(root));
            };
        }

        private DatasetFormat ofFolder(Path root) throws IOException {
            JsonlLayout lines = new JsonlLayout(files, 0);
            if (!new VisaLayout(files, 0).tables(root).isEmpty()) {
                return DatasetFormat.VISA;
            } else if (lines.listsImages(root)) {
                return DatasetFormat.JSONL;
            } else if (isMvtec(root)) {
                return DatasetFormat.MVTEC;
            } else if (!new CocoLayout(files).annotationFiles(root).isEmpty()) {
                return DatasetFormat.COCO;
            } else if (!new LabelStudioLayout(files).exports(root).isEmpty()) {
                return DatasetFormat.LABELSTUDIO;
            } else if (new YoloLayout(files).isOne(root)) {
                return DatasetFormat.YOLO;
            } else if (new LabelMeLayout(files).isOne(root)) {
                return DatasetFormat.LABELME;
            } else if (!lines.manifests(root).isEmpty()) {
                return DatasetFormat.JSONL;
            }
            requireDeepEnough(root);
            boolean images = FolderWalk.holdsImages(files, root);
            // The MVTec AD layout is the one that most people mean; its messages tell what is missing.
            return images ? DatasetFormat.FOLDER : DatasetFormat.MVTEC;
        }

        private boolean isMvtec(Path root) throws IOException {
            if (MvtecLayout.isCategory(root, files)) {
                return true;
            }
            for (FileEntry entry : files.list(root)) {
                if (entry.folder() && new CategoryFolder(entry.name(), entry.path(), files, 0).holdsFolders()) {
                    return true;
                }
            }
            return false;
        }

        /** The folder of an archive around the data set, or several data sets: which of them is meant, a person knows. */
        private void requireDeepEnough(Path root) throws IOException {
            List<String> found = new ArrayList<>();
            for (FileEntry entry : files.list(root)) {
                boolean holdsOne = entry.folder()
                        && (isMvtec(entry.path())
                                || !new VisaLayout(files, 0)
                                        .tables(entry.path())
                                        .isEmpty()
                                || new JsonlLayout(files, 0).listsImages(entry.path())
                                || !new LabelStudioLayout(files)
                                        .exports(entry.path())
                                        .isEmpty()
                                || new YoloLayout(files).isOne(entry.path()));
                if (holdsOne) {
                    found.add(entry.path().toString());
                }
            }
            if (!found.isEmpty()) {
                throw new DatasetException("the data set lies one folder below %s: give %s as the root"
                        .formatted(root, found.stream().limit(5).collect(Collectors.joining(" or "))));
            }
        }

        /**
         * What to tell where nothing was found to learn from: the folder above that looks like the data set's, if there is one.
         */
        Optional<String> hint(Path root) throws IOException {
            Path folder = files.isFile(root) ? root.getParent() : root;
            Detection everywhere = new Detection(files.everywhere());
            for (int levels = 0; levels < 3 && folder != null && !folder.isRoot(); levels++) {
                Path above = folder.getParent();
                if (!new VisaLayout(everywhere.files, 0).tables(above).isEmpty()) {
                    return Optional.of("a table above lists it: give %s as the root".formatted(above));
                } else if (MvtecLayout.isCategory(above, everywhere.files) && above.getParent() != null) {
                    return Optional.of(
                            "it lies inside of a data set: give %s as the root".formatted(above.getParent()));
                } else if (everywhere.isPartOf(folder.getName(), above)) {
                    return Optional.of("it is one part of a data set: give %s as the root".formatted(above));
                }
                folder = above;
            }
            return Optional.empty();
        }

        /** Whether images lie in the one and masks, or the rest of the split, beside it. */
        private boolean isPartOf(String name, Path above) throws IOException {
            boolean images = Words.isImageFolder(name) || Words.mayBeMaskFolder(name);
            boolean split = isSplit(name);
            return (images || split)
                    && files.list(above).stream()
                            .filter(entry -> entry.folder() && !entry.name().equals(name))
                            .map(FileEntry::name)
                            .anyMatch(other -> images && (Words.mayBeMaskFolder(other) || Words.isImageFolder(other))
                                    || split && isSplit(other));
        }

        private static boolean isSplit(String name) {
            return Words.part(name).orElse(Candidate.Part.UNSAID) != Candidate.Part.UNSAID;
        }

        /** @param maskLevel grey level from which a mask file marks a pixel, or 0 for the format's own */
        DatasetLayout layout(DatasetFormat format, int maskLevel) {
            return switch (format) {
                case MVTEC -> new MvtecLayout(files, maskLevel);
                case VISA -> new VisaLayout(files, maskLevel == 0 ? MaskFile.NUMBERED : maskLevel);
                case FOLDER -> new FolderLayout(files, maskLevel);
                case COCO -> new CocoLayout(files);
                case JSONL -> new JsonlLayout(files, maskLevel);
                case YOLO -> new YoloLayout(files);
                case LABELME -> new LabelMeLayout(files);
                case LABELSTUDIO -> new LabelStudioLayout(files);
                case AUTO -> throw new IllegalArgumentException("the format must have been found out");
            };
        }
    }
}
