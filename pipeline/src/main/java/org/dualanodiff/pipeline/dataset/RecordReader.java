package org.dualanodiff.pipeline.dataset;

import com.google.gson.stream.JsonReader;
import java.io.BufferedReader;
import java.io.FilterReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.fs.Path;

/** The text of a table that is read record by record. A record, once parsed, takes up to fifty times its length. */
final class RecordReader extends BufferedReader {
    /** Characters of a line or an element; what a camera or a person marks in one image has a thousandth of it. */
    static final long MOST = DatasetFiles.MAX_TEXT_BYTES / 8;

    private static final char BYTE_ORDER_MARK = '\uFEFF';
    private final Counter counter;

    /**
     * Reads UTF-8, without the byte order mark that some editors write.
     *
     * @throws DatasetException for what is no text
     */
    static RecordReader of(InputStream in, Path path) throws IOException {
        RecordReader reader =
                new RecordReader(new Counter(new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()), path));
        try {
            reader.skipByteOrderMark(path);
            return reader;
        } catch (IOException | DatasetException e) {
            reader.close();
            throw e;
        }
    }

    private void skipByteOrderMark(Path path) throws IOException {
        mark(2);
        int first = read();
        int second = read();
        if (first == 0 || second == 0) {
            throw new DatasetException("%s is in UTF-16 or binary; save it as text in UTF-8".formatted(path));
        }
        reset();
        if (first == BYTE_ORDER_MARK) {
            skip(1);
        }
    }

    private RecordReader(Counter counter) {
        super(counter);
        this.counter = counter;
    }

    void beginRecord() {
        counter.count = 0;
    }

    /** Passes over the next value, which takes no memory, however long it is. */
    void skip(JsonReader next) throws IOException {
        counter.counting = false;
        next.skipValue();
        counter.counting = true;
    }

    @Override
    public String readLine() throws IOException {
        beginRecord();
        return super.readLine();
    }

    /** What Gson says of malformed JSON, without its advice to programmers. */
    static String complaint(Exception e) {
        String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return message.lines()
                .findFirst()
                .orElse("")
                .replaceFirst("^[\\w.]+Exception: ", "")
                .replaceFirst("^Use JsonReader\\.\\S+ to accept malformed JSON", "malformed");
    }

    private static final class Counter extends FilterReader {
        private final Path path;
        private long count;
        private boolean counting = true;

        Counter(Reader in, Path path) {
            super(in);
            this.path = path;
        }

        @Override
        public int read(char[] into, int from, int most) throws IOException {
            int read = super.read(into, from, most);
            count += counting ? Math.max(0, read) : 0;
            if (count > MOST) {
                throw new DatasetException(
                        "%s has a line or an element of more than %d characters; split it".formatted(path, MOST));
            }
            return read;
        }
    }
}
