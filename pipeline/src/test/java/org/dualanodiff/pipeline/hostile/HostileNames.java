package org.dualanodiff.pipeline.hostile;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.DisplayText;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.export.PublishDataset;
import org.dualanodiff.pipeline.export.PublishDataset.PublishedDataset;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.PathSegment;
import org.dualanodiff.pipeline.store.StoreLayout;

/** Names of categories and defects that steer a terminal, pretend, fill placeholders, or are no names for files. */
final class HostileNames {
    private HostileNames() {}

    private static Map<String, String> names() {
        Map<String, String> names = new LinkedHashMap<>();
        names.put("clears the screen", "\u001b[2Jcrack");
        names.put("sets the window's title", "\u001b]0;owned\u0007");
        names.put("begins a line of its own", "crack\nerror: all is lost");
        names.put("returns to the line's beginning", "crack\rdone");
        names.put("runs from right to left", "crack\u202egpj.exe");
        names.put("isolates a direction", "\u2066crack\u2069");
        names.put("holds marks of direction", "\u200ecrack\u200f\u061c");
        names.put("separates lines as Unicode does", "a\u2028b\u2029c");
        names.put("holds what is not seen", "cr\u200back\ufeff");
        names.put("deletes", "crack\b\b\b\b\bsound\u007f");
        names.put("holds controls of eight bits", "\u009b2J\u0085");
        names.put("holds nothing but a NUL", "\0");
        names.put("leads up", "..");
        names.put("leads nowhere", ".");
        names.put("leads up and out", "../../outside/secret.txt");
        names.put("is absolute", "/etc/passwd");
        names.put("is a file being written", ".tmp-x");
        names.put("is hidden", ".hidden");
        names.put("is a folder of Spark's", "_temporary");
        names.put("is a partition", "a=b/category=c");
        names.put("is a template's placeholder", "${store}");
        names.put("is a prompt's placeholder", "{defect}");
        names.put("is a group of a replacement", "$1\\2$");
        names.put("breaks a table of Markdown", "a | b |\n|---|---|");
        names.put("is a link of Markdown", "[here](javascript:alert(1))");
        names.put("is markup", "<script>alert(1)</script>");
        names.put("ends a text of YAML", "a': !!python/object/apply:os.system [\"x\"]");
        names.put("is a device of another system", "CON");
        names.put("holds percent signs", "%2e%2e%2f%00");
        names.put("is of letters that combine", "e" + "\u0301".repeat(60));
        return names;
    }

    static List<HostileInput> all() {
        List<HostileInput> inputs = new ArrayList<>();
        names().forEach((what, name) -> inputs.add(new HostileInput("a name that " + what, (folder, bait) -> {
            shown(name);
            filled(name);
            stored(name, folder);
            published(name, folder);
        })));
        inputs.add(new HostileInput("a name of half a character", (folder, bait) -> {
            if (PathSegment.complaint("\ud800").isEmpty()
                    || PathSegment.complaint("x".repeat(300)).isEmpty()) {
                throw new AssertionError("nothing could be stored under it");
            }
        }));
        return inputs;
    }

    private static void shown(String name) {
        for (String shown : List.of(DisplayText.line(name), new UnitKey(name, name).toString())) {
            boolean steers = shown.codePoints()
                    .anyMatch(c -> Character.isISOControl(c)
                            || Set.of(0x2028, 0x2029, 0x202e, 0x2066, 0x2069, 0x200e, 0x200f, 0x61c, 0xfeff)
                                    .contains(c));
            if (steers) {
                throw new AssertionError("it is shown as it is");
            }
        }
    }

    private static void filled(String name) {
        String filled = DisplayText.fill(
                "{category} with {defect}",
                java.util.regex.Pattern.compile("\\{(category|defect)}"),
                Map.of("category", name, "defect", "D"));
        if (!filled.equals(name + " with D")) {
            throw new AssertionError("filled as " + filled);
        }
    }

    private static void stored(String name, Path folder) throws IOException {
        try (ObjectStore store = ObjectStore.open(folder.resolve("store").toString(), Map.of())) {
            String key = StoreLayout.unit("night", new UnitKey(name, name));
            store.write(key, "record".getBytes(StandardCharsets.UTF_8));
            if (store.list("").stream().noneMatch(file -> file.key().equals(key))) {
                throw new AssertionError("it is not listed");
            }
        }
        try (Stream<Path> all = Files.walk(folder)) {
            if (all.filter(Files::isRegularFile)
                    .anyMatch(file -> !file.startsWith(folder.resolve("store/runs/night")))) {
                throw new AssertionError("it was written elsewhere");
            }
        }
    }

    private static void published(String name, Path folder) throws IOException {
        try (ObjectStore store = ObjectStore.open(folder.resolve("published").toString(), Map.of())) {
            new PublishDataset(store)
                    .publish(new PublishedDataset(
                            "data",
                            1,
                            Instant.EPOCH,
                            List.of("night"),
                            List.of(new PublishedDataset.Unit("night", name, name, null, 1, 0)),
                            List.of(),
                            "test"));
            String card = new String(store.read(StoreLayout.datasetCard("data")), StandardCharsets.UTF_8);
            if (card.contains("${") && !name.contains("${")
                    || card.contains("<script>")
                    || card.indexOf('\u001b') >= 0
                    || card.lines().filter(line -> line.startsWith("| ")).count() != 11) {
                throw new AssertionError(card);
            }
        }
    }
}
