package org.dualanodiff.pipeline.hostile;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.hadoop.conf.Configuration;
import org.dualanodiff.pipeline.dataset.Dataset;
import org.dualanodiff.pipeline.dataset.Dataset.GoodImages;
import org.dualanodiff.pipeline.dataset.DatasetException;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.dataset.DatasetPath;
import org.dualanodiff.pipeline.dataset.DatasetReader;
import org.dualanodiff.pipeline.dataset.DatasetRequest;
import org.dualanodiff.pipeline.dataset.DatasetRequest.DatasetFormat;
import org.dualanodiff.pipeline.dataset.DefectSet;
import org.dualanodiff.pipeline.dataset.MaskSource.MaskFile;
import org.dualanodiff.pipeline.dataset.SplitRule;
import org.dualanodiff.pipeline.export.ExportFormat;
import org.dualanodiff.pipeline.export.ExportPairs;
import org.dualanodiff.pipeline.export.ExportPlan;
import org.dualanodiff.pipeline.store.ObjectStore;

/** Data sets that lead out of their root: by links, and by what their tables name. */
final class HostileDatasets {
    private static final String COCO = """
            {"images": [{"id": 1, "file_name": "%1$s", "width": 24, "height": 16},
                        {"id": 2, "file_name": "b.png", "width": 24, "height": 16}],
             "categories": [{"id": 7, "name": "crack", "supercategory": "tile"}],
             "annotations": [{"id": 50, "image_id": %2$d, "category_id": 7, "segmentation": [[2, 2, 9, 2, 9, 9, 2, 9]]}]}
            """;

    private HostileDatasets() {}

    static List<HostileInput> all() {
        List<HostileInput> inputs = new ArrayList<>();
        links(inputs);
        addresses(Path.of("/outside")).keySet().forEach(form -> {
            table(inputs, "good image", form, "{\"image\": \"%s\", \"category\": \"tile\"}");
            table(inputs, "image", form, "{\"image\": \"%s\", \"mask\": \"b_mask.png\", \"defect\": \"crack\"}");
            table(inputs, "mask", form, "{\"image\": \"b.png\", \"mask\": \"%s\", \"defect\": \"crack\"}");
            coco(inputs, "annotated image", form, 1);
            coco(inputs, "good image", form, 2);
            task(inputs, form);
        });
        large(inputs);
        return inputs;
    }

    /** A file outside, as tables may name it. */
    private static Map<String, String> addresses(Path outside) {
        String file = outside + "/secret.png";
        Map<String, String> forms = new LinkedHashMap<>();
        forms.put("an absolute path", file);
        forms.put("dots", "../outside/secret.png");
        forms.put("dots behind a folder", "x/y/../../../outside/secret.png");
        forms.put("dots with backslashes", "..\\\\outside\\\\secret.png");
        forms.put("a URI", "file://" + file);
        forms.put("a URI of one slash", "file:" + file);
        forms.put("a URI in capitals", "FILE:" + file);
        forms.put("a URI of another host", "file://elsewhere" + file);
        forms.put("escaped dots", "%2e%2e/outside/secret.png");
        forms.put("a folder that is a link", "leaving/secret.png");
        forms.put("a link to a link", "farther/secret.png");
        forms.put("http", "http://127.0.0.1:9/secret.png");
        forms.put("ftp", "ftp://127.0.0.1:9/secret.png");
        forms.put("webhdfs", "webhdfs://127.0.0.1:9/secret.png");
        forms.put("har", "har:///" + file + ".har/secret.png");
        forms.put("viewfs", "viewfs:///secret.png");
        forms.put("another bucket", "s3a://elsewhere/secret.png");
        forms.put("the process", "/proc/self/environ");
        forms.put("a device", "/dev/zero");
        forms.put("a pipe", "pipe.png");
        return forms;
    }

    private static void table(List<HostileInput> inputs, String what, String form, String line) {
        inputs.add(new HostileInput("manifest whose %s is %s".formatted(what, form), (folder, bait) -> {
            String address = addresses(bait.folder()).get(form);
            surroundings(folder, bait);
            tried(manifest(folder, line.formatted(address)), folder);
        }));
    }

    private static void coco(List<HostileInput> inputs, String what, String form, int annotated) {
        inputs.add(new HostileInput("annotations whose %s is %s".formatted(what, form), (folder, bait) -> {
            String address = addresses(bait.folder()).get(form);
            surroundings(folder, bait);
            pair(folder, "b");
            tried(text(folder.resolve("instances.json"), COCO.formatted(address, annotated)), folder);
        }));
    }

