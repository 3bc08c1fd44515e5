package org.dualanodiff.jobs.cli;

import com.google.gson.JsonParser;
import java.io.FilterWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.function.UnaryOperator;
import org.dualanodiff.pipeline.DisplayText;
import org.dualanodiff.pipeline.config.Redaction;
import org.dualanodiff.pipeline.store.Json;

/** What is printed goes through here, so that no name steers the terminal that it is shown on. */
final class Console extends FilterWriter {

    private final UnaryOperator<String> shown;

    private Console(Writer out, UnaryOperator<String> shown) {
        super(out);
        this.shown = shown;
    }

    static PrintWriter of(PrintWriter out) {
        return new PrintWriter(new Console(out, DisplayText::text), true);
    }

    /** Also without the secrets of a command line that is complained about. */
    static PrintWriter ofErrors(PrintWriter out) {
        return new PrintWriter(new Console(out, text -> Redaction.text(DisplayText.text(text))), true);
    }

    @Override
    public void write(char[] text, int from, int length) throws IOException {
        out.write(shown.apply(new String(text, from, length)));
    }

    @Override
    public void write(String text, int from, int length) throws IOException {
        out.write(shown.apply(text.substring(from, from + length)));
    }

    @Override
    public void write(int character) throws IOException {
        out.write(shown.apply(Character.toString(character)));
    }

    /** A record as one line of JSON, in the spelling of the store's files. */
    static String json(Object value) {
        return JsonParser.parseString(new String(Json.bytes(value), StandardCharsets.UTF_8))
                .toString();
    }
}
