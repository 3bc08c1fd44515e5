package org.dualanodiff.model.mask;

import java.io.Serializable;
import java.util.Arrays;

/**
 * Run lengths of COCO (Lin et al., "Microsoft COCO", ECCV 2014; file format of its API): pixels are counted down the
 * columns from the upper left corner, unmarked and marked runs take turns, and the first, maybe 0 long, is unmarked.
 *
 * <p>The compressed form writes each count, from the fourth on less the one two before it, in groups of five bits with
 * the lowest first, a sixth bit telling that more follow, as the characters {@code '0' .. 'o'}; the last group's fifth
 * bit is the sign.
 */
public record RunLengths(int[] counts) implements Serializable {
    private static final int FIRST_CHARACTER = '0';
    private static final int MORE = 0x20;
    private static final int SIGN = 0x10;
    private static final int GROUP = 0x1F;
    private static final int GROUP_BITS = 5;
    private static final int MAX_GROUPS = 7;
    /** Pixels of the largest picture. */
    private static final int MOST = 100_000_000;

    /**
     * Reads the compressed form.
     *
     * @throws IllegalArgumentException where a character is none of the form's, or a run is negative
     */
    public static RunLengths parse(String compressed) {
        int[] counts = new int[compressed.length()];
        int size = 0;
        int at = 0;
        while (at < compressed.length()) {
            long value = 0;
            int groups = 0;
            int group;
            do {
                group = group(compressed, at++);
                value |= (long) (group & GROUP) << GROUP_BITS * groups++;
            } while ((group & MORE) != 0 && groups < MAX_GROUPS);
            if ((group & SIGN) != 0) {
                value -= 1L << GROUP_BITS * groups;
            }
            counts[size] = checked(size > 2 ? value + counts[size - 2] : value, size);
            size++;
        }
        return new RunLengths(Arrays.copyOf(counts, size));
    }

    private static int group(String compressed, int at) {
        if (at == compressed.length()) {
            throw new IllegalArgumentException("the run lengths end in the middle of a number");
        }
        int group = compressed.charAt(at) - FIRST_CHARACTER;
        if (group < 0 || group >= 2 * MORE) {
            throw new IllegalArgumentException(
                    "the run lengths hold the character U+%04X at place %d, which stands for no number"
                            .formatted((int) compressed.charAt(at), at));
        }
        return group;
    }

    private static int checked(long count, int index) {
        if (count < 0 || count > MOST) {
            throw new IllegalArgumentException("run %d is %d pixels long".formatted(index, count));
        }
        return (int) count;
    }

    public static RunLengths of(Mask mask) {
        int[] counts = new int[16];
        int size = 1;
        for (int i = 0; i < mask.set().length; i++) {
            boolean marked = mask.set()[i % mask.height() * mask.width() + i / mask.height()];
            if (marked != (size % 2 == 0)) {
                size++;
                counts = size > counts.length ? Arrays.copyOf(counts, 2 * size) : counts;
            }
            counts[size - 1]++;
        }
        return new RunLengths(Arrays.copyOf(counts, size));
    }

    /** @throws IllegalArgumentException where a run is negative or longer than any picture */
    public static RunLengths of(long[] counts) {
        int[] checked = new int[counts.length];
        Arrays.setAll(checked, i -> checked(counts[i], i));
        return new RunLengths(checked);
    }

    /** @throws IllegalArgumentException where the runs are not {@code pixels} long together */
    public void requireArea(long pixels) {
        long sum = Arrays.stream(counts).asLongStream().sum();
        if (sum != pixels) {
            throw new IllegalArgumentException(
                    "the run lengths cover %d pixels, the picture has %d".formatted(sum, pixels));
        }
    }

    /** @throws IllegalArgumentException where the runs are of another number of pixels */
    public Mask mask(int width, int height) {
        requireArea((long) width * height);
        boolean[] set = new boolean[width * height];
        int at = 0;
        for (int i = 0; i < counts.length; i++) {
            int end = at + counts[i];
            for (; i % 2 == 1 && at < end; at++) {
                set[at % height * width + at / height] = true;
            }
            at = end;
        }
        return new Mask(width, height, set);
    }

    /** In the form that {@link #parse} reads. */
    public String compressed() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < counts.length; i++) {
            append(text, i > 2 ? counts[i] - counts[i - 2] : counts[i]);
        }
        return text.toString();
    }

    private static void append(StringBuilder text, int value) {
        boolean more = true;
        for (int rest = value; more; ) {
            int group = rest & GROUP;
            rest >>= GROUP_BITS;
            more = (group & SIGN) == 0 ? rest != 0 : rest != -1;
            text.append((char) (FIRST_CHARACTER + group + (more ? MORE : 0)));
        }
    }
}
