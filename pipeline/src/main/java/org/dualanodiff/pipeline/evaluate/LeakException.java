package org.dualanodiff.pipeline.evaluate;

import org.dualanodiff.pipeline.UserError;
import java.util.List;
import java.util.stream.Collectors;

/** A test image was seen in a training, so that no figure on it would mean anything. */
public final class LeakException extends UserError {

    private static final int SHOWN = 20;

    private static final long serialVersionUID = 1L;

    /**
     * @param leaks a line each
     * @param advice what to do about them
     */
    LeakException(List<String> leaks, String advice) {
        super(Cause.DATA, List.of(message(leaks, advice)), null);
    }

    private static String message(List<String> leaks, String advice) {
        int more = leaks.size() - SHOWN;
        return "evaluation refused: test images were seen in training"
                + lines(leaks.subList(0, Math.min(SHOWN, leaks.size())))
                + (more > 0 ? "\n  and %d more".formatted(more) : "")
                + "\n" + advice;
    }

    private static String lines(List<String> leaks) {
        return leaks.stream().map(leak -> "\n  " + leak).collect(Collectors.joining());
    }
}
