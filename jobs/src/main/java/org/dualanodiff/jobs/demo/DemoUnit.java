package org.dualanodiff.jobs.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.dualanodiff.model.detector.DetectorPair;
import org.dualanodiff.pipeline.dataset.ImageDecoder;
import org.dualanodiff.pipeline.evaluate.MaskAgreement;
import org.dualanodiff.pipeline.samples.GeneratedSample;
import org.dualanodiff.pipeline.samples.SampleFile;

/** One defect of one product in the demonstration, with its files. */
record DemoUnit(String category, String defect) {

    String name() {
        return category + "/" + defect;
    }

    /** Real images by name, masks beside. */
    List<RealFile> real(Path data) throws IOException {
        Path masks = data.resolve(category).resolve("ground_truth").resolve(defect);
        return pictures(data.resolve(category).resolve("test").resolve(defect)).stream()
                .map(image -> new RealFile(
                        image, masks.resolve(image.getFileName().toString().replace(".png", "_mask.png"))))
                .toList();
    }

    static List<Path> pictures(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".png"))
                    .sorted()
                    .toList();
        }
    }

    /** All samples of a run, by index. */
    List<GeneratedSample> generated(Path store, String run) throws IOException {
        Path folder = store.resolve("samples")
                .resolve("run=" + run)
                .resolve("category=" + category)
                .resolve("defect=" + defect);
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        List<GeneratedSample> samples = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".parquet"))
                    .sorted()
                    .toList()) {
                samples.addAll(SampleFile.read(file));
            }
        }
        samples.sort((a, b) -> Long.compare(a.sampleIndex(), b.sampleIndex()));
        return samples;
    }

    /** A real pair on disk. */
    record RealFile(Path image, Path mask) {

        DetectorPair pair() throws IOException {
            return DetectorPair.of(
                    ImageDecoder.image(Files.readAllBytes(image)),
                    ImageDecoder.mask(Files.readAllBytes(mask)),
                    MaskAgreement.SIDE,
                    MaskAgreement.CHANNELS);
        }
    }
}
