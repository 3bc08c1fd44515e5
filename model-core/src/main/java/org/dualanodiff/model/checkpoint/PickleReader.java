package org.dualanodiff.model.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/** The bytes of a pickle in order: opcodes and their arguments. Whatever is wrong is reported with its place. */
final class PickleReader {
    private final ByteBuffer in;
    private final Path path;
    private int opcodeAt;

    PickleReader(byte[] pickle, Path path) {
        this.in = ByteBuffer.wrap(pickle).order(ByteOrder.LITTLE_ENDIAN);
        this.path = path;
    }

    int opcode() {
        opcodeAt = in.position();
        return uint8();
    }

    int uint8() {
        return need(Byte.BYTES).get() & 0xff;
    }

    int uint16() {
        return need(Short.BYTES).getShort() & 0xffff;
    }

    int int32() {
        return need(Integer.BYTES).getInt();
    }

    void skip(int bytes) {
        need(bytes).position(in.position() + bytes);
    }

    /** The one number that pickles hold in big-endian order. */
    double float64() {
        return Double.longBitsToDouble(Long.reverseBytes(need(Double.BYTES).getLong()));
    }

    /** A two's complement integer of so many bytes, at most 8. */
    long integer(int length) {
        need(length);
        long value = 0;
        for (int i = 0; i < length; i++) {
            long digit = i == length - 1 ? in.get() : in.get() & 0xff;
            value |= digit << (Byte.SIZE * i);
        }
        return value;
    }

    String text(int length) {
        need(length);
        byte[] bytes = new byte[length];
        in.get(bytes);
        return new String(bytes, UTF_8);
    }

    String line() {
        int end = in.position();
        while (end < in.limit() && in.get(end) != '\n') {
            end++;
        }
        String line = text(end - in.position());
        skip(1);
        return line;
    }

    private ByteBuffer need(int bytes) {
        if (bytes < 0 || bytes > in.remaining()) {
            throw refused("expected %s more bytes, found %d; the file is truncated or damaged"
                    .formatted(Integer.toUnsignedString(bytes), in.remaining()));
        }
        return in;
    }

    /** Where the current opcode stands. */
    int opcodeAt() {
        return opcodeAt;
    }

    /** An error about the current opcode. */
    CheckpointException refused(String why) {
        return refusedAt(opcodeAt, why);
    }

    CheckpointException refusedAt(int place, String why) {
        return new CheckpointException(
                "file %s: data.pkl refused at byte %d: %s (nothing is executed)".formatted(path, place, why));
    }
}
