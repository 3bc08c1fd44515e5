package org.dualanodiff.pipeline.evaluate;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.dualanodiff.pipeline.UserError;

/**
 * One mixture of defects that a detector is trained on, beside defect-free images: sources joined by a plus, such as {@code
 * real+generated}, or {@code generated@RUN} for the pairs of another run, or {@code generated@RUN,RUN} for those of several
 * together.
 *
 * @param name as it was written
 * @param sources at least one, no two alike; half of each batch is split evenly among them
 */
public record Arm(String name, List<Source> sources) implements Serializable {

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

        /** @param meant the run that the configuration means */
        List<String> runsOr(String meant) {
            return runs.isEmpty() ? List.of(meant) : runs;
        }
    }

    public Arm {
        sources = List.copyOf(sources);
    }

    /** @throws UserError if this is not the name of an arm */
    public static Arm parse(String name) {
        List<Source> sources = Arrays.stream(name.split("\\+", -1))
                .map(part -> source(part, name))
                .toList();
        if (sources.stream().distinct().count() < sources.size()) {
            throw new UserError("arm \"%s\" names a source twice".formatted(name));
        }
        return new Arm(name, sources);
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
                        "arm \"%s\": \"%s\" is no source of defects; give %s, generated@RUN or generated@RUN,RUN, joined by +"
                                .formatted(arm, part, Kind.words())));
        return new Source(kind, runs);
    }

    public boolean uses(Kind kind) {
        return sources.stream().anyMatch(source -> source.kind() == kind);
    }
}
