package org.dualanodiff.model.torch;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** A driver with these cards, numbered from 0 as given; libtorch keeps a quarter of each card's memory until it gives that back. */
public final class FakeCuda implements CudaDriver.Calls {

    /** An A100, half of its memory unused. */
    public static final Card A100 = new Card("NVIDIA A100-SXM4-40GB", 8, 0, 40L << 30);

    private final List<Card> cards;

    public FakeCuda(Card... cards) {
        this.cards = List.of(cards);
    }

    public static CudaDriver driver(Card... cards) {
        FakeCuda cuda = new FakeCuda(cards);
        return new CudaDriver(cuda, () -> cuda.kept = false);
    }

    /** A card, by compute capability and bytes of memory, half of which nobody uses. */
    public record Card(String name, int major, int minor, long bytes) {}

    @Override
    public int cuInit(int flags) {
        return 0;
    }

    @Override
    public int cuDeviceGetCount(int[] count) {
        count[0] = cards.size();
        return 0;
    }

    @Override
    public int cuDeviceGet(int[] device, int ordinal) {
        device[0] = ordinal;
        return ordinal < cards.size() ? 0 : 101;
    }

    @Override
    public int cuDeviceGetName(byte[] name, int length, int device) {
        return write(cards.get(device).name(), name);
    }

    @Override
    public int cuDeviceGetUuid_v2(byte[] uuid, int device) {
        Arrays.fill(uuid, (byte) device);
        return 0;
    }

    @Override
    public int cuDeviceGetPCIBusId(byte[] id, int length, int device) {
        return write("0000:%02X:00.0".formatted(device), id);
    }

    @Override
    public int cuDeviceGetAttribute(int[] value, int attribute, int device) {
        value[0] =
                attribute == 75 ? cards.get(device).major() : cards.get(device).minor();
        return 0;
    }

    @Override
    public int cuDevicePrimaryCtxRetain(PointerByReference context, int device) {
        current = device;
        return 0;
    }

    private int current;
    private boolean kept = true;

    @Override
    public int cuDevicePrimaryCtxRelease_v2(int device) {
        return 0;
    }

    @Override
    public int cuCtxPushCurrent_v2(Pointer context) {
        return 0;
    }

    @Override
    public int cuCtxPopCurrent_v2(PointerByReference context) {
        return 0;
    }

    @Override
    public int cuMemGetInfo_v2(long[] free, long[] total) {
        total[0] = cards.get(current).bytes();
        free[0] = total[0] / (kept ? 4 : 2);
        return 0;
    }

    private static int write(String text, byte[] into) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, into, 0, bytes.length);
        return 0;
    }
}
