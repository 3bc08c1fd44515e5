package org.dualanodiff.jobs.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class TerminalBarsTest {

    private static final Pattern PIECE = Pattern.compile("\u001b\\[(\\d*)([A-Zm])|\r|\n|[^\u001b\r\n]+");

    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();

    private static Progress.Report report(String unit, int done) {
        return new Progress.Report(unit, "step", 0, done, 200, 0.5, 10);
    }

    @Test
    void bars_stayBelowWhatIsPrintedMeanwhile() {
        TerminalBars bars = new TerminalBars(sent, 100, false);
        PrintStream log = bars.above(sent);

        log.println("before");
        bars.show(report("tile/crack", 50));
        bars.show(report("tile/hole", 100));
        log.println("07:00:00 WARN Spark: a line of the log");
        log.print("half a line, ");
        bars.show(report("tile/hole", 150));
        log.println("and its end");

        assertThat(screen())
                .containsExactly(
                        "before",
                        "07:00:00 WARN Spark: a line of the log",
                        "half a line, and its end",
                        "[######------------------]  25 % tile/crack: step 50/200, loss 0.5000, 5.00 steps/s, eta 0:00:30",
                        "[##################------]  75 % tile/hole: step 150/200, loss 0.5000, 15.00 steps/s, eta 0:00:03");
    }

    @Test
    void bar_onANarrowTerminal_isCutRatherThanWrapped() {
        new TerminalBars(sent, 40, false).show(report("tile/crack", 50));
        assertThat(screen()).containsExactly("[######------------------]  25 % tile/c");
    }

    @Test
    void bar_ofATaskThatIsDone_leavesNothing() {
        TerminalBars bars = new TerminalBars(sent, 80, true);
        PrintStream log = bars.above(sent);
        bars.show(report("tile/crack", 50));
        assertThat(sent.toString(Charset.defaultCharset())).contains("\u001b[32m######\u001b[0m-");
        bars.show(report("tile/crack", 200));
        log.println("done");
        assertThat(screen()).containsExactly("done");
    }

    @Test
    void bars_ofAUnitThatEndedBeforeItsTasksWereDone_leaveNothing() {
        TerminalBars bars = new TerminalBars(sent, 40, false);
        bars.show(report("tile/hole", 50));
        bars.show(report("tile/crack", 50));
        bars.show(report("tile/hole from 64", 50));
        bars.clear("tile/hole");
        assertThat(screen()).containsExactly("[######------------------]  25 % tile/c");
    }

    /** What stands on a terminal that was sent all this. */
    private List<String> screen() {
        List<String> lines = new ArrayList<>(List.of(""));
        int row = 0;
        Matcher piece = PIECE.matcher(sent.toString(Charset.defaultCharset()));
        while (piece.find()) {
            String text = piece.group();
            if (text.equals("\n")) {
                row++;
                if (row == lines.size()) {
                    lines.add("");
                }
            } else if ("A".equals(piece.group(2))) {
                row -= Integer.parseInt(piece.group(1));
            } else if ("J".equals(piece.group(2))) {
                // The cursor stands at the line's beginning.
                lines.subList(row, lines.size()).clear();
                lines.add("");
            } else if (piece.group(2) == null && !text.equals("\r")) {
                lines.set(row, lines.get(row) + text);
            }
        }
        lines.removeIf(String::isEmpty);
        return lines;
    }
}
