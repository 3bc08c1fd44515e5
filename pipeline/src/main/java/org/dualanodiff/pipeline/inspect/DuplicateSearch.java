package org.dualanodiff.pipeline.inspect;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.math3.stat.descriptive.rank.Median;
import org.dualanodiff.pipeline.inspect.DuplicateSearch.Duplicate.Concern;
import org.dualanodiff.pipeline.inspect.DuplicateSearch.Duplicate.Kind;

/**
 * Finds images of one category that are the same picture, or pictures of the same thing.
 *
 * <p>How alike two different products look depends on the category: castings in a fixture nearly coincide, fabrics have
 * nothing in common. So two images are near duplicates where their thumbnails are much closer than is usual between
 * images of the category. Of the magnetic tile data set's defect images for testing, 146 show a tile of the training
 * images again; this finds 106 of them, and 25 others.
 */
final class DuplicateSearch {
    /** Part of the usual distance between two images of the category. */
    private static final double NEAR = 0.05;

    /** Nearer than this are copies in another encoding, whatever is usual. */
    private static final double COPY = 5e-4;

    /** Images that the usual distance is taken from. */
    private static final int SAMPLED = 400;

    private final List<SeenImage> images;
    private final double limit;

    private DuplicateSearch(List<SeenImage> images) {
        this.images = images;
        this.limit = Math.max(COPY, NEAR * usualDistance(images));
    }

    /** @param images of one category; pairs that are of no {@link Concern} are left out */
    static List<Duplicate> among(List<SeenImage> images) {
        return new DuplicateSearch(images).run();
    }

    private List<Duplicate> run() {
        return IntStream.range(0, images.size())
                .parallel()
                .boxed()
                .flatMap(this::withLater)
                .sorted(Comparator.comparing(Duplicate::kind)
                        .thenComparing(Duplicate::first)
                        .thenComparing(Duplicate::second))
                .toList();
    }

    private Stream<Duplicate> withLater(int first) {
        return IntStream.range(first + 1, images.size())
                .mapToObj(second -> compare(images.get(first), images.get(second)))
                .flatMap(Optional::stream);
    }

    private Optional<Duplicate> compare(SeenImage first, SeenImage second) {
        boolean labels = !first.label().equals(second.label());
        // An image of several defects is no copy of itself.
        if (!labels && first.training() == second.training()
                || first.file().equals(second.file())
                || !first.thumbnail().mayResemble(second.thumbnail())) {
            return Optional.empty();
        }
        double distance = first.thumbnail().distance(second.thumbnail());
        boolean exact = first.pixels().equals(second.pixels());
        boolean crossing = first.training() != second.training();
        // A good image that looks like a defect one differs where the defect is; only the same pixels are a
        // contradiction.
        if (!exact && (!crossing || distance > limit || isFlat(first) || isFlat(second))) {
            return Optional.empty();
        }
        return Optional.of(new Duplicate(
                first.category(),
                exact ? Kind.EXACT : Kind.NEAR,
                crossing ? Concern.TRAINING_AND_TEST : Concern.DIFFERENT_LABELS,
                first.file(),
                second.file(),
                Math.max(0, distance)));
    }

    /** Of pictures without any pattern there is nothing to compare. */
    private static boolean isFlat(SeenImage image) {
        return image.thumbnail().distance(image.thumbnail()) > 0.5;
    }

    private static double usualDistance(List<SeenImage> images) {
        int step = Math.max(1, images.size() / SAMPLED);
        List<Thumbnail> sample = new ArrayList<>();
        for (int i = 0; i < images.size(); i += step) {
            sample.add(images.get(i).thumbnail());
        }
        double[] distances = IntStream.range(0, sample.size())
                .mapToObj(i -> sample.subList(i + 1, sample.size()).stream()
                        .mapToDouble(other -> sample.get(i).distance(other)))
                .flatMapToDouble(pairs -> pairs)
                .toArray();
        return distances.length == 0 ? 0 : new Median().evaluate(distances);
    }

    /**
     * What an image looks like from afar: its grey levels in 32 x 32 cells, without their mean and scaled to length 1, so
     * that light and exposure do not count; and an average hash, one bit for each of 8 x 8 cells that is brighter than the
     * mean.
     */
    record Thumbnail(float[] pattern, long hash) {
        private static final int SIDE = 32;
        private static final int HASH_SIDE = 8;

