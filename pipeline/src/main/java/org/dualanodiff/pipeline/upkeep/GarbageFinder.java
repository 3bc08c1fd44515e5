package org.dualanodiff.pipeline.upkeep;

import java.util.List;

/** Looks for garbage in one part of a store. */
interface GarbageFinder {

    /**
     * @param files of the whole store, without those of broken writes
     * @return in the order in which it may go
     */
    List<FoundGarbage> find(Inventory files);
}
