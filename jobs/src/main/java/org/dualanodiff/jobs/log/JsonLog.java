package org.dualanodiff.jobs.log;

import java.io.PrintWriter;
import java.nio.file.Path;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.appender.ConsoleAppender;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.builder.api.AppenderComponentBuilder;
import org.apache.logging.log4j.core.config.builder.api.ConfigurationBuilder;
import org.apache.logging.log4j.core.config.builder.api.ConfigurationBuilderFactory;
import org.apache.logging.log4j.core.config.builder.impl.BuiltConfiguration;
import org.slf4j.LoggerFactory;

/**
 * Turns this process's log into lines of JSON, with the names of Spark's structured log: {@code ts, level, logger, msg,
 * context, exception}. The context has {@code run_id}, {@code unit} and {@code spark_app_id} where they are known.
 */
public final class JsonLog {

    private static final String TEMPLATE = "classpath:org/apache/spark/SparkLayout.json";

    /** What embedded runs warn of in vain; as in {@code embedded-log4j2.properties}. */
    private static final String[] TALKATIVE = {"org.apache.hadoop.util.NativeCodeLoader", "org.apache.spark.util.Utils"
    };

    private JsonLog() {}

    /** On standard error, which no longer is for people then. */
    public static void toStandardError() {
        ConfigurationBuilder<BuiltConfiguration> log = ConfigurationBuilderFactory.newConfigurationBuilder();
        start(log, log.newAppender("json", "Console").addAttribute("target", ConsoleAppender.Target.SYSTEM_ERR));
    }

    /** In a file, behind what it has. */
    public static void toFile(Path file) {
        ConfigurationBuilder<BuiltConfiguration> log = ConfigurationBuilderFactory.newConfigurationBuilder();
        start(log, log.newAppender("json", "File").addAttribute("fileName", file.toString()));
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
}
