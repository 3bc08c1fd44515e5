package org.dualanodiff.model.detector;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import java.util.List;
import org.dualanodiff.model.torch.DetectorOperators;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.Precision;
import org.dualanodiff.model.torch.Tensors;

/** Puts normalized images on a device in the precision that a network computes in: (N, channels, size, size). */
record NetworkInput(int channels, int size, Device device, Precision precision) {

    NDArray of(List<float[]> images) {
        int length = channels * size * size;
        float[] all = new float[images.size() * length];
        for (int row = 0; row < images.size(); row++) {
            requireLength(images.get(row).length, length);
            System.arraycopy(images.get(row), 0, all, row * length, length);
        }
        return of(all, images.size());
    }

    NDArray of(float[] images, int rows) {
        requireLength(images.length, rows * channels * size * size);
        NDArray x = Tensors.of(images, device, rows, channels, size, size);
        return DetectorOperators.channelsLast(Operators.cast(x, precision));
    }

    private void requireLength(int found, int expected) {
        if (found != expected) {
            throw new IllegalArgumentException("Images of %d channels, %d x %d need %d numbers, found %d"
                    .formatted(channels, size, size, expected, found));
        }
    }
}
