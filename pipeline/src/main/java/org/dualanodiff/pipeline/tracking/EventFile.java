package org.dualanodiff.pipeline.tracking;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.zip.CRC32C;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import org.dualanodiff.pipeline.store.TrainingCurve.Point;

/**
 * An event file of TensorBoard: records of TensorFlow's framing, each a protocol buffer {@code Event} with a {@code Summary}
 * of one value. Of both messages only the few fields that are written are known here.
 */
final class EventFile {

    // Field numbers of tensorflow/core/util/event.proto and tensorflow/core/framework/summary.proto.
    private static final int EVENT_WALL_TIME = 1;
    private static final int EVENT_STEP = 2;
    private static final int EVENT_FILE_VERSION = 3;
    private static final int EVENT_SUMMARY = 5;
    private static final int SUMMARY_VALUE = 1;
    private static final int VALUE_TAG = 1;
    private static final int VALUE_SIMPLE = 2;
    private static final int VALUE_IMAGE = 4;
    private static final int IMAGE_HEIGHT = 1;
    private static final int IMAGE_WIDTH = 2;
    private static final int IMAGE_COLORSPACE = 3;
    private static final int IMAGE_ENCODED = 4;
    private static final int RGB = 3;

    private static final int MASK_DELTA = 0xa282ead8;

    private final ByteArrayOutputStream file = new ByteArrayOutputStream();

    private EventFile(double time) {
        record(new Message().number(EVENT_WALL_TIME, time).text(EVENT_FILE_VERSION, "brain.Event:2"));
    }

    /** All that was recorded of a training, the numbers of each point and the sheets. */
    static byte[] of(RecordedTraining training) {
        List<Point> points = training.curve().points();
        List<Double> times = training.times();
        EventFile events = new EventFile(times.isEmpty() ? 0 : times.get(0));
        for (int i = 0; i < points.size(); i++) {
            Point point = points.get(i);
            for (Map.Entry<String, ToDoubleFunction<Point>> number : RecordedTraining.NUMBERS.entrySet()) {
                double value = number.getValue().applyAsDouble(point);
                if (Double.isFinite(value)) {
                    events.scalar(times.get(i), point.step(), "training/" + number.getKey(), (float) value);
                }
            }
        }
        training.sheets().forEach((step, png) -> events.image(training.time(step), step, "sample sheet", png));
        return events.file.toByteArray();
    }

    private void scalar(double time, int step, String tag, float value) {
        event(time, step, new Message().text(VALUE_TAG, tag).number(VALUE_SIMPLE, value));
    }

    private void image(double time, int step, String tag, byte[] png) {
        int[] size = size(png);
        Message image = new Message()
                .number(IMAGE_HEIGHT, size[1])
                .number(IMAGE_WIDTH, size[0])
                .number(IMAGE_COLORSPACE, RGB)
                .bytes(IMAGE_ENCODED, png);
        event(time, step, new Message().text(VALUE_TAG, tag).message(VALUE_IMAGE, image));
    }

    private static int[] size(byte[] png) {
        ImageReader reader = ImageIO.getImageReadersByFormatName("png").next();
        try (ImageInputStream in = ImageIO.createImageInputStream(new ByteArrayInputStream(png))) {
            reader.setInput(in);
            return new int[] {reader.getWidth(0), reader.getHeight(0)};
        } catch (IOException e) {
            throw new UncheckedIOException("a sample sheet is damaged", e);
        } finally {
            reader.dispose();
        }
    }

    private void event(double time, int step, Message value) {
        record(new Message()
                .number(EVENT_WALL_TIME, time)
                .number(EVENT_STEP, step)
                .message(EVENT_SUMMARY, new Message().message(SUMMARY_VALUE, value)));
    }

    /** Length, its checksum, the message, its checksum. */
    private void record(Message message) {
        byte[] data = message.out.toByteArray();
        byte[] length = little(Long.BYTES).putLong(data.length).array();
        file.writeBytes(length);
        file.writeBytes(checksum(length));
        file.writeBytes(data);
        file.writeBytes(checksum(data));
    }

    /** CRC-32C, masked as TensorFlow does: rotated by 15 bits, then shifted by a constant. */
    private static byte[] checksum(byte[] data) {
        CRC32C crc = new CRC32C();
        crc.update(data);
        int masked = Integer.rotateRight((int) crc.getValue(), 15) + MASK_DELTA;
        return little(Integer.BYTES).putInt(masked).array();
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** A protocol buffer, written field by field. */
    private static final class Message {

        private static final int VARINT = 0;
        private static final int EIGHT_BYTES = 1;
        private static final int DELIMITED = 2;
        private static final int FOUR_BYTES = 5;

        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Message number(int field, double value) {
            key(field, EIGHT_BYTES);
            out.writeBytes(little(Double.BYTES).putDouble(value).array());
            return this;
        }

        Message number(int field, float value) {
            key(field, FOUR_BYTES);
            out.writeBytes(little(Float.BYTES).putFloat(value).array());
            return this;
        }

        Message number(int field, int value) {
            key(field, VARINT);
            varint(value);
            return this;
        }

        Message text(int field, String value) {
            return bytes(field, value.getBytes(StandardCharsets.UTF_8));
        }

        Message message(int field, Message value) {
            return bytes(field, value.out.toByteArray());
        }

        Message bytes(int field, byte[] value) {
            key(field, DELIMITED);
            varint(value.length);
            out.writeBytes(value);
            return this;
        }

        private void key(int field, int type) {
            varint(field << 3 | type);
        }

        /** Seven bits a byte, the lowest first; nothing negative is written. */
        private void varint(int value) {
            int rest = value;
            while (rest >= 0x80) {
                out.write(rest & 0x7f | 0x80);
                rest >>>= 7;
            }
            out.write(rest);
        }
    }
}
