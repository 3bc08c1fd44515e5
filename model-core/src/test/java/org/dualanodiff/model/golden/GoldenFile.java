package org.dualanodiff.model.golden;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A safetensors file of reference numbers. */
public final class GoldenFile {
    private final ByteBuffer data;
    private final JsonObject header;

    private GoldenFile(ByteBuffer data, JsonObject header) {
        this.data = data;
        this.header = header;
    }

    public static Path folder() {
        return Path.of(System.getProperty("golden.dir"));
    }

    public static GoldenFile open(String name) throws IOException {
        ByteBuffer file =
                ByteBuffer.wrap(Files.readAllBytes(folder().resolve(name))).order(ByteOrder.LITTLE_ENDIAN);
        int headerSize = (int) file.getLong();
        byte[] json = new byte[headerSize];
        file.get(json);
        JsonObject header =
                JsonParser.parseString(new String(json, StandardCharsets.UTF_8)).getAsJsonObject();
        return new GoldenFile(file.slice().order(ByteOrder.LITTLE_ENDIAN), header);
    }

    public boolean has(String tensor) {
        return header.has(tensor);
    }

    public int[] shape(String tensor) {
        return header.getAsJsonObject(tensor).getAsJsonArray("shape").asList().stream()
                .mapToInt(size -> size.getAsInt())
                .toArray();
    }

    public float[] floats(String tensor) {
        ByteBuffer bytes = bytesOf(tensor);
        float[] values = new float[bytes.remaining() / Float.BYTES];
        bytes.asFloatBuffer().get(values);
        return values;
    }

    public byte[] bytes(String tensor) {
        ByteBuffer bytes = bytesOf(tensor);
        byte[] values = new byte[bytes.remaining()];
        bytes.get(values);
        return values;
    }

    private ByteBuffer bytesOf(String tensor) {
        var offsets = header.getAsJsonObject(tensor).getAsJsonArray("data_offsets");
        int from = offsets.get(0).getAsInt();
        return data.slice(from, offsets.get(1).getAsInt() - from).order(ByteOrder.LITTLE_ENDIAN);
    }
}
