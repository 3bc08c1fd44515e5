package org.dualanodiff.pipeline.run;

import java.util.List;

/** No image of a whole category can be learned from. */
public final class UnusableDataException extends RuntimeException {

    private static final int REASONS_SHOWN = 20;

    UnusableDataException(List<String> categories, List<String> reasons) {
        super(message(categories, reasons));
    }

    private static String message(List<String> categories, List<String> reasons) {
        String shown = String.join("\n  ", reasons.subList(0, Math.min(REASONS_SHOWN, reasons.size())));
        int more = reasons.size() - REASONS_SHOWN;
        return "no usable training image in %s%s%s"
                .formatted(
                        String.join(", ", categories),
                        reasons.isEmpty() ? "" : ":\n  " + shown,
                        more > 0 ? "\n  and %d more".formatted(more) : "");
    }
}
