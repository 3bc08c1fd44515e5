package org.dualanodiff.model.unet;

import static org.dualanodiff.model.golden.Closeness.assertClose;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.dualanodiff.model.checkpoint.DType;
import org.dualanodiff.model.checkpoint.SafetensorsFile;
import org.dualanodiff.model.checkpoint.SafetensorsWriter;
import org.dualanodiff.model.checkpoint.TensorData;
import org.dualanodiff.model.checkpoint.WeightSource;
import org.dualanodiff.model.golden.Golden;
import org.dualanodiff.model.golden.GoldenTensors;
import org.dualanodiff.model.nn.Attention.AttentionProcessor;
import org.dualanodiff.model.nn.Weights;
import org.dualanodiff.model.torch.GradientMode;
import org.dualanodiff.model.torch.Precision;
import org.dualanodiff.model.torch.TensorScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code use_linear_projection} changes the shape of two weights and nothing else. */
class LinearProjectionTest {

    @TempDir
    private Path folder;

    @Test
    void unet_withLinearProjections_givesTheNoiseOfPointwiseConvolutions() throws IOException {
        JsonObject json = Golden.json("tiny-sd/unet/config.json");
        boolean linear = json.get("use_linear_projection").getAsBoolean();
        json.addProperty("use_linear_projection", !linear);
        UNetConfig config = UNetConfig.fromJson(json, "test");
        GoldenTensors golden = Golden.tensors("unet.safetensors");
        try (Weights weights = Weights.of(WeightSource.open(reshaped(linear)), Device.cpu(), Precision.FP32);
                GradientMode mode = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            NDArray noise = UNet.load(config, weights)
                    .forward(
                            golden.tensor("a.sample"),
                            golden.longTensor("a.timesteps"),
                            golden.tensor("a.encoder_hidden_states"),
                            AttentionProcessor.PLAIN);
            assertClose("noise", noise, golden, "a.output", 1e-5);
        }
    }

    /** The same numbers with the projections stored the other way. */
    private Path reshaped(boolean linear) throws IOException {
        SafetensorsFile file = SafetensorsFile.open(Golden.path("tiny-sd/unet/diffusion_pytorch_model.safetensors"));
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        file.tensors().forEach((name, info) -> {
            boolean projection = name.endsWith("proj_in.weight") || name.endsWith("proj_out.weight");
            long[] shape = projection ? other(info.shape(), linear) : info.shape();
            ByteBuffer bytes = file.map(name);
            tensors.put(name, new TensorData(DType.F32, shape, bytes::duplicate));
        });
        Path path = folder.resolve("unet.safetensors");
        SafetensorsWriter.write(path, tensors, Map.of());
        return path;
    }

    private static long[] other(long[] shape, boolean linear) {
        return linear ? new long[] {shape[0], shape[1], 1, 1} : new long[] {shape[0], shape[1]};
    }
}
