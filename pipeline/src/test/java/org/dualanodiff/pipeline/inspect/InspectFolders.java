package org.dualanodiff.pipeline.inspect;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.dualanodiff.pipeline.dataset.DatasetException;
import org.dualanodiff.pipeline.dataset.DatasetRequest;
import org.dualanodiff.pipeline.dataset.SplitRule;

/** Inspects many data sets in one JVM, for {@code jobs/src/test/python/inspect_cases.py}: prints a JSON line for each. */
public final class InspectFolders {
    private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

    private InspectFolders() {}

    /** @param roots of the data sets */
    public static void main(String[] roots) {
        PrintStream out =
                new PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out), true, StandardCharsets.UTF_8);
        InspectDataset inspect = new InspectDataset(new Configuration());
        for (String root : roots) {
            JsonObject line = new JsonObject();
            try {
                DatasetReport report =
                        inspect.run(new DatasetRequest(root, List.of(), List.of(), new SplitRule.FirstThird()));
                line.add("report", GSON.toJsonTree(report));
            } catch (DatasetException e) {
                line.addProperty("refused", e.getMessage());
            } catch (RuntimeException e) {
                line.addProperty("crashed", e.toString());
            }
            out.println(GSON.toJson(line));
        }
    }
}
