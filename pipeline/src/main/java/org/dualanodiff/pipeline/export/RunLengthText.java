package org.dualanodiff.pipeline.export;

import java.util.ArrayList;
import java.util.List;
import org.dualanodiff.model.image.Image;

/**
 * A mask's run lengths in COCO's text form: runs down the columns, the first one of background; each but the first three
 * as its difference to the run two before, in groups of five bits, lowest first, from the character {@code 0} on.
 * Source: {@code maskApi.c} of the COCO API.
 */
final class RunLengthText {

    private static final int DEFECT = 128;
    private static final int GROUP_BITS = 5;
    private static final int GROUP_MASK = 0x1f;
    private static final int SIGN_BIT = 0x10;
    private static final int MORE_BIT = 0x20;
    private static final int FIRST_CHARACTER = 48;

    private RunLengthText() {}

    static String of(Image mask) {
        List<Integer> runs = runs(mask);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < runs.size(); i++) {
            append(text, i > 2 ? runs.get(i) - runs.get(i - 2) : runs.get(i));
        }
        return text.toString();
    }

    static List<Integer> runs(Image mask) {
        List<Integer> runs = new ArrayList<>();
        boolean defect = false;
        int length = 0;
        for (int i = 0; i < mask.width() * mask.height(); i++) {
            boolean here = mask.level(0, i % mask.height(), i / mask.height()) >= DEFECT;
            if (here != defect) {
                runs.add(length);
                length = 0;
                defect = here;
            }
            length++;
        }
        runs.add(length);
        return runs;
    }

    private static void append(StringBuilder text, int value) {
        int rest = value;
        boolean more = true;
        while (more) {
            int group = rest & GROUP_MASK;
            rest >>= GROUP_BITS;
            more = (group & SIGN_BIT) != 0 ? rest != -1 : rest != 0;
            text.append((char) (FIRST_CHARACTER + (more ? group | MORE_BIT : group)));
        }
    }
}
