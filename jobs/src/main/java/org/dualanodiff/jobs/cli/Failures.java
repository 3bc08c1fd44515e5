package org.dualanodiff.jobs.cli;

import java.util.List;
import org.dualanodiff.model.checkpoint.CheckpointException;
import org.dualanodiff.pipeline.UserError;
import org.dualanodiff.model.torch.Devices.DeviceException;
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

    /** The model's own exceptions for the user stand beside {@link UserError}, which it does not know. */
    private static int code(Exception failure) {
        if (failure instanceof UserError mendable) {
            return mendable.isOfData() ? ExitCode.DATA : ExitCode.USAGE;
        }
        boolean ofModel = failure instanceof CheckpointException || failure instanceof DeviceException;
        return ofModel ? ExitCode.USAGE : ExitCode.UNEXPECTED;
    }

    private static List<String> problems(Exception failure) {
        if (failure instanceof UserError mendable) {
            return mendable.problems();
        }
        return List.of(failure.getMessage() == null ? failure.toString() : failure.getMessage());
    }
}
