package org.dualanodiff.jobs.log;

import java.io.Writer;
import org.slf4j.Logger;

/** Each line written becomes an event of a log. */
final class LogLines extends Writer {

    private final Logger log;
    private final StringBuilder line = new StringBuilder();

    LogLines(Logger log) {
        this.log = log;
    }

    @Override
    public void write(char[] text, int from, int length) {
        synchronized (lock) {
            for (int i = from; i < from + length; i++) {
                if (text[i] == '\n') {
                    end();
                } else if (text[i] != '\r') {
                    line.append(text[i]);
                }
            }
        }
    }

    private void end() {
        if (!line.isEmpty()) {
            log.info("{}", line);
            line.setLength(0);
        }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        synchronized (lock) {
            end();
        }
    }
}