    /** What a driver would not have handed to an executor. */
    private static void task(List<HostileInput> inputs, String form) {
        inputs.add(new HostileInput("a task that is to read " + form, (folder, bait) -> {
            surroundings(folder, bait);
            String address = addresses(bait.folder()).get(form);
            Configuration configuration = new Configuration();
            configuration.set(DatasetFiles.ROOT, DatasetPath.absolute(folder.toString()));
            URI uri = address.contains(":") || address.startsWith("/")
                    ? URI.create(address)
                    : folder.resolve(address.replace("%2e", ".").replace("\\\\", "/"))
                            .toUri();
            byte[] read;
            try {
                read = new DatasetFiles(configuration).read(uri);
            } catch (IOException | IllegalArgumentException e) {
                return;
            }
            throw new AssertionError("%d bytes of %s were read".formatted(read.length, uri));
        }));
    }

    private static void links(List<HostileInput> inputs) {
        Map<String, String> places = Map.of(
                "an image", "tile/test/crack/z.png",
                "a mask", "tile/ground_truth/crack/a_mask.png",
                "a good image", "tile/train/good/z.png",
                "a good image for testing", "tile/test/good/z.png",
                "an image of a plain folder", "tile/crack/z.png",
                "a good image of a plain folder", "tile/good/z.png");
        places.forEach((what, place) -> inputs.add(new HostileInput(what + " that is a link", (folder, bait) -> {
            mvtec(folder);
            link(folder.resolve(place), place.contains("mask") ? bait.mask() : bait.picture());
            tried(folder, folder);
        })));
        places.forEach((what, place) ->
                inputs.add(new HostileInput(what + " that is a link to a text", (folder, bait) -> {
                    mvtec(folder);
                    link(folder.resolve(place), bait.text());
                    tried(folder, folder);
                })));
        places.forEach((what, place) -> inputs.add(new HostileInput(what + " that is a pipe", (folder, bait) -> {
            mvtec(folder);
            Files.createDirectories(folder.resolve(place).getParent());
            pipe(folder.resolve(place));
            tried(folder, folder);
        })));
        for (String place :
                List.of("other", "tile/test/dent", "tile/ground_truth/dent", "tile/train/good", "tile/dent")) {
            inputs.add(new HostileInput("the folder " + place + " that is a link", (folder, bait) -> {
                mvtec(folder);
                link(
                        folder.resolve(place),
                        place.equals("other") ? bait.folder().resolve("tile") : bait.folder());
                tried(folder, folder);
            }));
            inputs.add(new HostileInput("the folder " + place + " that is a link to itself", (folder, bait) -> {
                mvtec(folder);
                link(folder.resolve(place), folder.resolve(place));
                tried(folder, folder);
            }));
            inputs.add(
                    new HostileInput("the folder " + place + " that is a link to the root of all", (folder, bait) -> {
                        mvtec(folder);
                        link(folder.resolve(place), Path.of("/"));
                        tried(folder, folder);
                    }));
        }
        inputs.add(new HostileInput("a good image that is a text", (folder, bait) -> {
            mvtec(folder);
            text(folder.resolve("tile/train/good/z.png"), "no picture");
            tried(folder, folder);
            if (Files.exists(folder.resolve("export")) && contains(folder.resolve("export"), "no picture")) {
                throw new AssertionError("what is no picture was exported");
            }
        }));
    }

    private static void large(List<HostileInput> inputs) {
        inputs.add(new HostileInput(
                "a manifest of one line without end",
                (folder, bait) -> refused(manifest(folder, "{\"image\": \"" + "x".repeat(20_000_000) + "\"}"))));
        inputs.add(new HostileInput("annotations of one element without end", (folder, bait) -> {
            pair(folder, "b");
            String numbers = "[[" + "1,".repeat(9_000_000) + "1]]";
            refused(text(
                    folder.resolve("instances.json"),
                    COCO.formatted("b.png", 2).replace("[[2, 2, 9, 2, 9, 9, 2, 9]]", numbers)));
        }));
        inputs.add(new HostileInput("a table larger than the heap holds", (folder, bait) -> {
            Path table = manifest(folder, "{\"image\": \"b.png\"}");
            try (var channel = Files.newByteChannel(
                    table, java.nio.file.StandardOpenOption.WRITE, java.nio.file.StandardOpenOption.SPARSE)) {
                channel.position(3L << 30).write(java.nio.ByteBuffer.wrap(new byte[] {'\n'}));
            }
            refused(table);
        }));
        inputs.add(new HostileInput("a name of 300 letters", (folder, bait) -> {
            pair(folder, "b");
            String line =
                    "{\"image\": \"b.png\", \"mask\": \"b_mask.png\", \"category\": \"%s\", \"defect\": \"%s\"}\n";
            Path table = manifest(
                    folder,
                    line.formatted("c".repeat(300), "crack")
                            + line.formatted("tile", "d".repeat(300))
                            + line.formatted("tile", "crack"));
            List<DefectSet> sets = read(table, false).sets();
            if (sets.size() != 1 || !sets.get(0).usable()) {
                throw new AssertionError("the sound unit is not left alone: " + sets);
            }
        }));
    }

