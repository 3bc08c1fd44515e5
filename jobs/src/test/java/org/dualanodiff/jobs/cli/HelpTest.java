package org.dualanodiff.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.UsageMessageSpec;

/** What the command line says of itself, and what the pages say of it. */
class HelpTest {

    private static final Path GET_STARTED =
            Path.of(System.getProperty("project.root")).resolve("docs/get-started.md");
    private static final String LAUNCHER = "bin/dualanodiff ";

    @TempDir
    private Path folder;

    @Test
    void help_listsEveryCommandInItsGroupWithASentence() {
        String help = CommandLineRun.of("--help").out();

        for (CommandGroup group : CommandGroup.values()) {
            int from = help.indexOf("\n" + group.title() + ":\n");
            assertThat(from).as(group.title()).isPositive();
            String section = help.substring(from + 1).split("\n\n")[0];
            group.names().forEach(name -> assertThat(section).containsPattern("(?m)^  " + name + " +[A-Z]"));
        }
        assertThat(commands(false).stream()
                        .filter(command -> !command.getCommandName().equals("help"))
                        .map(command -> command.getCommandSpec().usageMessage().description()[0]))
                .allMatch(sentence -> sentence.endsWith("."));
    }

    @Test
    void everyCommand_hasAnExampleThatItUnderstands() {
        for (CommandLine command : commands(true)) {
            String name = command.getCommandSpec().qualifiedName(" ");
            UsageMessageSpec help = command.getCommandSpec().usageMessage();
            assertThat(help.footer()).as("example of " + name).isNotEmpty();
            assertThat(help.footer()).allMatch(line -> line.length() < 79);
            assertThat(command.getUsageMessage()).contains("Example:\n  " + help.footer()[0]);
            String example = String.join(" ", help.footer()).replace("\\ ", "");
            assertThat(example).contains(LAUNCHER + name.replace("dualanodiff ", ""));
            if (example.startsWith(LAUNCHER)) {
                String[] words = example.substring(LAUNCHER.length()).strip().split(" +");
                assertThatCode(() -> DualAnoDiffCommand.line().parseArgs(words))
                        .as(example)
                        .doesNotThrowAnyException();
            }
        }
    }

    @Test
    void commandsOfGetStarted_areThoseThatThereAre() throws IOException {
        List<List<String>> groups = new ArrayList<>();
        for (String row : rows("## Commands")) {
            if (row.startsWith("| **")) {
                groups.add(new ArrayList<>(List.of(row.replaceAll("[*|]", "").strip())));
            } else {
                String names = row.split("\\|")[1];
                Pattern.compile("`([a-z-]+)`")
                        .matcher(names)
                        .results()
                        .forEach(name -> groups.get(groups.size() - 1).add(name.group(1)));
            }
        }
        assertThat(groups)
                .containsExactlyElementsOf(Arrays.stream(CommandGroup.values())
                        .map(group -> Stream.concat(Stream.of(group.title()), group.names().stream())
                                .toList())
                        .toList());
    }

    @Test
    void exitCodes_ofHelpAndGetStarted_areThoseOfTheProgram() throws IOException, IllegalAccessException {
        Map<String, String> documented = new LinkedHashMap<>();
        for (String row : rows("and one of these exit codes")) {
            String[] cells = row.replace("`", "").split("\\|");
            documented.put(cells[1].strip(), cells[2].strip());
        }
        assertThat(documented).containsExactlyEntriesOf(ExitCode.meanings());

        TreeSet<String> constants = new TreeSet<>();
        for (Field field : ExitCode.class.getDeclaredFields()) {
            if (Modifier.isPublic(field.getModifiers())) {
                constants.add(String.valueOf(field.getInt(null)));
            }
        }
        assertThat(documented.keySet()).containsExactlyElementsOf(constants);
        String help = CommandLineRun.of("--help").out().replaceAll("\\s+", " ");
        documented.forEach((code, meaning) -> assertThat(help).contains(code + " " + meaning));
    }

    @Test
    void completion_inBash_offersCommandsOptionsAndFormats() throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "needs bash");
        CommandLineRun run = CommandLineRun.of("completion");
        assertThat(run.exit()).isZero();
        Path script = Files.writeString(folder.resolve("completion"), run.out());

        assertThat(completed(script, "bin/dualanodiff", "aug")).isEqualTo("augment");
        assertThat(completed(script, "bin/dualanodiff", "augment", "--dry")).isEqualTo("--dry-run");
        assertThat(completed(script, "bin/dualanodiff", "export", "--format", ""))
                .contains("COCO", "HUGGINGFACE");
        assertThat(completed(script, "bin/dualanodiff", "bench", "ni")).isEqualTo("night");
    }

    private static String completed(Path script, String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "/bin/bash",
                "-c",
                "source \"$0\"; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1));"
                        + " $(complete -p dualanodiff | sed 's/.*-F \\([^ ]*\\) .*/\\1/'); echo \"${COMPREPLY[*]}\"",
                script.toString()));
        command.addAll(List.of(words));
        // compopt complains outside of a real completion.
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String output = new String(process.getInputStream().readAllBytes()).strip();
        process.waitFor();
        return output;
    }

    /** The rows of the first table below a text, without its head. */
    private static List<String> rows(String below) throws IOException {
        String page = Files.readString(GET_STARTED);
        Matcher table = Pattern.compile("(?m)^\\|---.*\\n((?:\\|.*\\n)+)").matcher(page);
        assertThat(table.find(page.indexOf(below))).as(below).isTrue();
        return table.group(1).lines().toList();
    }

    /** All that are shown; with those of {@code bench}, and without {@code help}, which is the library's. */
    private static List<CommandLine> commands(boolean withNested) {
        List<CommandLine> commands = new ArrayList<>();
        for (CommandLine command : DualAnoDiffCommand.line().getSubcommands().values()) {
            if (!command.getCommandName().equals("help")) {
                commands.add(command);
            }
            if (withNested) {
                command.getSubcommands().values().stream()
                        .filter(nested ->
                                !nested.getCommandSpec().usageMessage().hidden())
                        .forEach(commands::add);
            }
        }
        return commands;
    }
}