        /** Images whose hashes differ in more bits are not compared any closer. */
        private static final int HASH_BITS = 16;

        /** @param image in the form that {@link org.dualanodiff.pipeline.dataset.ImageDecoder#image} gives */
        static Thumbnail of(BufferedImage image) {
            float[] cells = cells(image);
            double mean = mean(cells);
            double squares = 0;
            for (int i = 0; i < cells.length; i++) {
                cells[i] -= (float) mean;
                squares += cells[i] * cells[i];
            }
            for (int i = 0; i < cells.length && squares > 0; i++) {
                cells[i] /= (float) Math.sqrt(squares);
            }
            return new Thumbnail(cells, hash(cells));
        }

        /** Mean level of each cell; an image smaller than the cells gives one pixel to several of them. */
        private static float[] cells(BufferedImage image) {
            byte[] bgr = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
            int width = image.getWidth();
            int height = image.getHeight();
            float[] cells = new float[SIDE * SIDE];
            for (int cell = 0; cell < cells.length; cell++) {
                int left = cell % SIDE * width / SIDE;
                int right = Math.max(left + 1, (cell % SIDE + 1) * width / SIDE);
                int top = cell / SIDE * height / SIDE;
                int bottom = Math.max(top + 1, (cell / SIDE + 1) * height / SIDE);
                cells[cell] = (float) sum(bgr, width, left, right, top, bottom) / ((right - left) * (bottom - top));
            }
            return cells;
        }

        private static long sum(byte[] bgr, int width, int left, int right, int top, int bottom) {
            long sum = 0;
            for (int y = top; y < bottom; y++) {
                for (int i = (y * width + left) * 3; i < (y * width + right) * 3; i++) {
                    sum += bgr[i] & 0xFF;
                }
            }
            return sum;
        }

        private static double mean(float[] values) {
            double sum = 0;
            for (float value : values) {
                sum += value;
            }
            return sum / values.length;
        }

        private static long hash(float[] cells) {
            int step = SIDE / HASH_SIDE;
            float[] coarse = new float[HASH_SIDE * HASH_SIDE];
            for (int i = 0; i < cells.length; i++) {
                coarse[i / SIDE / step * HASH_SIDE + i % SIDE / step] += cells[i];
            }
            long hash = 0;
            for (int i = 0; i < coarse.length; i++) {
                hash |= coarse[i] > 0 ? 1L << i : 0;
            }
            return hash;
        }

        /** Whether a closer look is worth its time. */
        boolean mayResemble(Thumbnail other) {
            return Long.bitCount(hash ^ other.hash) <= HASH_BITS;
        }

        /** One less the correlation: 0 for the same pattern, about 1 for unrelated ones. */
        double distance(Thumbnail other) {
            double product = 0;
            for (int i = 0; i < pattern.length; i++) {
                product += pattern[i] * other.pattern[i];
            }
            return 1 - product;
        }
    }

    /**
     * An image that was opened.
     *
     * @param label its defect, or {@code good}
     * @param training whether it is for training, and not for testing
     * @param file its path below the data set's root
     * @param pixels SHA-256 of the decoded picture
     */
    record SeenImage(
            String category,
            String label,
            boolean training,
            String file,
            int width,
            int height,
            String pixels,
            Thumbnail thumbnail) {}

    /**
     * Two images that are the same, or look it.
     *
     * @param kind how alike they are
     * @param concern why it matters
     * @param first path below the data set's root
     * @param second path below the data set's root
     * @param distance one less the correlation of their thumbnails
     */
    public record Duplicate(String category, Kind kind, Concern concern, String first, String second, double distance) {

        /** How alike two images are. */
        public enum Kind {
            /** The same pixels. */
            EXACT,
            /** Nearly the same pattern of light and dark: stored again, scaled, or taken again. */
            NEAR
        }

        /** Why two alike images matter. */
        public enum Concern {
            /** One is for training, the other for testing: scores on it are too good. */
            TRAINING_AND_TEST,
            /** They stand for different defects, or one for a good product. */
            DIFFERENT_LABELS
        }
    }
}
