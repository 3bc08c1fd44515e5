package org.dualanodiff.pipeline.crop;

import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.commons.rng.UniformRandomProvider;
import org.dualanodiff.model.detector.DetectorPair;
import org.dualanodiff.model.image.Box;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.mask.Components;
import org.dualanodiff.model.mask.Mask;

/**
 * Where the real defects lie, and windows of good images where new ones may lie, too: each at the place of a real defect,
 * relative to the box around the object or, where no object is known, to the image, or not too far from it. Where a
 * real defect reaches a border of its photograph, the window does, too. All photographs count the same, however many defects each
 * shows.
 */
public final class DefectPlaces {

    private static final int TRIES = 32;
    /** Of the share of the real defect's surroundings that is object. */
    private static final double LEAST_ON_OBJECT = 0.75;

    private final DefectCrops.Policy policy;
    private final List<List<Place>> photographs = new ArrayList<>();
    private final double spread;

    /** @param spread how far from a real defect's place one may lie, as a share of the box on each axis; 1: anywhere */
    public DefectPlaces(DefectCrops.Policy policy, double spread) {
        this.policy = policy;
        this.spread = spread;
    }

    /**
     * @param defect in its window, which reaches the borders that it reaches; null unless photographs are given
     * @param x center, 0 to 1 across the box
     * @param longest side of the defect's box, in pixels
     * @param borders of its photograph that it reaches
     * @param onObject share of the middle of its window that is object
     */
    private record Place(DetectorPair defect, double x, double y, int longest, Borders borders, double onObject) {

        Drawn in(Window window) {
            return new Drawn(window, defect, borders);
        }
    }

    /**
     * A window of a good image where a defect may lie.
     *
     * @param like the real defect whose place it is, in a window of its own; null unless photographs are given
     * @param borders that it reaches, and the window with it
     */
    public record Drawn(Window window, DetectorPair like, Borders borders) {}

    /**
     * @param mask of a real defect
     * @param object bright on the object, of the same size; empty where none is known
     * @param photograph of the defect, if windows are to come with what they show
     */
    public void add(BufferedImage mask, Optional<BufferedImage> object, Optional<BufferedImage> photograph) {
        Image defect = Image.gray(mask);
        Optional<Image> ground = object.map(Image::gray);
        Box box = box(ground, defect.width(), defect.height());
        List<Place> places = new ArrayList<>();
        for (Box one : new DefectCrops(policy).defects(defect)) {
            int side = policy.side(one.longerSide());
            Window window = Window.around(one.centerX(), one.centerY(), side, defect.width(), defect.height());
            // On a photograph of many windows' width, what is near its border can be far from the border's window.
            Borders borders = Borders.reachedBy(one, defect.width(), defect.height())
                    .holding(one, window, defect.width(), defect.height());
            Window own = borders.moved(window, defect.width(), defect.height());
            places.add(new Place(
                    photograph
                            .map(image -> shown(own, borders, Image.rgb(image), defect))
                            .orElse(null),
                    (one.centerX() - box.x()) / box.width(),
                    (one.centerY() - box.y()) / box.height(),
                    one.longerSide(),
                    borders,
                    onObject(window, ground)));
        }
        if (!places.isEmpty()) {
            photographs.add(places);
        }
    }

    /** What a window shows, without parts of the defect, or of others, at sides where this one does not come in. */
    private DetectorPair shown(Window window, Borders borders, Image photograph, Image mask) {
        Mask all = Mask.of(window.cut(mask));
        Components parts = all.components();
        int right = all.width() - 1;
        int bottom = all.height() - 1;
        boolean[] cut = parts.touchedBy(Mask.where(all.width(), all.height(), i -> {
            int x = i % all.width();
            int y = i / all.width();
            return x == 0 && !borders.left()
                    || y == 0 && !borders.top()
                    || x == right && !borders.right()
                    || y == bottom && !borders.bottom();
        }));
        Mask whole = parts.keep(part -> !cut[part]);
        Mask shown = whole.isEmpty() ? all : whole;
        int side = policy.resolution();
        return new DetectorPair(window.squared(photograph, side), shown.scaled(side, side));
    }

    /**
     * @param width of the good image
     * @param object bright on the object; empty where none is known
     * @return of several draws the first that is on the object as the real defect is, else the one most on it
     * @throws IllegalStateException if no real defect was added
     */
    public Drawn draw(UniformRandomProvider random, int width, int height, Optional<BufferedImage> object) {
        if (photographs.isEmpty()) {
            throw new IllegalStateException("no real defect says where generated ones may lie; add one first");
        }
        Optional<Image> ground = object.map(Image::gray);
        Box box = box(ground, width, height);
        Drawn best = null;
        double most = -1;
        for (int i = 0; i < TRIES; i++) {
            List<Place> places = photographs.get(random.nextInt(photographs.size()));
            Place place = places.get(random.nextInt(places.size()));
            Window window = drawn(random, place, box, width, height);
            double share = onObject(window, ground);
            if (share >= LEAST_ON_OBJECT * place.onObject()) {
                return place.in(window);
            }
            best = share > most ? place.in(window) : best;
            most = Math.max(most, share);
        }
        return best;
    }

    private Window drawn(UniformRandomProvider random, Place place, Box box, int width, int height) {
        double x = box.x() + moved(random, place.x()) * box.width();
        double y = box.y() + moved(random, place.y()) * box.height();
        Window window = Window.around(x, y, policy.side(place.longest()), width, height);
        return place.borders().moved(window, width, height);
    }

    private double moved(UniformRandomProvider random, double at) {
        return spread < 1 ? at + spread * (2 * random.nextDouble() - 1) : random.nextDouble();
    }

    private static Box box(Optional<Image> object, int width, int height) {
        return object.map(Mask::of)
                .filter(mask -> !mask.isEmpty())
                .map(Mask::box)
                .orElse(new Box(0, 0, width, height));
    }

    /** Of the window's middle, half of it on each axis; 1 where no object is known. */
    private static double onObject(Window window, Optional<Image> object) {
        int width = Math.max(1, window.width() / 2);
        int height = Math.max(1, window.height() / 2);
        int left = window.x() + (window.width() - width) / 2;
        int top = window.y() + (window.height() - height) / 2;
        return object.map(
                        pixels -> Mask.of(pixels.crop(left, top, width, height)).share())
                .orElse(1.0);
    }
}
