package org.dualanodiff.pipeline.dataset;

import java.io.BufferedReader;
import java.io.FilterReader;
import java.io.IOException;
import java.io.Reader;
import org.apache.hadoop.fs.Path;

/** The text of a table that is read record by record. A record, once parsed, takes up to fifty times its length. */
final class RecordReader extends BufferedReader {
    /** Characters of a line or an element; what a camera or a person marks in one image has a thousandth of it. */
    static final long MOST = DatasetFiles.MAX_TEXT_BYTES / 8;

    private final Counter counter;

    RecordReader(Reader in, Path path) {
        this(new Counter(in, path));
    }

    private RecordReader(Counter counter) {
        super(counter);
        this.counter = counter;
    }

    void beginRecord() {
        counter.count = 0;
    }

    @Override
    public String readLine() throws IOException {
        beginRecord();
        return super.readLine();
    }

    private static final class Counter extends FilterReader {
        private final Path path;
        private long count;

        Counter(Reader in, Path path) {
            super(in);
            this.path = path;
        }

        @Override
        public int read(char[] into, int from, int most) throws IOException {
            int read = super.read(into, from, most);
            count += Math.max(0, read);
            if (count > MOST) {
                throw new DatasetException(
                        "%s has a line or an element of more than %d characters; split it".formatted(path, MOST));
            }
            return read;
        }
    }
}
