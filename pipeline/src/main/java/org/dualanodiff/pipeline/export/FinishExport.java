package org.dualanodiff.pipeline.export;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.ProductVersion;
import org.dualanodiff.pipeline.export.ExportFormat.PairFormat;
import org.dualanodiff.pipeline.store.Json;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.ObjectStore.StoredFile;
import org.dualanodiff.pipeline.store.StoreException;

/** Begins an export in its folder, and ends it with what spans all parts. */
public final class FinishExport {

    private final ObjectStore target;

    /** @param target the export's root */
    public FinishExport(ObjectStore target) {
        this.target = target;
    }

    /**
     * Claims the folder, or comes back to one that holds the same export.
     *
     * @throws StoreException if the folder holds something else
     */
    public void begin(ExportPlan plan) {
        requireEmptyOrExport();
        if (target.createIfAbsent(ExportRecord.KEY, Json.bytes(record(plan, false, 0)))) {
            return;
        }
        ExportRecord standing = target.read(ExportRecord.KEY, ExportRecord.class);
        if (!standing.isOf(plan)) {
            throw new StoreException(
                    "%s holds an export of %s as %s with the classes %s, wanted %s as %s with %s; give another folder"
                            .formatted(
                                    target.root(),
                                    standing.source(),
                                    standing.format(),
                                    standing.classes(),
                                    plan.source(),
                                    plan.format(),
                                    plan.classes().names()));
        }
    }

    /** What else lies there is somebody's, and some of it could have the name of a file that is to be written. */
    private void requireEmptyOrExport() {
        if (target.exists(ExportRecord.KEY)) {
            return;
        }
        target.list("").stream().findFirst().ifPresent(file -> {
            throw new StoreException("%s is not empty and holds no export: there is %s; give another folder"
                    .formatted(target.root(), file.key()));
        });
    }

    /**
     * To be called when every part is written.
     *
     * @return how many pairs the export holds
     * @throws IOException if a local file cannot be written
     */
    public long end(ExportPlan plan) throws IOException {
        PairFormat.Entries entries = () -> PartLists.entries(target, plan.pairLists());
        deleteOthers(plan, entries);
        plan.pairFormat().finish(entries, plan.classes(), target);
        try (Stream<ExportedPair.Entry> all = entries.stream()) {
            long pairs = all.count();
            target.write(ExportRecord.KEY, Json.bytes(record(plan, true, pairs)));
            return pairs;
        }
    }

    /**
     * Readers take all that lies there, and a run whose files were merged since, or another version of a data set, has other
     * parts. Their lists go first: a part that comes back has to be written again.
     */
    private void deleteOthers(ExportPlan plan, PairFormat.Entries entries) {
        Set<String> lists = plan.parts().stream().map(ExportPlan.Part::list).collect(Collectors.toSet());
        deleteOthers(PartLists.FOLDER, lists);
        Set<String> files = new HashSet<>(plan.goodImages());
        // Where the export brings no good images, those that lie there are somebody's own.
        Set<String> folders = files.stream()
                .map(key -> key.substring(0, key.lastIndexOf('/')))
                .collect(Collectors.toSet());
        folders.addAll(plan.pairFormat().folders(plan.classes()));
        try (Stream<ExportedPair.Entry> all = entries.stream()) {
            all.flatMap(plan.pairFormat()::files).forEach(files::add);
        }
        folders.forEach(folder -> deleteOthers(folder, files));
    }

    private void deleteOthers(String folder, Set<String> kept) {
        target.deleteFiles(target.list(folder).stream()
                .map(StoredFile::key)
                .filter(key -> !kept.contains(key))
                .toList());
    }

    private static ExportRecord record(ExportPlan plan, boolean complete, long pairs) {
        return new ExportRecord(
                plan.format().name(), plan.source(), plan.classes().names(), complete, pairs, ProductVersion.current());
    }

    /**
     * What a folder of an export holds: {@code export.json}. It is written twice, before the first part, so that nothing else
     * is exported into the same folder, and at the end.
     *
     * @param source what was exported, in words
     * @param classes in the order of their numbers
     * @param complete whether all parts are there
     * @param pairs exported so far; 0 until it is complete
     */
    public record ExportRecord(
            String format, String source, List<String> classes, boolean complete, long pairs, String productVersion) {

        static final String KEY = "export.json";

        public ExportRecord {
            requireNonNull(format, "format");
            requireNonNull(source, "source");
            classes = List.copyOf(requireNonNull(classes, "classes"));
        }

        boolean isOf(ExportPlan plan) {
            return format.equals(plan.format().name())
                    && source.equals(plan.source())
                    && classes.equals(plan.classes().names());
        }
    }

    /** What each part of an export has written, in {@code .export/parts}: a line of JSON a pair, or the SHA-256 of a good image. */
    static final class PartLists {

        static final String FOLDER = ".export/parts";

        private PartLists() {}

        static String key(String part) {
            return FOLDER + "/" + part + ".jsonl";
        }

        /** Of a part of good images. */
        static String goodKey(String part) {
            return FOLDER + "/" + part + ".sha256";
        }

        static long count(ObjectStore target, String list) {
            return lines(target.read(list)).size();
        }

        static List<String> lines(byte[] list) {
            return new String(list, StandardCharsets.UTF_8).lines().toList();
        }

        /** The entries of some lists of pairs, one list in memory at a time. */
        static Stream<ExportedPair.Entry> entries(ObjectStore target, List<String> lists) {
            return lists.stream()
                    .flatMap(list -> lines(target.read(list)).stream().map(ExportedPair.Entry::parse));
        }
    }
}
