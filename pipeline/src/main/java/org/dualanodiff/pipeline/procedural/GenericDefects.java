package org.dualanodiff.pipeline.procedural;

import java.util.List;
import org.dualanodiff.pipeline.procedural.Canvas.Brush;

/** Defects that can be on anything, in any color and size: each is a shape with a finish. */
final class GenericDefects {
    static final List<Defect> ALL = List.of(
            // Spots: about as wide as long.
            defect("hole", DefectShapes::blob, DefectFinishes::open),
            defect("blowhole", DefectShapes::drops, DefectFinishes::open),
            defect("spot", DefectShapes::swarm, DefectFinishes::cover),
            defect("stain", DefectShapes::blob, DefectFinishes::soak),
            defect("rust", DefectShapes::swarm, DefectFinishes::rust),
            defect("burn", DefectShapes::blob, DefectFinishes::burn),
            defect("dent", DefectShapes::blob, DefectFinishes::emboss),
            defect("bubble", DefectShapes::drops, DefectFinishes::bulge),
            // Lines: much longer than wide.
            defect("scratch", DefectShapes::scratches, DefectFinishes::groove),
            defect("crack", DefectShapes::crack, DefectFinishes::groove),
            defect("thread", DefectShapes::curls, DefectFinishes::fiber),
            defect("cut", DefectShapes::slit, DefectFinishes::open),
            defect("fold", DefectShapes::crease, DefectFinishes::emboss),
            // Edges: from the outline on.
            defect("chip", DefectShapes::pieceOfRim, DefectFinishes::missing),
            defect("break", DefectShapes::side, DefectFinishes::missing),
            defect("fray", DefectShapes::bandOfRim, DefectFinishes::cover),
            // Areas, and marks.
            defect("uneven", DefectShapes::stretch, DefectFinishes::fade),
            defect("blur", DefectShapes::stretch, DefectFinishes::smear),
            defect("print", DefectShapes::glyphs, DefectFinishes::ink),
            defect("patch", DefectShapes::piece, DefectFinishes::otherSurface));

    private GenericDefects() {}

    @FunctionalInterface
    private interface Region {
        /** By its depth, see {@link Field}; may reach beyond the product. */
        Field draw(Scene scene, PictureRandom random);
    }

    @FunctionalInterface
    private interface Finish {
        Brush brush(Scene scene, Field depth, PictureRandom random);
    }

    /** Nothing of it is seen beside the product. */
    private static Defect defect(String name, Region region, Finish finish) {
        return new Defect(name, (scene, random) -> {
            Brush brush = finish.brush(scene, region.draw(scene, random).sampled(), random);
            return (old, x, y) -> {
                double alpha = scene.object().coverage(x, y);
                return alpha == 0 ? old : old.mix(brush.over(old, x, y), alpha);
            };
        });
    }
}
