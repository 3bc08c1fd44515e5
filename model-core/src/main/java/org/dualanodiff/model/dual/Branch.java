package org.dualanodiff.model.dual;

/**
 * The two interrelated branches of one pair (paper, section 3.1). Rows of a batch are pairs, pair after
 * pair, with the branch fastest: {@code [pair 0 GLOBAL, pair 0 ANOMALY, pair 1 GLOBAL, ...]}, written
 * {@code (b f)}.
 */
public enum Branch {
    /** The whole image with its defect. */
    GLOBAL,
    /** The defect alone on mid-grey. */
    ANOMALY;

    /** F, the number of branches. */
    public static final int COUNT = 2;
}
