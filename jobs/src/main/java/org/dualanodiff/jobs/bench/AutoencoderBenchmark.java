package org.dualanodiff.jobs.bench;

import ai.djl.ndarray.NDArray;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.image.PartGround;
import org.dualanodiff.model.image.PilResize;
import org.dualanodiff.model.torch.GradientMode;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;
import org.dualanodiff.pipeline.Stopwatch;
import org.dualanodiff.pipeline.UserError;
import org.dualanodiff.pipeline.dataset.ImageDecoder;
import org.dualanodiff.pipeline.procedural.ProceduralCorpus;
import org.dualanodiff.pipeline.procedural.ProceduralCorpus.ProceduralImage;

/** What a base's autoencoder loses of pictures that it encodes and decodes: procedural ones, anomaly parts, and others. */
public final class AutoencoderBenchmark {

    /** Not one that a built-in base was trained with. */
    private static final long SEED = 1_000_003;

    private final int pictures;
    private final PrintWriter out;

    /** @param pictures of each kind */
    public AutoencoderBenchmark(int pictures, PrintWriter out) {
        this.pictures = pictures;
        this.out = out;
    }

    /**
     * Of all pictures of a kind.
     *
     * @param psnr peak signal-to-noise ratio, dB
     * @param sharpness mean difference of neighbors, of the decoded pictures by that of the originals
     * @param grain the same of what a blur of 3 x 3 pixels takes away, root mean square
     * @param lattice mean difference of neighbors across the borders of patches by that of all others, of the decoded pictures by
     *     that of the originals; 1: no lattice
     * @param seconds to decode a picture
     */
    private record Loss(double psnr, double sharpness, double grain, double lattice, double seconds) {}

    /**
     * Prints a table.
     *
     * @param folders whose pictures are measured beside the procedural ones, the middle square of each
     * @throws UserError if a folder holds no picture that can be read
     */
    public void run(BaseModel base, int side, List<Path> folders) throws IOException {
        Map<String, List<float[]>> kinds = new LinkedHashMap<>();
        ProceduralCorpus corpus = new ProceduralCorpus(SEED);
        kinds.put("procedural pictures", new ArrayList<>());
        kinds.put("anomaly parts", new ArrayList<>());
        for (int i = 0; i < pictures; i++) {
            kinds.get("procedural pictures").add(resized(corpus.image(i).image(), side));
            ProceduralImage faulty = corpus.defective(i);
            Image part = PartGround.GREY.around(faulty.image(), faulty.mask());
            kinds.get("anomaly parts").add(resized(part, side));
        }
        for (Path folder : folders) {
            kinds.put(folder.toString(), read(folder, side));
        }
        out.println("| | PSNR, dB | sharpness | grain | lattice | ms to decode |");
        out.println("|---|---|---|---|---|---|");
        for (Map.Entry<String, List<float[]>> kind : kinds.entrySet()) {
            Loss loss = loss(base, kind.getValue(), side);
            out.printf(
                    Locale.ROOT,
                    "| %s | %.2f | %.2f | %.2f | %.2f | %.1f |%n",
                    kind.getKey(),
                    loss.psnr(),
                    loss.sharpness(),
                    loss.grain(),
                    loss.lattice(),
                    1000 * loss.seconds());
        }
    }

    private static float[] resized(Image picture, int side) {
        return PilResize.centerCrop(PilResize.resizeShorterSide(picture, side), side)
                .signed();
    }

    private List<float[]> read(Path folder, int side) throws IOException {
        List<float[]> read = new ArrayList<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                if (read.size() < pictures) {
                    try {
                        read.add(resized(Image.rgb(ImageDecoder.image(Files.readAllBytes(file))), side));
                    } catch (ImageDecoder.UnreadableImageException e) {
                        out.printf("%s is left out: %s%n", file, e.getMessage());
                    }
                }
            }
        }
        if (read.isEmpty()) {
            throw new UserError("folder " + folder + " holds no picture that can be read");
        }
        return read;
    }

    private static Loss loss(BaseModel base, List<float[]> originals, int side) {
        int patch = base.autoencoder().factor();
        Differences before = new Differences();
        Differences after = new Differences();
        double squares = 0;
        double seconds = 0;
        for (float[] original : originals) {
            try (GradientMode frozen = GradientMode.off();
                    TensorScope scope = TensorScope.open()) {
                NDArray latents = base.autoencoder()
                        .encode(Tensors.of(original, base.device(), 1, 3, side, side))
                        .mean();
                Stopwatch watch = Stopwatch.start();
                float[] decoded = Tensors.floats(base.autoencoder().decode(latents));
                seconds += watch.seconds();
                for (int i = 0; i < decoded.length; i++) {
                    decoded[i] = Math.max(-1, Math.min(1, decoded[i]));
                    squares += Math.pow(decoded[i] - original[i], 2) / decoded.length;
                }
                before.add(original, side, patch);
                after.add(decoded, side, patch);
            }
        }
        return new Loss(
                10 * Math.log10(4 * originals.size() / squares),
                after.all() / before.all(),
                Math.sqrt(after.detail / before.detail),
                after.borders() / before.borders(),
                seconds / originals.size());
    }

    /** Sums of differences between neighbors in a row and in a column. */
    private static final class Differences {

        private double across;
        private long acrossCount;
        private double within;
        private long withinCount;
        private double detail;

        void add(float[] pixels, int side, int patch) {
            for (int i = 0; i < pixels.length; i++) {
                int x = i % side;
                int y = i / side % side;
                if (x > 0) {
                    add(Math.abs(pixels[i] - pixels[i - 1]), x % patch == 0);
                }
                if (y > 0) {
                    add(Math.abs(pixels[i] - pixels[i - side]), y % patch == 0);
                }
                if (x > 0 && y > 0 && x < side - 1 && y < side - 1) {
                    detail += Math.pow(pixels[i] - mean(pixels, i, side), 2);
                }
            }
        }

        private void add(double difference, boolean isBorder) {
            if (isBorder) {
                across += difference;
                acrossCount++;
            } else {
                within += difference;
                withinCount++;
            }
        }

        private static double mean(float[] pixels, int middle, int side) {
            double sum = 0;
            for (int row = -side; row <= side; row += side) {
                sum += pixels[middle + row - 1] + pixels[middle + row] + pixels[middle + row + 1];
            }
            return sum / 9;
        }

        double all() {
            return (across + within) / (acrossCount + withinCount);
        }

        double borders() {
            return (across / acrossCount) / (within / withinCount);
        }
    }
}
