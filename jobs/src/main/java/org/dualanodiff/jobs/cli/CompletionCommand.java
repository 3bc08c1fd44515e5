package org.dualanodiff.jobs.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Command;

@Command(
        name = "completion",
        footer = "source <(bin/dualanodiff completion)",
        description = "Prints a script that completes commands and options, for bash and zsh.")
final class CompletionCommand extends ConsoleCommand {

    @Override
    public Integer call() {
        stdout().print(AutoComplete.bash("dualanodiff", DualAnoDiffCommand.line()));
        stdout().flush();
        return ExitCode.DONE;
    }
}
