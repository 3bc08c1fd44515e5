package org.dualanodiff.pipeline.samples;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/**
 * The columns of a samples file: {@code samples.schema} beside this class. A picture is a struct of its PNG bytes and a
 * file name, which Hugging Face {@code datasets} calls an Image and every other reader opens as it is.
 */
final class SampleSchema {

    static final MessageType COLUMNS = parse();

    private SampleSchema() {}

    private static MessageType parse() {
        try (InputStream in = SampleSchema.class.getResourceAsStream("samples.schema")) {
            return MessageTypeParser.parseMessageType(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
