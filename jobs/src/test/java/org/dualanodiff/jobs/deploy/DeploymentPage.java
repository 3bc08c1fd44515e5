package org.dualanodiff.jobs.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The commands that {@code docs/deployment.md} tells people to run. */
public final class DeploymentPage {

    private static final Path PAGE = Path.of(System.getProperty("project.root"), "docs", "deployment.md");

    private DeploymentPage() {}

    /**
     * The words after {@code spark-submit}.
     *
     * @param master what that of the command begins with
     */
    public static List<String> submit(String master) throws IOException {
        Matcher command = Pattern.compile(
                        "spark-submit \\\\\\n(  --master %s.*?)\\n```".formatted(master), Pattern.DOTALL)
                .matcher(Files.readString(PAGE));
        if (!command.find()) {
            throw new IllegalStateException("the page has no command for " + master);
        }
        return List.of(command.group(1).replace("\\\n", " ").strip().split("\\s+"));
    }
}
