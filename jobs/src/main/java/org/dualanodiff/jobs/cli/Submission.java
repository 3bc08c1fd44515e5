package org.dualanodiff.jobs.cli;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.FilterWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.dualanodiff.jobs.cli.DualAnoDiffCommand.Failures;
import org.dualanodiff.jobs.spark.Machine;
import org.dualanodiff.pipeline.Daemon;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.config.Redaction;
import org.dualanodiff.pipeline.store.Json;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.RunLease;
import org.dualanodiff.pipeline.store.StoreException;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Of a command that somebody submits and does not wait for, as in Spark's cluster mode: what its exit code and its output
 * would have told them, in the store under a name that they have given it.
 *
 * <p>As long as the command lives, its record changes; so those who look twice see whether it does, and compare no clocks.
 */
final class Submission {

    private static final Logger LOG = LoggerFactory.getLogger(Submission.class);

    @Option(
            names = "--submission",
            paramLabel = "NAME",
            description =
                    "Leaves in the store how the command ends: submissions/NAME.json. For those who see neither its"
                            + " exit code nor its output, as in Spark's cluster mode.")
    private Optional<String> name = Optional.empty();

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    /**
     * Does the work, and records it if the submission has a name.
     *
     * @return the work's exit code
     * @throws StoreException if the store, which is asked for nothing else yet, does not answer
     */
    int record(PipelineConfig config, Callable<Integer> work) throws Exception {
        if (name.isEmpty()) {
            return work.call();
        }
        Machine machine = Machine.of(config.spark().conf());
        machine.require("store", config.store());
        try (ObjectStore store = machine.open(config.store());
                Watched watched = new Watched(
                        store,
                        StoreLayout.submission(name.get()),
                        config.run().lease().renewal(),
                        begun(config.run().lease().expiry()))) {
            LastLine printed = new LastLine(command.commandLine().getOut());
            command.commandLine().setOut(new PrintWriter(printed, true));
            try {
                int exit = work.call();
                watched.ended(exit, printed.json(), List.of());
                return exit;
            } catch (Exception e) {
                List<String> errors =
                        Failures.problems(e).stream().map(Redaction::text).toList();
                watched.ended(Failures.code(e), Optional.empty(), errors);
                throw e;
            }
        }
    }

    private Submitted begun(Duration expiry) {
        return new Submitted(
                command.name(),
                Submitted.RUNNING,
                RunLease.thisProcess(),
                0,
                expiry.toMillis() / 1000.0,
                Instant.now(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Optional.empty());
    }

    /**
     * What is kept of it.
     *
     * @param status {@code running} or {@code ended}
     * @param driver where it runs, in words
     * @param renewals how often it has shown that it lives; a watcher compares this, never clocks
     * @param expireSeconds after so long without a renewal it is dead
     * @param errors as it told them, without the word
     * @param result the last line of its output, if that is JSON
     */
    record Submitted(
            String command,
            String status,
            String driver,
            long renewals,
            double expireSeconds,
            Instant startedAt,
            Optional<Instant> finishedAt,
            Optional<Integer> exitCode,
            List<String> errors,
            Optional<JsonObject> result) {

        private static final String RUNNING = "running";

        private Submitted renewed() {
            return new Submitted(
                    command,
                    status,
                    driver,
                    renewals + 1,
                    expireSeconds,
                    startedAt,
                    finishedAt,
                    exitCode,
                    errors,
                    result);
        }

        private Submitted ended(int exit, Optional<JsonObject> printed, List<String> told) {
            return new Submitted(
                    command,
                    "ended",
                    driver,
                    renewals + 1,
                    expireSeconds,
                    startedAt,
                    Optional.of(Instant.now()),
                    Optional.of(exit),
                    told,
                    printed);
        }
    }

    /** The record of a command at work. */
    private static final class Watched implements AutoCloseable {

        private final ObjectStore store;
        private final String key;
        private final ScheduledExecutorService heartbeat =
                Executors.newSingleThreadScheduledExecutor(new Daemon("submission"));
        private Submitted record;

        Watched(ObjectStore store, String key, Duration every, Submitted record) {
            this.store = store;
            this.key = key;
            this.record = record;
            store.write(key, Json.record(record));
            heartbeat.scheduleWithFixedDelay(this::renew, every.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
        }

        private synchronized void renew() {
            try {
                if (record.finishedAt().isEmpty()) {
                    record = record.renewed();
                    store.write(key, Json.record(record));
                }
            } catch (RuntimeException | Error e) {
                // Whatever is thrown out of here would end the heartbeat without a word.
                LOG.warn("{} could not be written, trying again: {}", store.uri(key), e.toString());
            }
        }

        /** What the command has done stands, whether or not it can be told. */
        synchronized void ended(int exit, Optional<JsonObject> printed, List<String> told) {
            record = record.ended(exit, printed, told);
            try {
                store.write(key, Json.record(record));
            } catch (StoreException e) {
                LOG.warn("how this command ended was not written: {}", e.getMessage());
            }
        }

        @Override
        public void close() {
            heartbeat.shutdown();
        }
    }

    /** Passes on what is printed, and keeps the line that was printed last. */
    private static final class LastLine extends FilterWriter {

        private final StringBuilder line = new StringBuilder();
        private boolean ended;

        LastLine(Writer out) {
            super(out);
        }

        /** As an object of JSON, if it is one. */
        Optional<JsonObject> json() {
            try {
                return Optional.of(JsonParser.parseString(line.toString()))
                        .filter(JsonElement::isJsonObject)
                        .map(JsonElement::getAsJsonObject);
            } catch (JsonParseException text) {
                return Optional.empty();
            }
        }

        @Override
        public void write(int character) throws IOException {
            out.write(character);
            keep((char) character);
        }

        @Override
        public void write(char[] text, int from, int length) throws IOException {
            write(new String(text), from, length);
        }

        @Override
        public void write(String text, int from, int length) throws IOException {
            out.write(text, from, length);
            text.substring(from, from + length).chars().forEach(character -> keep((char) character));
        }

        private void keep(char character) {
            if (character == '\n' || character == '\r') {
                ended = true;
                return;
            }
            if (ended) {
                line.setLength(0);
                ended = false;
            }
            line.append(character);
        }
    }
}
