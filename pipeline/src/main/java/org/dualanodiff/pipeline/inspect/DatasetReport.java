package org.dualanodiff.pipeline.inspect;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.util.List;
import org.dualanodiff.pipeline.dataset.Quarantined;

/**
 * What was found in a data set.
 *
 * @param format the format it was read in
 * @param categories by name
 * @param duplicates images that are the same or look it, and should not
 * @param problems files and entries that were set aside
 * @param warnings what a person should look at, in words
 */
public record DatasetReport(
        String root,
        String format,
        List<Category> categories,
        List<Duplicate> duplicates,
        List<Quarantined> problems,
        List<String> warnings) {
    private static final Gson GSON = new GsonBuilder()
            .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
            .disableHtmlEscaping()
            .setPrettyPrinting()
            .create();

    public DatasetReport {
        categories = List.copyOf(categories);
        duplicates = List.copyOf(duplicates);
        problems = List.copyOf(problems);
        warnings = List.copyOf(warnings);
    }

    /**
     * One product.
     *
     * @param sizes of all its images, the most frequent first
     */
    public record Category(String name, int goodTraining, int goodTest, List<SizeCount> sizes, List<Defect> defects) {
        /** Whether there is anything to learn from. */
        public boolean usable() {
            return defects.stream().anyMatch(defect -> defect.training() > 0);
        }
    }

    /** How many images have one size in pixels. */
    public record SizeCount(int width, int height, int images) {}

    /**
     * One defect of a product.
     *
     * @param training images for training
     * @param test the other images
     * @param setAside images and masks that cannot be used
     * @param maskArea marked part of an image, 0..1
     * @param smallestMask pixels of the smallest mask; 0 where there is none
     */
    public record Defect(String name, int training, int test, int setAside, Quantiles maskArea, long smallestMask) {}

    /** Whether every category has something to learn from. */
    public boolean usable() {
        return !categories.isEmpty() && categories.stream().allMatch(Category::usable);
    }

    public String json() {
        return GSON.toJson(this);
    }
}
