package org.dualanodiff.pipeline.generate;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.URI;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.sampling.Anchors;
import org.dualanodiff.model.sampling.Anchors.Anchor;
import org.dualanodiff.model.sampling.SampleSeries;
import org.dualanodiff.pipeline.background.BackgroundSource;
import org.dualanodiff.pipeline.crop.DefectPlaces;
import org.dualanodiff.pipeline.crop.Window;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.dataset.DatasetPath;
import org.dualanodiff.pipeline.dataset.DefectSet.DefectImage;
import org.dualanodiff.pipeline.generate.AnchorSource.CropSource;

/**
 * The windows of good images that the samples of one defect are made in. Which image and which window a sample gets follows
 * from its series and index alone. A sampler takes them on one thread while pairs are composed on another.
 */
final class GoodCrops {

    /** Along sides of a window that cut the photograph no defect is made, over this part of the window. */
    private static final double INSET = 1.0 / 32;

    private final CropSource source;
    private final DatasetFiles files;
    private final BackgroundSource.ObjectMasks objects;
    private final DefectPlaces places;
    private final Anchors anchors;
    private final Map<Long, GoodCrop> latest;

    /**
     * @param real defect images, which say where defects lie
     * @param kept windows held in memory: those of all pairs under way
     * @throws IOException if an image of the data set cannot be read
     */
    GoodCrops(CropSource source, List<DefectImage> real, DatasetFiles files, int kept) throws IOException {
        this.latest = latest(kept);
        this.source = source;
        this.files = files;
        this.objects =
                source.good().objects() == null ? null : source.good().objects().open(files);
        this.places = new DefectPlaces(source.policy(), source.spread());
        this.anchors = new Anchors(source.good().good().size(), source.good().anchoring(), this::load);
        for (DefectImage defect : real) {
            places.add(
                    defect.openMask(files),
                    object(defect.imageUri(), () -> defect.openImage(files)),
                    source.good().anchoring().startsFromReal()
                            ? Optional.of(defect.openImage(files))
                            : Optional.empty());
        }
    }

    /** The windows as anchors, for a sampler. */
    Anchors anchors() {
        return anchors;
    }

    private static Map<Long, GoodCrop> latest(int kept) {
        return new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Long, GoodCrop> eldest) {
                return size() > kept;
            }
        };
    }

    /** The window of a sample of the defect's series; read already if a sampler has just had it. */
    synchronized GoodCrop of(SampleSeries series, long index) {
        if (!latest.containsKey(index)) {
            anchors.of(series, index);
        }
        return latest.get(index);
    }

    private synchronized Optional<Anchor> load(int number, SampleSeries series, long index) throws IOException {
        URI uri = source.good().good().get(number);
        Optional<BufferedImage> found = files.goodImage(uri);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        BufferedImage photograph = found.get();
        Optional<BufferedImage> object = object(uri, () -> photograph);
        DefectPlaces.Drawn drawn =
                places.draw(series.generator("place", index), photograph.getWidth(), photograph.getHeight(), object);
        Window window = drawn.window();
        int side = source.policy().resolution();
        Image working = window.squared(Image.rgb(photograph), side);
        float[] place = place(window, photograph, object);
        Anchor anchor = new Anchor(
                DatasetPath.address(uri) + window.fragment(),
                working.buffered(),
                working.signed(),
                place,
                drawn.like() == null
                        ? null
                        : source.good()
                                .pasted(
                                        drawn.like(),
                                        drawn.borders(),
                                        working,
                                        place,
                                        series.generator("pasted", index)));
        latest.put(index, new GoodCrop(photograph, window, anchor));
        return Optional.of(anchor);
    }

    /** Nowhere else than on the object, and away from where the photograph is cut, so that the blend is inside the window. */
    private float[] place(Window window, BufferedImage photograph, Optional<BufferedImage> object) {
        int side = source.policy().resolution();
        int inset = (int) Math.ceil(INSET * side);
        int left = window.x() > 0 ? inset : 0;
        int top = window.y() > 0 ? inset : 0;
        int right = window.x() + window.width() < photograph.getWidth() ? side - inset : side;
        int bottom = window.y() + window.height() < photograph.getHeight() ? side - inset : side;
        float[] place = new float[side * side];
        for (int y = top; y < bottom; y++) {
            Arrays.fill(place, y * side + left, y * side + right, 1);
        }
        Optional<Image> on = object.map(Image::gray).map(mask -> window.squaredMask(mask, side));
        for (int i = 0; i < place.length && on.isPresent(); i++) {
            place[i] = on.get().levels()[i] == 0 ? 0 : place[i];
        }
        return place;
    }

    private Optional<BufferedImage> object(URI uri, Photograph photograph) throws IOException {
        return objects == null ? Optional.empty() : Optional.of(objects.of(uri, photograph.read()));
    }

    /** Read only where an object is looked for in it. */
    @FunctionalInterface
    private interface Photograph {
        BufferedImage read() throws IOException;
    }

    /**
     * A window of a good image that a pair is made in.
     *
     * @param photograph the whole good image
     * @param window where in it
     * @param anchor the window at the working resolution, with the places where a defect may be
     */
    record GoodCrop(BufferedImage photograph, Window window, Anchor anchor) {}
}
