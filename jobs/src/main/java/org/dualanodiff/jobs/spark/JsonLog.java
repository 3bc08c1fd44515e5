package org.dualanodiff.jobs.spark;

import java.io.PrintWriter;
import java.io.Writer;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.appender.ConsoleAppender;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.builder.api.AppenderComponentBuilder;
import org.apache.logging.log4j.core.config.builder.api.ConfigurationBuilder;
import org.apache.logging.log4j.core.config.builder.api.ConfigurationBuilderFactory;
import org.apache.logging.log4j.core.config.builder.impl.BuiltConfiguration;
import org.apache.spark.internal.SparkLoggerFactory;
import org.dualanodiff.pipeline.config.PipelineConfig.LogConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns this process's log into lines of JSON, with the names of Spark's structured log: {@code ts, level, logger, msg,
 * context, exception}. The context has {@code run_id}, {@code unit} and, in tasks, {@code task_name}, where they are known.
 */
public final class JsonLog {

    private static final String TEMPLATE = "classpath:org/apache/spark/SparkLayout.json";

    /** What embedded runs warn of in vain; as in {@code embedded-log4j2.properties}. */
    private static final String[] TALKATIVE = {
        "org.apache.hadoop.util.NativeCodeLoader",
        "org.apache.spark.util.Utils",
        "org.apache.spark.HeartbeatReceiver",
        "org.apache.spark.executor.Executor"
    };

    private JsonLog() {}

    /**
     * Does so if the settings want it. To be called again when a Spark session was opened: under {@code spark-submit} Spark
     * puts its own configuration, of the same layout, in place of this one when it first logs.
     */
    public static void start(LogConfig settings) {
        if (settings.isJson()) {
            SparkLoggerFactory.enableStructuredLogging();
            start(settings.file());
        }
    }

    private static void start(String file) {
        ConfigurationBuilder<BuiltConfiguration> log = ConfigurationBuilderFactory.newConfigurationBuilder();
        AppenderComponentBuilder appender = file.isBlank()
                ? log.newAppender("json", "Console").addAttribute("target", ConsoleAppender.Target.SYSTEM_ERR)
                : log.newAppender("json", "File").addAttribute("fileName", file);
        start(log, appender);
    }

    /** What is printed to people, as events of logger {@code org.dualanodiff.console}. */
    public static PrintWriter console() {
        return new PrintWriter(new LogLines(LoggerFactory.getLogger("org.dualanodiff.console")), true);
    }

    private static void start(ConfigurationBuilder<BuiltConfiguration> log, AppenderComponentBuilder appender) {
        log.add(appender.add(log.newLayout("JsonTemplateLayout").addAttribute("eventTemplateUri", TEMPLATE)));
        log.add(log.newRootLogger(Level.WARN).add(log.newAppenderRef("json")));
        log.add(log.newLogger("org.dualanodiff", Level.INFO));
        for (String talkative : TALKATIVE) {
            log.add(log.newLogger(talkative, Level.ERROR));
        }
        Configurator.reconfigure(log.build());
    }

    /** Each line written becomes an event of a log. */
    private static final class LogLines extends Writer {

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
}
