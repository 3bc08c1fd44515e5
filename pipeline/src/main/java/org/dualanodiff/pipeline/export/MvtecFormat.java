package org.dualanodiff.pipeline.export;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.export.ExportFormat.PairFormat;
import org.dualanodiff.pipeline.export.ExportFormat.PairFormat.Keys;
import org.dualanodiff.pipeline.store.ObjectStore;

/**
 * {@code CATEGORY/test/DEFECT/ID.png} with {@code CATEGORY/ground_truth/DEFECT/ID_mask.png}, and the real good images in
 * {@code CATEGORY/{train,test}/good}. MVTec AD knows no training defects, so pairs lie where its readers look for
 * defects: in {@code test}. The real images that are held out for testing are not among them.
 */
record MvtecFormat() implements PairFormat.OfFiles {

    private static final String README = """
            # Training data in the layout of MVTec AD

            `CATEGORY/test/DEFECT` and `CATEGORY/ground_truth/DEFECT` hold pairs to train on: generated ones, and the real
            ones that the generator learned from (`real-*.png`) where originals were exported. MVTec AD has no folder for
            defects to train on; its readers look for them in `test`.

            The real defect images that are held out for testing are not here. Test with the original data set.
            """;

    @Override
    public ExportedPair.Entry write(ExportedPair pair, ExportPlan.Classes classes, ObjectStore target) {
        String image = Keys.of(folder(pair.category(), "test", pair.defect()), pair.id() + ".png");
        String mask = Keys.of(folder(pair.category(), "ground_truth", pair.defect()), pair.id() + "_mask.png");
        target.write(image, pair.image());
        target.write(mask, pair.mask());
        return pair.entry(image, mask);
    }

    private static String folder(String category, String part, String defect) {
        return Keys.of(Keys.named(category), part, Keys.named(defect));
    }

    @Override
    public List<String> folders(ExportPlan.Classes classes) {
        return classes.units().stream()
                .flatMap(unit ->
                        Stream.of("test", "ground_truth").map(part -> folder(unit.category(), part, unit.defect())))
                .toList();
    }

    @Override
    public String good(String category, String split, String file) {
        return Keys.of(Keys.named(category), split, "good", file);
    }

    @Override
    public void finish(Entries entries, ExportPlan.Classes classes, ObjectStore target) {
        target.write("README.md", README.getBytes(StandardCharsets.UTF_8));
    }
}
