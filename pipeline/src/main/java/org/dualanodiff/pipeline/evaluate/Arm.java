package org.dualanodiff.pipeline.evaluate;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.dualanodiff.pipeline.UserError;

/**
 * What a detector is trained on at which step, beside defect-free images: sources joined by a plus, such as {@code
 * real+generated}, or {@code generated@RUN} for the pairs of another run, or {@code generated@RUN,RUN} for those of several
 * together; and mixtures joined by {@code >}, one after the other, such as {@code generated>real}. What is named twice counts
 * twice: {@code real+real+generated} is a third generated, {@code generated>real>real} begins with a third of the steps.
 *
 * @param name as it was written
 * @param phases at least one, each as long as the others, of at least one source; half of each batch is split evenly among a
 *     phase's sources
 */
public record Arm(String name, List<List<Source>> phases) implements Serializable {

    /** Where defects come from. */
    public enum Kind {
        /** Real training images. */
        REAL("real"),
        /** Blobs drawn on defect-free images. */
        PROCEDURAL("procedural"),
        /** Real training defects pasted onto defect-free images. */
        CUT_PASTE("cut-paste"),
        /** Accepted pairs of a run. */
        GENERATED("generated");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        static String words() {
            return Arrays.stream(values()).map(kind -> kind.word).collect(Collectors.joining(", "));
        }
    }

    /** @param runs of generated pairs; none for the run that the configuration means, and for other kinds */
    public record Source(Kind kind, List<String> runs) implements Serializable {

        public Source {
            runs = List.copyOf(runs);
        }

        String text() {
            return runs.isEmpty() ? kind.word : kind.word + "@" + String.join(",", runs);
        }

        /** @param meant the run that the configuration means */
        List<String> runsOr(String meant) {
            return runs.isEmpty() ? List.of(meant) : runs;
        }
    }

    public Arm {
        phases = phases.stream().map(List::copyOf).toList();
    }

    /** @throws UserError if this is not the name of an arm */
    public static Arm parse(String name) {
        return new Arm(
                name,
                Arrays.stream(name.split(">", -1))
                        .map(phase -> Arrays.stream(phase.split("\\+", -1))
                                .map(part -> source(part, name))
                                .toList())
                        .toList());
    }

    private static Source source(String part, String arm) {
        int at = part.indexOf('@');
        String word = at < 0 ? part : part.substring(0, at);
        List<String> runs = at < 0 ? List.of() : List.of(part.substring(at + 1).split(",", -1));
        boolean sound = !runs.contains("") && Set.copyOf(runs).size() == runs.size();
        Kind kind = Arrays.stream(Kind.values())
                .filter(known -> known.word.equals(word))
                .filter(known -> at < 0 || known == Kind.GENERATED && sound)
                .findFirst()
                .orElseThrow(() -> new UserError(
                        "arm \"%s\": \"%s\" is no source of defects; give %s, generated@RUN or generated@RUN,RUN, joined by + and >"
                                .formatted(arm, part, Kind.words())));
        return new Source(kind, runs);
    }

    /** Each once, as first named. */
    public List<Source> sources() {
        return phases.stream().flatMap(List::stream).distinct().toList();
    }

    public boolean uses(Kind kind) {
        return sources().stream().anyMatch(source -> source.kind() == kind);
    }

    /** The name of the arm that has pasted defects wherever this one has generated pairs. */
    String pasted() {
        return phases.stream()
                .map(phase -> phase.stream()
                        .map(source -> source.kind() == Kind.GENERATED ? Kind.CUT_PASTE.word : source.text())
                        .collect(Collectors.joining("+")))
                .collect(Collectors.joining(">"));
    }

    /**
     * This arm, if each of its sources has a row in every batch.
     *
     * @param rows of a batch with a defect
     * @throws UserError if not
     */
    Arm fitting(int rows) {
        phases.forEach(phase -> {
            if (phase.size() > rows) {
                throw new UserError(
                        "arm \"%s\" mixes %d sources, and half a batch is %d images; raise evaluate.batch-size or name fewer"
                                .formatted(name, phase.size(), rows));
            }
        });
        return this;
    }
}
