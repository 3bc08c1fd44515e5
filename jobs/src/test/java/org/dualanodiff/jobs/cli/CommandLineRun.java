package org.dualanodiff.jobs.cli;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;

/** One run of the command line in this process. */
public record CommandLineRun(int exit, String out, String err) {

    public static CommandLineRun of(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exit = DualAnoDiffCommand.run(new PrintWriter(out), new PrintWriter(err), arguments);
        return new CommandLineRun(exit, out.toString(), err.toString());
    }

    public static CommandLineRun of(List<String> arguments) {
        return of(arguments.toArray(String[]::new));
    }

    /** The last line of standard output. */
    public JsonObject json() {
        List<String> lines = out.lines().toList();
        return JsonParser.parseString(lines.get(lines.size() - 1)).getAsJsonObject();
    }

    public int count(String name) {
        return json().get(name).getAsInt();
    }
}
