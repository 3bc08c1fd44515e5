package org.dualanodiff.pipeline.report;

/** How a chart's axis spreads its values. */
public enum AxisScale {
    LINEAR,
    /** Equal steps are equal factors; for positive values that span several orders of magnitude, such as areas. */
    LOGARITHMIC
}
