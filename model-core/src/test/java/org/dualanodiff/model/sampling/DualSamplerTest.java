package org.dualanodiff.model.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.dualanodiff.model.BaseModel;
import org.dualanodiff.model.Compute;
import org.dualanodiff.model.dual.AdapterFile;
import org.dualanodiff.model.dual.DualAdapter;
import org.dualanodiff.model.dual.NestedPrompt;
import org.dualanodiff.model.golden.Golden;
import org.dualanodiff.model.image.PngCodec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class DualSamplerTest {

    private static final SampleSeries SERIES = new SampleSeries(3, "tile", "crack");

    private static BaseModel base;
    private static DualAdapter adapter;

    @BeforeAll
    static void load() {
        base = BaseModel.load(Golden.model(), Compute.CPU);
        adapter = AdapterFile.read(Golden.path("dual/pytorch_lora_weights.safetensors"), base);
    }

    @AfterAll
    static void close() {
        adapter.close();
        base.close();
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
    void sampler_onSameBlockTwice_givesSameBytes() {
        assertThat(bytes(block(1, SERIES))).isDeepEqualTo(bytes(block(1, SERIES)));
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

    private static List<GeneratedPair> block(long block, SampleSeries series) {
        return block(block, series, 2.5);
    }

    private static List<GeneratedPair> block(long block, SampleSeries series, double guidance) {
        SamplingConfig config = new SamplingConfig(SamplingConfig.Method.DDIM, 3, guidance, 3, 32);
        try (DualSampler sampler = new DualSampler(base, adapter, NestedPrompt.RELEASED, "", config)) {
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
