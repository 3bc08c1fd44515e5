package org.dualanodiff.model.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.dual.AdapterFile;
import org.dualanodiff.model.dual.DualAdapter;
import org.dualanodiff.model.dual.MergedAdapter;
import org.dualanodiff.model.dual.NestedPrompt;
import org.dualanodiff.model.golden.Golden;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.image.PngCodec;
import org.dualanodiff.model.mask.MaskExtractor.HeatMap;
import org.dualanodiff.model.sampling.DualSampler.GeneratedPair;
import org.dualanodiff.model.sampling.SamplingConfig.Guidance;
import org.dualanodiff.model.sampling.SamplingConfig.GuidanceInterval;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class DualSamplerTest {

    private static final SampleSeries SERIES = new SampleSeries(3, "tile", "crack");

    private static final BaseModel BASE = Golden.base();
    private static MergedAdapter adapter;

    @BeforeAll
    static void load() {
        adapter = MergedAdapter.read(Golden.path("dual/pytorch_lora_weights.safetensors"), BASE);
    }

    @AfterAll
    static void close() {
        adapter.close();
    }

    @Test
    void sampler_onBlock_givesItsAlignedIndicesAtTheAskedSize() {
        List<GeneratedPair> pairs = block(2, SERIES);
        assertThat(pairs).extracting(GeneratedPair::index).containsExactly(6L, 7L, 8L);
        assertThat(pairs).allSatisfy(pair -> {
            assertThat(pair.image().getWidth()).isEqualTo(32);
            assertThat(pair.anomaly().getHeight()).isEqualTo(32);
        });
    }

    @Test
    void sampler_onOtherSeedDefectOrIndex_givesOtherPictures() {
        byte[][] pictures = {
            bytes(block(0, SERIES))[0],
            bytes(block(1, SERIES))[0],
            bytes(block(0, new SampleSeries(4, "tile", "crack")))[0],
            bytes(block(0, new SampleSeries(3, "tile", "hole")))[0]
        };
        for (int i = 1; i < pictures.length; i++) {
            assertThat(pictures[i]).isNotEqualTo(pictures[0]);
        }
    }

    @Test
    void sampler_onTwoThreads_givesTheBytesOfOneThread() throws Exception {
        byte[][] alone = bytes(block(0, SERIES));
        ExecutorService pool = Executors.newFixedThreadPool(2);
        try {
            Callable<byte[][]> sampling = () -> bytes(block(0, SERIES));
            for (Future<byte[][]> result : pool.invokeAll(List.of(sampling, sampling))) {
                assertThat(result.get()).isDeepEqualTo(alone);
            }
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void sampler_withoutGuidance_differsFromGuided() {
        assertThat(bytes(block(0, SERIES, 1))[0]).isNotEqualTo(bytes(block(0, SERIES))[0]);
    }

    @Test
    void sampler_overCleanBackgrounds_isRepeatableAndDependsOnThem() {
        float[] dark = new float[3 * 32 * 32];
        Arrays.fill(dark, -0.8f);
        float[] bright = new float[3 * 32 * 32];
        Arrays.fill(bright, 0.8f);
        byte[][] first = bytes(overBackground(dark));
        assertThat(bytes(overBackground(dark))).isDeepEqualTo(first);
        assertThat(bytes(overBackground(bright))[0]).isNotEqualTo(first[0]);
    }

    /** Guidance begins at the last of three steps that share deep features. */
    @Test
    void sampler_guidedByTheInteractionFromOnTheWay_hasReferencesForItsDeepFeatures() {
        Guidance late = new Guidance(Guidance.Weaker.INTERACTION, 2, new GuidanceInterval(0, 0.7));
        SamplingConfig config = new SamplingConfig(SamplingConfig.Method.DDIM, 9, late, 3, 1, 32, false);
        assertThat(overBackground(new float[3 * 32 * 32], config)).allMatch(GeneratedPair::finite);
    }

    @Test
    void sampler_ofCompensatedAdapterWithoutBackgrounds_isRefused() {
        try (MergedAdapter compensated =
                MergedAdapter.read(Golden.path("bcm/pytorch_lora_weights.safetensors"), BASE)) {
            assertThatThrownBy(() -> new DualSampler(BASE, compensated, NestedPrompt.RELEASED, "", config(2.5)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("needs clean backgrounds");
        }
    }

    @Test
    void sampler_recordingAttention_givesEachPairAMapAndTheSamePictures() {
        SamplingConfig recording =
                new SamplingConfig(SamplingConfig.Method.DDIM, 3, Guidance.byText(2.5), 1, 3, 32, true);
        try (DualSampler sampler = new DualSampler(BASE, adapter, NestedPrompt.RELEASED, "", recording)) {
            List<GeneratedPair> pairs = sampler.sampleBlock(SERIES, 0);
            assertThat(bytes(pairs)).isDeepEqualTo(bytes(block(0, SERIES)));
            for (GeneratedPair pair : pairs) {
                assertThat(pair.part().device()).isEqualTo(BASE.device());
                HeatMap map = pair.part().attention().orElseThrow();
                assertThat(map.values()).hasSize(map.width() * map.height());
                for (float share : map.values()) {
                    assertThat(share).isBetween(0f, 1f);
                }
            }
            assertThat(pairs.get(0).part().attention().orElseThrow().values())
                    .isNotEqualTo(pairs.get(1).part().attention().orElseThrow().values());
        }
    }

    @Test
    void sampler_whoseNumbersDiverge_givesGreyPicturesAndSaysSo() {
        assertThat(block(0, SERIES)).allMatch(GeneratedPair::finite);
        try (DualAdapter broken = AdapterFile.read(Golden.path("dual/pytorch_lora_weights.safetensors"), BASE)) {
            broken.tensors().values().forEach(tensor -> tensor.muli(Float.NaN));
            try (MergedAdapter merged = new MergedAdapter(BASE, broken);
                    DualSampler sampler = new DualSampler(BASE, merged, NestedPrompt.RELEASED, "", config(2.5))) {
                assertThat(sampler.sampleBlock(SERIES, 0)).allSatisfy(pair -> {
                    assertThat(pair.finite()).isFalse();
                    assertThat(Image.rgb(pair.image()).levels()).containsOnly((byte) 128);
                });
            }
        }
    }

    @Test
    void sampler_reusingDeepFeatures_staysCloseToComputingThem() {
        int[] exact = pixels(1, 1);
        int[] reusing = pixels(2, 1);
        assertThat(reusing).isNotEqualTo(exact);
        double difference = IntStream.range(0, exact.length)
                .map(i -> Math.abs(reusing[i] - exact[i]))
                .average()
                .orElseThrow();
        int[] other = pixels(1, 2);
        double differenceOfOtherPictures = IntStream.range(0, exact.length)
                .map(i -> Math.abs(other[i] - exact[i]))
                .average()
                .orElseThrow();
        assertThat(difference).isLessThan(differenceOfOtherPictures / 5);
    }

    @Test
    void sampler_reusingDeepFeatures_takesNoneOfTheBlockBefore() {
        assertThat(pixels(3, 0, 1)).isEqualTo(pixels(3, 1));
    }

    /** Of the last of some blocks. Guidance begins on the way, so that passes of two kinds follow one another. */
    private static int[] pixels(int interval, long... blocks) {
        SamplingConfig config = new SamplingConfig(
                SamplingConfig.Method.DDIM,
                9,
                new Guidance(Guidance.Weaker.TEXT, 2.5, new GuidanceInterval(0, 0.7)),
                interval,
                1,
                32,
                false);
        try (DualSampler sampler = new DualSampler(BASE, adapter, NestedPrompt.RELEASED, "", config)) {
            byte[] levels = {};
            for (long block : blocks) {
                levels = Image.rgb(sampler.sampleBlock(SERIES, block).get(0).image())
                        .levels();
            }
            byte[] last = levels;
            return IntStream.range(0, last.length).map(i -> last[i] & 0xff).toArray();
        }
    }

    private static List<GeneratedPair> overBackground(float[] picture) {
        return overBackground(picture, config(2.5));
    }

    private static List<GeneratedPair> overBackground(float[] picture, SamplingConfig config) {
        try (MergedAdapter compensated = MergedAdapter.read(Golden.path("bcm/pytorch_lora_weights.safetensors"), BASE);
                CleanBackgrounds backgrounds = new CleanBackgrounds(BASE, List.of(picture), 32, false);
                DualSampler sampler = new DualSampler(
                        BASE,
                        compensated,
                        NestedPrompt.RELEASED,
                        "",
                        config,
                        Optional.of(backgrounds),
                        Optional.empty())) {
            return sampler.sampleBlock(SERIES, 0);
        }
    }

    private static SamplingConfig config(double guidance) {
        return new SamplingConfig(SamplingConfig.Method.DDIM, 3, guidance, 3, 32);
    }

    private static List<GeneratedPair> block(long block, SampleSeries series) {
        return block(block, series, 2.5);
    }

    private static List<GeneratedPair> block(long block, SampleSeries series, double guidance) {
        try (DualSampler sampler = new DualSampler(BASE, adapter, NestedPrompt.RELEASED, "", config(guidance))) {
            return sampler.sampleBlock(series, block);
        }
    }

    /** Image and anomaly of every pair, as PNG. */
    private static byte[][] bytes(List<GeneratedPair> pairs) {
        return pairs.stream()
                .flatMap(pair -> List.of(PngCodec.encode(pair.image()), PngCodec.encode(pair.anomaly())).stream())
                .toArray(byte[][]::new);
    }
}
