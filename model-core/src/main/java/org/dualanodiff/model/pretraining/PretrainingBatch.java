package org.dualanodiff.model.pretraining;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.dualanodiff.model.image.PartGround;
import org.dualanodiff.model.pretraining.BaseTrainer.PretrainingImages;
import org.dualanodiff.model.random.NoiseSource;

/**
 * What one step learns from, from its number alone.
 *
 * @param pairs whether the pictures are image and part in turn
 * @param pictures each (3, side, side)
 * @param captions one a picture
 * @param timesteps one a picture or pair, spread evenly over the schedule
 * @param noise numbers for all latents
 */
record PretrainingBatch(boolean pairs, List<float[]> pictures, List<String> captions, int[] timesteps, float[] noise) {

    private static final float DEFECT_WEIGHT = 4;

    /** @param latentNumbers of one picture */
    static PretrainingBatch of(
            int step, PretrainingImages images, PretrainingConfig config, int scheduleLength, int latentNumbers) {
        UniformRandomProvider random =
                NoiseSource.generator("pretraining", Long.toString(config.seed()), Integer.toString(step));
        boolean pairs = config.pairs() && step % 2 == 0;
        int count = pairs ? (config.batchSize() + 1) / 2 : config.batchSize();
        List<float[]> pictures = new ArrayList<>();
        List<String> captions = new ArrayList<>();
        int[] timesteps = new int[count];
        for (int i = 0; i < count; i++) {
            long index = (step - 1L) * config.batchSize() + i;
            timesteps[i] = (int) ((i + random.nextDouble()) / count * scheduleLength);
            if (pairs) {
                PretrainingImages.Pair pair = images.pair(index);
                pictures.addAll(List.of(pair.image(), pair.anomaly()));
                captions.addAll(List.of(pair.prompt().global(), pair.prompt().anomaly()));
            } else {
                PretrainingImages.Captioned image = images.image(index);
                pictures.add(image.pixels());
                captions.add(image.caption());
            }
        }
        return new PretrainingBatch(
                pairs, pictures, captions, timesteps, NoiseSource.gaussian(random, latentNumbers * pictures.size()));
    }

    /**
     * A weight for every latent position, of mean 1, (N, 1, side / factor, side / factor): more where the anomaly part of a pair is
     * not its ground. A defect covers few positions; without it, they hardly count.
     */
    float[] weights(int side, int factor, PartGround ground) {
        int small = side / factor;
        float[] weights = new float[pictures.size() * small * small];
        Arrays.fill(weights, 1);
        for (int row = 0; pairs && row < pictures.size(); row++) {
            float[] anomaly = pictures.get(row | 1);
            for (int i = 0; i < anomaly.length; i++) {
                if (anomaly[i] != ground.signed(i / (side * side))) {
                    int y = i / side % side / factor;
                    weights[(row * small + y) * small + i % side / factor] = DEFECT_WEIGHT;
                }
            }
        }
        return withMeanOne(weights);
    }

    private static float[] withMeanOne(float[] weights) {
        double sum = 0;
        for (float weight : weights) {
            sum += weight;
        }
        for (int i = 0; i < weights.length; i++) {
            weights[i] *= (float) (weights.length / sum);
        }
        return weights;
    }

    /** One timestep a picture: both of a pair share theirs. */
    int[] rowTimesteps() {
        int each = pictures.size() / timesteps.length;
        return IntStream.range(0, pictures.size())
                .map(row -> timesteps[row / each])
                .toArray();
    }
}
