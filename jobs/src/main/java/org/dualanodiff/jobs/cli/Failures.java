package org.dualanodiff.jobs.cli;

import java.util.List;
import org.dualanodiff.model.checkpoint.CheckpointException;
import org.dualanodiff.pipeline.config.InvalidConfigException;
import org.dualanodiff.pipeline.dataset.DatasetException;
import org.dualanodiff.pipeline.evaluate.LeakCheck.LeakException;
import org.dualanodiff.pipeline.run.UnusableDataException;
import org.dualanodiff.pipeline.store.StoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** Turns an exception into what the user should read and the exit code that a scheduler should see. */
final class Failures implements IExecutionExceptionHandler {

    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

    @Override
    public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
        int code = code(failure);
        if (code == ExitCode.UNEXPECTED) {
            LOG.error("unexpected failure", failure);
        }
        problems(failure).forEach(problem -> command.getErr().println("error: " + problem));
        return code;
    }

    private static int code(Exception failure) {
        if (failure instanceof InvalidConfigException
                || failure instanceof CheckpointException
                || failure instanceof StoreException
                || failure instanceof IllegalArgumentException) {
            return ExitCode.USAGE;
        } else if (failure instanceof DatasetException
                || failure instanceof UnusableDataException
                || failure instanceof LeakException) {
            return ExitCode.DATA;
        }
        return ExitCode.UNEXPECTED;
    }

    private static List<String> problems(Exception failure) {
        if (failure instanceof InvalidConfigException invalid) {
            return invalid.problems();
        }
        return List.of(failure.getMessage() == null ? failure.toString() : failure.getMessage());
    }
}
