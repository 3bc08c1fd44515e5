package org.dualanodiff.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;
import org.apache.logging.slf4j.Log4jLoggerFactory;
import org.dualanodiff.jobs.cli.DualAnoDiffCommand.Failures;
import org.dualanodiff.model.checkpoint.CheckpointException;
import org.dualanodiff.model.torch.Devices.DeviceException;
import org.dualanodiff.pipeline.UserError;
import org.dualanodiff.pipeline.dataset.DatasetException;
import org.dualanodiff.pipeline.store.StoreException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class FailuresTest {

    private final Kept log = new Kept();
    private List<Logger> loggers;

    /** In every context that SLF4J has: which one a class logs to depends on who loaded it first. */
    @BeforeEach
    void keepLog() {
        LoggerFactory.getLogger(Failures.class);
        log.start();
        loggers = ((Log4jLoggerFactory) LoggerFactory.getILoggerFactory())
                .getLoggerContexts().stream()
                        .map(context -> (Logger) context.getLogger(Failures.class.getName()))
                        .toList();
        loggers.forEach(logger -> logger.addAppender(log));
    }

    @AfterEach
    void letLogGo() {
        loggers.forEach(logger -> logger.removeAppender(log));
    }

    static Stream<Arguments> mendable() {
        return Stream.of(
                Arguments.of(new UserError("store: a, b"), ExitCode.USAGE),
                Arguments.of(UserError.ofData("no image"), ExitCode.DATA),
                Arguments.of(new DatasetException("no folder"), ExitCode.DATA),
                Arguments.of(new StoreException("no bucket"), ExitCode.USAGE),
                Arguments.of(new CheckpointException("no model"), ExitCode.USAGE),
                Arguments.of(new DeviceException("no device"), ExitCode.USAGE));
    }

    @ParameterizedTest
    @MethodSource("mendable")
    void failure_thatTheUserCanMend_isItsMessageAlone(RuntimeException failure, int code) {
        StringWriter said = new StringWriter();

        assertThat(run(failure, said)).isEqualTo(code);
        assertThat(said).hasToString("error: " + failure.getMessage() + System.lineSeparator());
        assertThat(log.events).isEmpty();
    }

    @Test
    void problems_ofOneFailure_haveALineEach() {
        StringWriter said = new StringWriter();

        assertThat(run(new UserError(List.of("one", "two")), said)).isEqualTo(ExitCode.USAGE);
        assertThat(said.toString()).containsSubsequence("error: one", "error: two");
    }

    @Test
    void illegalArgument_ofTheProgramsOwn_isUnexpectedAndLoggedWithItsTrace() {
        StringWriter said = new StringWriter();
        IllegalArgumentException bug = new IllegalArgumentException("channels 0 to 2, asked for 7");

        assertThat(run(bug, said)).isEqualTo(ExitCode.UNEXPECTED);
        assertThat(said.toString()).contains("channels 0 to 2, asked for 7");
        assertThat(log.events).singleElement().extracting(LogEvent::getThrown).isSameAs(bug);
    }

    static Stream<Arguments> files() {
        return Stream.of(
                Arguments.of(new NoSuchFileException("a/b.html"), "there is no such file, or no such folder for it"),
                Arguments.of(new FileSystemException("a/b.html", null, "Is a directory"), "Is a directory"));
    }

    @ParameterizedTest
    @MethodSource("files")
    void file_thatCannotBeWritten_isOneSentenceWithTheReason(FileSystemException failure, String reason) {
        StringWriter said = new StringWriter();

        assertThat(run(failure, said)).isEqualTo(ExitCode.USAGE);
        assertThat(said).hasToString("error: cannot read or write a/b.html: " + reason + System.lineSeparator());
        assertThat(log.events).isEmpty();
    }

    private static int run(Exception failure, StringWriter said) {
        return new CommandLine(new Failing(failure))
                .setErr(new PrintWriter(said, true))
                .setExecutionExceptionHandler(new Failures())
                .execute();
    }

    @Command(name = "failing")
    private record Failing(Exception failure) implements Callable<Integer> {
        @Override
        public Integer call() throws Exception {
            throw failure;
        }
    }

    private static final class Kept extends AbstractAppender {

        private final List<LogEvent> events = new ArrayList<>();

        private Kept() {
            super("kept", null, null, true, Property.EMPTY_ARRAY);
        }

        @Override
        public void append(LogEvent event) {
            events.add(event.toImmutable());
        }
    }
}
