package org.dualanodiff.pipeline.dataset;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.util.BitSet;
import java.util.stream.IntStream;
import org.dualanodiff.pipeline.dataset.MaskSource.MaskFile;

/**
 * From which grey level up a mask's picture marks, detected from the picture. A soft edge between black and white leads to
 * white; a darker region that does not is a defect drawn with a class's number or in a class's color.
 */
final class MaskLevel {
    /** Below this the levels of a JPEG may be noise. */
    private static final int NOISE = 32;

    /** Below this nothing is told from noise: a class's color is brighter, even dark blue. */
    private static final int FAINT = 8;

    /** Even pixels that a faint region has. */
    private static final int LEAST_EVEN = 16;

    /** So many classes may be as dark as noise. */
    private static final int MOST_CLASSES = 3;

    /** A drawn mask has no more levels than this; photographs and heat maps do. */
    private static final int DRAWN_LEVELS = 32;

    /** With so few levels no edge is soft for longer than {@link #EDGE}. */
    private static final int FEW_LEVELS = 8;

    /** Pixels from a white one within which a darker one is its soft edge. */
    private static final int EDGE = 2;

    private final byte[] levels;
    private final int width;
    private final int height;

    private MaskLevel(BufferedImage grey) {
        this.levels = ((DataBufferByte) grey.getRaster().getDataBuffer()).getData();
        this.width = grey.getWidth();
        this.height = grey.getHeight();
    }

    /**
     * @param grey a decoded mask
     * @param lossy whether its file's format changes levels
     * @return {@link MaskFile#BLACK_AND_WHITE}, or {@link MaskFile#NUMBERED} where all but black is marked
     * @throws IllegalArgumentException where it cannot be told, saying why and what to do
     */
    static int of(BufferedImage grey, boolean lossy) {
        return new MaskLevel(grey).find(lossy);
    }

    private int find(boolean lossy) {
        int[] histogram = new int[256];
        for (byte level : levels) {
            histogram[level & 0xFF]++;
        }
        long distinct = IntStream.of(histogram).filter(pixels -> pixels > 0).count();
        boolean drawn = !lossy && distinct <= DRAWN_LEVELS;
        int faint = drawn || lossy ? 0 : faintRegions(histogram);
        if (faint > 0) {
            throw unclear(faint);
        }
        int least = drawn ? MaskFile.NUMBERED : NOISE;
        if (IntStream.range(least, MaskFile.BLACK_AND_WHITE).allMatch(level -> histogram[level] == 0)) {
            return MaskFile.BLACK_AND_WHITE;
        }
        int mid = IntStream.range(NOISE, 256 - NOISE)
                .map(level -> histogram[level])
                .sum();
        if (!drawn && mid > levels.length / 2) {
            throw new IllegalArgumentException(
                    "more than half of it is neither black nor white, as in a photograph or a heat map; a mask is black with the defect in white");
        }
        int dark = darkRegions(least, drawn, distinct <= FEW_LEVELS);
        if (dark == 0) {
            return MaskFile.BLACK_AND_WHITE;
        } else if (drawn) {
            return MaskFile.NUMBERED;
        }
        throw unclear(dark);
    }

    private static IllegalArgumentException unclear(int pixels) {
        return new IllegalArgumentException(
                "part of the mask, %d pixels, lies below grey level %d and apart from what is marked; set dataset.mask-level, or save the mask in black and white without loss (PNG)"
                        .formatted(pixels, MaskFile.BLACK_AND_WHITE));
    }

    /**
     * Pixels of regions as dark as noise that are even, are not the ground, and touch nothing marked. The noise of a small JPEG that
     * was enlarged is even, too, but of many levels, where a class has one.
     */
    private int faintRegions(int[] histogram) {
        int ground = IntStream.range(0, histogram.length)
                .reduce(0, (most, level) -> histogram[level] > histogram[most] ? level : most);
        BitSet even = new BitSet(levels.length);
        for (int i = 0; i < levels.length; i++) {
            even.set(i, levels[i] >= FAINT && levels[i] < NOISE && levels[i] != ground && isFlat(i));
        }
        if (even.isEmpty()) {
            return 0;
        }
        BitSet connected = connectedToMarked(1);
        even.andNot(connected);
        int[] evenly = new int[NOISE];
        even.stream().forEach(i -> evenly[levels[i]]++);
        int most = IntStream.of(evenly).max().orElse(0);
        if (most < LEAST_EVEN || most < even.cardinality() / MOST_CLASSES) {
            return 0;
        }
        int faint = 0;
        for (int i = 0; i < levels.length && !even.isEmpty(); i++) {
            faint += levels[i] >= FAINT && levels[i] != ground && !connected.get(i) ? 1 : 0;
        }
        return faint;
    }

    /** Pixels from {@code least} up that are not marked, and no soft edge of what is. */
    private int darkRegions(int least, boolean drawn, boolean few) {
        BitSet edge = aroundMarked();
        BitSet connected = connectedToMarked(least);
        int dark = 0;
        for (int i = 0; i < levels.length; i++) {
            boolean apart = !connected.get(i) || drawn && (few || isFlat(i));
            dark += levels[i] >= least && !edge.get(i) && apart ? 1 : 0;
        }
        return dark;
    }

    private BitSet aroundMarked() {
        BitSet around = new BitSet(levels.length);
        for (int i = 0; i < levels.length; i++) {
            if (levels[i] < 0) {
                for (int y = Math.max(0, i / width - EDGE); y <= Math.min(height - 1, i / width + EDGE); y++) {
                    around.set(
                            y * width + Math.max(0, i % width - EDGE),
                            y * width + Math.min(width - 1, i % width + EDGE) + 1);
                }
            }
        }
        return around;
    }

    /** By sweeps down and up until nothing changes, which takes little memory for any picture. */
    private BitSet connectedToMarked(int least) {
        BitSet connected = new BitSet(levels.length);
        for (int i = 0; i < levels.length; i++) {
            connected.set(i, levels[i] < 0);
        }
        boolean changed = true;
        while (changed) {
            changed = false;
            for (int i = 0; i < levels.length; i++) {
                changed |= connect(connected, i, least);
            }
            for (int i = levels.length - 1; i >= 0; i--) {
                changed |= connect(connected, i, least);
            }
        }
        return connected;
    }

    private boolean connect(BitSet connected, int at, int least) {
        if (levels[at] < least || connected.get(at)) {
            return false;
        }
        for (int y = Math.max(0, at / width - 1); y <= Math.min(height - 1, at / width + 1); y++) {
            int next = connected.nextSetBit(y * width + Math.max(0, at % width - 1));
            if (next >= 0 && next <= y * width + Math.min(width - 1, at % width + 1)) {
                connected.set(at);
                return true;
            }
        }
        return false;
    }

    private boolean isFlat(int at) {
        for (int y = Math.max(0, at / width - 1); y <= Math.min(height - 1, at / width + 1); y++) {
            for (int x = Math.max(0, at % width - 1); x <= Math.min(width - 1, at % width + 1); x++) {
                if (levels[y * width + x] != levels[at]) {
                    return false;
                }
            }
        }
        return true;
    }
}
