package org.dualanodiff.pipeline.evaluate;

import java.util.List;
import java.util.stream.Collectors;

/** A test image was seen in a training, so that no figure on it would mean anything. */
public final class LeakException extends RuntimeException {

    private static final int SHOWN = 20;

    private static final long serialVersionUID = 1L;

    LeakException(List<String> leaks) {
        super(message(leaks));
    }

    private static String message(List<String> leaks) {
        int more = leaks.size() - SHOWN;
        return "evaluation refused: test images were seen in training"
                + lines(leaks.subList(0, Math.min(SHOWN, leaks.size())))
                + (more > 0 ? "\n  and %d more".formatted(more) : "")
                + "\nevaluate with the split that training used, or train again with this one";
    }

    private static String lines(List<String> leaks) {
        return leaks.stream().map(leak -> "\n  " + leak).collect(Collectors.joining());
    }
}