    private static void refused(Path table) throws IOException {
        try {
            read(table, false);
        } catch (DatasetException e) {
            return;
        }
        throw new AssertionError("it was read");
    }

    // What lies inside.

    private static void surroundings(Path folder, Bait bait) throws IOException {
        pair(folder, "b");
        link(folder.resolve("leaving"), bait.folder());
        link(folder.resolve("farther"), folder.resolve("leaving"));
        pipe(folder.resolve("pipe.png"));
    }

    private static void mvtec(Path folder) throws IOException {
        for (String stem : List.of("a", "b", "c")) {
            picture(folder.resolve("tile/test/crack/" + stem + ".png"));
            if (!stem.equals("a")) {
                mask(folder.resolve("tile/ground_truth/crack/" + stem + "_mask.png"));
            }
        }
    }

    private static void pair(Path folder, String stem) throws IOException {
        picture(folder.resolve(stem + ".png"));
        mask(folder.resolve(stem + "_mask.png"));
    }

    private static void picture(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        ImageIO.write(new BufferedImage(24, 16, BufferedImage.TYPE_3BYTE_BGR), "png", file.toFile());
    }

    private static void mask(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        BufferedImage mask = new BufferedImage(24, 16, BufferedImage.TYPE_BYTE_GRAY);
        mask.getRaster().setSample(5, 5, 0, 255);
        ImageIO.write(mask, "png", file.toFile());
    }

    static Path manifest(Path folder, String lines) throws IOException {
        return text(folder.resolve("manifest.jsonl"), lines);
    }

    private static Path text(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    private static void link(Path link, Path target) throws IOException {
        Files.createDirectories(link.getParent());
        Files.createSymbolicLink(link, target);
    }

    private static void pipe(Path file) throws IOException {
        try {
            new ProcessBuilder("mkfifo", file.toString()).start().waitFor();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    // What is done with it.

    /** Reads it and exports all of it; or it is refused. */
    private static void tried(Path root, Path folder) throws IOException {
        Dataset dataset;
        try {
            dataset = read(root, false);
        } catch (DatasetException e) {
            return;
        }
        requireInside(dataset, folder);
        try {
            export(dataset, folder.resolve("export"));
        } catch (IOException | java.io.UncheckedIOException e) {
            // A part that cannot be read fails, and says so.
        }
    }

    static Dataset read(Path root, boolean outside) {
        DatasetRequest request = new DatasetRequest(
                root.toString(), List.of(), List.of(), new SplitRule.First(9), DatasetFormat.AUTO, 0, 0, outside);
        return new DatasetReader(new Configuration()).read(request);
    }

    private static void requireInside(Dataset dataset, Path folder) throws IOException {
        Stream<URI> images = dataset.sets().stream()
                .flatMap(set -> Stream.concat(set.training().stream(), set.test().stream()))
                .flatMap(image -> image.mask() instanceof MaskFile mask
                        ? Stream.of(image.imageUri(), mask.uri())
                        : Stream.of(image.imageUri()));
        Stream<URI> good =
                dataset.good().stream().flatMap(of -> Stream.concat(of.training().stream(), of.test().stream()));
        for (URI uri : Stream.concat(images, good).toList()) {
            if (!Path.of(uri.getPath()).toRealPath().startsWith(folder.toRealPath())) {
                throw new AssertionError(uri + " is part of the data set");
            }
        }
    }

    static void export(Dataset dataset, Path out) throws IOException {
        List<ExportPlan.Part> parts = new ArrayList<>();
        for (DefectSet set : dataset.sets()) {
            parts.add(new ExportPlan.Part.RealPairs(set.unit(), set.training()));
        }
        for (GoodImages good : dataset.good()) {
            parts.add(new ExportPlan.Part.GoodImages(good.category(), "train", 0, good.training()));
            parts.add(new ExportPlan.Part.GoodImages(good.category(), "test", 0, good.test()));
        }
        ExportPlan.Classes classes = ExportPlan.Classes.of(
                parts.stream().flatMap(part -> part.unit().stream()).toList());
        try (ObjectStore target = ObjectStore.open(out.toString(), Map.of())) {
            ExportPairs export = new ExportPairs(target, target, new DatasetFiles(new Configuration()));
            for (ExportPlan.Part part : parts) {
                export.run(new ExportPairs.Task(part, ExportFormat.MVTEC, classes, 1));
            }
        }
    }

    private static boolean contains(Path folder, String text) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                if (Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1)
                        .contains(text)) {
                    return true;
                }
            }
        }
        return false;
    }
}
