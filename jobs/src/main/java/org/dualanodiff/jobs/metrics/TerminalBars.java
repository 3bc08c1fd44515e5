package org.dualanodiff.jobs.metrics;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.dualanodiff.pipeline.DisplayText;

/**
 * The last lines of a terminal: a bar for each task under way. Whatever else this process prints, its log included, scrolls by
 * above them.
 */
public final class TerminalBars {

    /** Tells how wide the terminal is that standard error is; set by {@code bin/dualanodiff}, and only where it is one. */
    public static final String COLUMNS = "terminal.columns";

    /** More would leave no room for anything else. */
    private static final int MOST = 8;

    private static final int WIDTH = 24;
    private static final String GREEN = "\u001b[32m";
    private static final String PLAIN = "\u001b[0m";
    private static final String ERASE_BELOW = "\r\u001b[J";

    private static final AtomicReference<TerminalBars> OF_THIS_PROCESS = new AtomicReference<>();

    private final OutputStream terminal;
    private final int columns;
    private final boolean colored;
    private final Map<String, String> bars = new LinkedHashMap<>();
    private int drawn;
    private boolean midLine;

    /** @param colored whether bars may have colors */
    TerminalBars(OutputStream terminal, int columns, boolean colored) {
        this.terminal = terminal;
        this.columns = columns;
        this.colored = colored;
    }

    /** Takes hold of this process's output, if it goes to a terminal. Before anything is logged. */
    public static void start() {
        int columns = Integer.getInteger(COLUMNS, 0);
        if (columns > 0) {
            String noColor = System.getenv("NO_COLOR");
            TerminalBars bars = new TerminalBars(System.err, columns, noColor == null || noColor.isEmpty());
            System.setErr(bars.above(System.err));
            System.setOut(bars.above(System.out));
            OF_THIS_PROCESS.set(bars);
        }
    }

    /** Draws no bars from now on: programs read what is printed. */
    public static void stop() {
        OF_THIS_PROCESS.set(null);
    }

    static Optional<TerminalBars> ofThisProcess() {
        return Optional.ofNullable(OF_THIS_PROCESS.get());
    }

    /** What is printed there appears above the bars. */
    PrintStream above(OutputStream out) {
        return new PrintStream(new Above(out), true, Charset.defaultCharset());
    }

    /** Shows how far a task has got; the bar of one that is done goes. */
    synchronized void show(Progress.Report report) {
        if (report.isLast()) {
            bars.remove(report.unit());
        } else if (bars.containsKey(report.unit()) || bars.size() < MOST) {
            bars.put(report.unit(), bar(report));
        }
        redraw();
    }

    /** Takes away the bars of a unit's tasks: one that failed has sent no last report. */
    synchronized void clear(String unit) {
        if (bars.keySet().removeIf(task -> task.equals(unit) || task.startsWith(unit + Progress.PART))) {
            redraw();
        }
    }

    /** No longer than a line: one that is wrapped would not be erased. */
    private String bar(Progress.Report report) {
        int full = WIDTH * report.done() / report.total();
        String text = String.format(
                Locale.ROOT,
                "[%s%s] %3d %% %s",
                "#".repeat(full),
                "-".repeat(WIDTH - full),
                100 * report.done() / report.total(),
                DisplayText.line(report.line()));
        String fitting = text.substring(0, Math.min(text.length(), columns - 1));
        return colored && columns > WIDTH
                ? "[" + GREEN + fitting.substring(1, 1 + full) + PLAIN + fitting.substring(1 + full)
                : fitting;
    }

    private void redraw() {
        if (!midLine) {
            erase();
            send(String.join("\n", bars.values()));
            drawn = bars.size();
        }
    }

    private void erase() {
        if (drawn > 0) {
            send((drawn > 1 ? "\u001b[" + (drawn - 1) + "A" : "") + ERASE_BELOW);
            drawn = 0;
        }
    }

    private void send(String text) {
        try {
            terminal.write(text.getBytes(Charset.defaultCharset()));
            terminal.flush();
        } catch (IOException closed) {
            // Nobody looks any more.
        }
    }

    private final class Above extends FilterOutputStream {

        Above(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] text, int from, int length) throws IOException {
            if (length > 0) {
                synchronized (TerminalBars.this) {
                    erase();
                    out.write(text, from, length);
                    out.flush();
                    midLine = text[from + length - 1] != '\n';
                    redraw();
                }
            }
        }
    }
}
