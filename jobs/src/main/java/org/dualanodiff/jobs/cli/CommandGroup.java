package org.dualanodiff.jobs.cli;

import java.util.List;
import org.dualanodiff.jobs.cli.AdapterCommand.ExportAdapter;
import org.dualanodiff.jobs.cli.AdapterCommand.ImportAdapterFile;
import org.dualanodiff.jobs.cli.RunCommand.Augment;
import org.dualanodiff.jobs.cli.RunCommand.Generate;
import org.dualanodiff.jobs.cli.RunCommand.ShowPlan;
import org.dualanodiff.jobs.cli.RunCommand.Train;
import org.dualanodiff.jobs.cli.StoreCommand.Publish;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Column;
import picocli.CommandLine.Help.TextTable;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.UsageMessageSpec;

/** All commands, by what people want, in the order of the help. */
enum CommandGroup {
    MAKE(
            "Make pairs",
            DemoCommand.class,
            InspectCommand.class,
            ShowPlan.class,
            Augment.class,
            Train.class,
            Generate.class),
    LOOK("Look at them", ReportCommand.class, FiguresCommand.class, EvaluateCommand.class, AblateCommand.class),
    HAND_ON("Hand them on", Publish.class, ExportCommand.class, ExportTrainingCommand.class),
    LOOK_AFTER("Look after the store", StatusCommand.class, VerifyCommand.class, GcCommand.class),
    MODELS("Bring models of your own", PretrainCommand.class, ImportAdapterFile.class, ExportAdapter.class),
    SET_UP("Set up", DoctorCommand.class, ConfigCommand.class, CompletionCommand.class, HelpCommand.class),
    DEVELOP("For developers", SampleDataCommand.class, RandomModelCommand.class, BenchCommand.class);

    private static final int INDENT = 2;

    private final String title;
    private final List<Class<?>> commands;

    CommandGroup(String title, Class<?>... commands) {
        this.title = title;
        this.commands = List.of(commands);
    }

    String title() {
        return title;
    }

    /** The names of its commands. */
    List<String> names() {
        return commands.stream()
                .map(command -> command.getAnnotation(CommandLine.Command.class).name())
                .toList();
    }

    void addTo(CommandLine line) {
        commands.forEach(line::addSubcommand);
    }

    /** The list of commands, group by group, all descriptions below one another. */
    static String list(Help help) {
        int width = help.commandSpec().usageMessage().width();
        int names = INDENT
                + help.subcommands().keySet().stream()
                        .mapToInt(String::length)
                        .max()
                        .orElse(0);
        StringBuilder list = new StringBuilder();
        for (CommandGroup group : values()) {
            TextTable table = TextTable.forColumns(
                    help.colorScheme(),
                    new Column(names, INDENT, Column.Overflow.SPAN),
                    new Column(width - names, INDENT, Column.Overflow.WRAP));
            group.names()
                    .forEach(name ->
                            table.addRowValues(name, summary(help.subcommands().get(name))));
            list.append(String.format("%n%s:%n", group.title)).append(table);
        }
        return list.toString();
    }

    /** The first line of a command's help. */
    private static String summary(Help command) {
        UsageMessageSpec help = command.commandSpec().usageMessage();
        return help.header().length > 0 ? help.header()[0] : help.description()[0];
    }
}
