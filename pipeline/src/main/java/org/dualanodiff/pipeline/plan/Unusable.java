package org.dualanodiff.pipeline.plan;

import java.io.Serializable;

/** A set that nothing can be learned from, and why. */
public record Unusable(String category, String defect, String reason) implements Serializable {}
