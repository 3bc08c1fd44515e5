package org.dualanodiff.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.impl.Log4jLogEvent;
import org.apache.logging.log4j.core.layout.PatternLayout;
import org.apache.logging.log4j.message.SimpleMessage;
import org.junit.jupiter.api.Test;

class EmbeddedLogTest {

    @Test
    void logLine_withAnException_endsItsLine() throws IOException {
        assertThat(line(new IllegalStateException("no")))
                .contains("java.lang.IllegalStateException: no")
                .endsWith(")" + System.lineSeparator());
    }

    @Test
    void logLine_withoutAnException_isOneLine() throws IOException {
        assertThat(line(null)).endsWith("said" + System.lineSeparator()).hasLineCount(1);
    }

    private static String line(Throwable thrown) throws IOException {
        Properties properties = new Properties();
        try (InputStream in = JsonLog.class.getResourceAsStream("/org/dualanodiff/jobs/embedded-log4j2.properties")) {
            properties.load(in);
        }
        PatternLayout layout = PatternLayout.newBuilder()
                .withPattern(properties.getProperty("appender.console.layout.pattern"))
                .withAlwaysWriteExceptions(
                        Boolean.parseBoolean(properties.getProperty("appender.console.layout.alwaysWriteExceptions")))
                .build();
        return layout.toSerializable(Log4jLogEvent.newBuilder()
                .setLoggerName("test")
                .setLevel(Level.ERROR)
                .setMessage(new SimpleMessage("said"))
                .setThrown(thrown)
                .build());
    }
}
