package org.dualanodiff.pipeline.export;

import java.io.Serializable;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.dualanodiff.pipeline.UnitKey;

/**
 * The classes of an export: one a (category, defect), numbered from 0 in the order of their names.
 *
 * @param units distinct and sorted
 */
public record ClassNames(List<UnitKey> units) implements Serializable {

    private static final Comparator<UnitKey> ORDER =
            Comparator.comparing(UnitKey::category).thenComparing(UnitKey::defect);

    public ClassNames {
        units = List.copyOf(units);
    }

    public static ClassNames of(Collection<UnitKey> units) {
        return new ClassNames(units.stream().distinct().sorted(ORDER).toList());
    }

    int number(String category, String defect) {
        return units.indexOf(new UnitKey(category, defect));
    }

    /** In the order of their numbers, such as {@code cloth/hole}. */
    List<String> names() {
        return units.stream().map(unit -> unit.category() + "/" + unit.defect()).toList();
    }
}
