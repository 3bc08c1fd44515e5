package org.dualanodiff.pipeline.upkeep;

import java.util.function.BooleanSupplier;

/**
 * Garbage before it goes. A store is listed once and then cleared, which may take long; somebody may have begun to use
 * the thing again since.
 *
 * @param still looks again whether it is garbage
 */
record FoundGarbage(Garbage garbage, BooleanSupplier still) {}
