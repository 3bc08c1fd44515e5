package org.dualanodiff.pipeline.evaluate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.image.PngCodec;
import org.dualanodiff.pipeline.crop.Window;
import org.dualanodiff.pipeline.evaluate.CategoryImages.TestImage;
import org.dualanodiff.pipeline.evaluate.EvaluateArm.CaseScore;

/** The defective test images without a twin, the best located first. */
final class LocatedDefects {

    private static final int SHOWN = 6;
    private static final int GAP = 4;

    private final List<Located> best;

    private record Located(TestImage image, ScoreMap map, CaseScore score) {}

    private LocatedDefects(List<Located> best) {
        this.best = best;
    }

    static LocatedDefects of(List<TestImage> images, List<ScoreMap> maps) {
        List<Located> located = new ArrayList<>();
        for (int i = 0; i < maps.size(); i++) {
            if (!images.get(i).isGood() && !images.get(i).twin()) {
                located.add(new Located(images.get(i), maps.get(i), score(images.get(i), maps.get(i))));
            }
        }
        located.sort(Comparator.comparingDouble((Located one) -> -one.score.pixelAp())
                .thenComparing(one -> one.score.image()));
        return new LocatedDefects(located);
    }

    private static CaseScore score(TestImage image, ScoreMap map) {
        double precision =
                PixelScores.of(List.of(map)).ranking().averagePrecision().orElseThrow();
        return new CaseScore(image.label(), precision, map.imageScore());
    }

    List<CaseScore> scores() {
        return best.stream().map(Located::score).toList();
    }

    /** A PNG: a column a case, the best on the left, the worst on the right; image, true mask and map below one another. */
    byte[] sheet() {
        int shown = Math.min(SHOWN, best.size() / 2);
        List<Located> cases = new ArrayList<>(best.subList(0, shown));
        cases.addAll(best.subList(best.size() - shown, best.size()));
        if (cases.isEmpty()) {
            return null;
        }
        int side = cases.get(0).map.width();
        int width = cases.size() * (side + GAP) - GAP;
        int height = 3 * (side + GAP) - GAP;
        Image sheet = new Image(width, height, 3, new byte[3 * width * height]);
        for (int column = 0; column < cases.size(); column++) {
            Located one = cases.get(column);
            List<Image> cells =
                    List.of(one.image.pair().image(), one.image.pair().mask().image(), grey(one.map));
            for (int row = 0; row < cells.size(); row++) {
                Window cell = new Window(column * (side + GAP), row * (side + GAP), side, side);
                sheet = cell.paste(sheet, Image.rgb(cells.get(row).buffered()));
            }
        }
        return PngCodec.encode(sheet.buffered());
    }

    private static Image grey(ScoreMap map) {
        byte[] levels = new byte[map.scores().length];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = Image.toLevel(255 * map.scores()[i]);
        }
        return new Image(map.width(), map.height(), 1, levels);
    }
}
