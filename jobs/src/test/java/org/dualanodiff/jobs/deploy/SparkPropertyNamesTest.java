package org.dualanodiff.jobs.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.apache.spark.internal.config.ConfigEntry;
import org.apache.spark.internal.config.Network$;
import org.apache.spark.internal.config.UI$;
import org.apache.spark.internal.config.package$;
import org.junit.jupiter.api.Test;

/** The properties that operators copy are ones that Spark knows: it passes over a misspelt one in silence. */
class SparkPropertyNamesTest {

    private static final Pattern PROPERTY = Pattern.compile("spark\\.[a-z][A-Za-z0-9.]*[A-Za-z0-9]");

    /** Families that Spark reads by their prefix, and the two cluster managers that are not on this class path. */
    private static final Pattern ELSEWHERE = Pattern.compile(
            "spark\\.(executor|task)\\.resource\\.gpu\\."
                    + "(amount|discoveryScript|vendor)|spark\\.executorEnv\\..+|spark\\.(kubernetes|yarn)\\..+|spark\\.version");

    @Test
    void deploymentPage_whereItNamesProperties_namesSparksOwn() throws IOException {
        Path page = Path.of(System.getProperty("project.root"), "docs", "deployment.md");

        List<String> named = PROPERTY.matcher(Files.readString(page))
                .results()
                .map(MatchResult::group)
                .distinct()
                .toList();

        assertThat(named).contains("spark.executor.memoryOverhead");
        assertThat(named)
                .filteredOn(name -> !ELSEWHERE.matcher(name).matches())
                .allSatisfy(name -> assertThat(isKnown(name)).as(name).isTrue());
    }

    @Test
    void misspeltName_isNotKnown() {
        assertThat(isKnown("spark.executor.memoryOverhed")).isFalse();
    }

    private static boolean isKnown(String name) {
        // Entries register when their object is made.
        assertThat(package$.MODULE$).isNotNull();
        assertThat(UI$.MODULE$).isNotNull();
        assertThat(Network$.MODULE$).isNotNull();
        return ConfigEntry.findEntry(name) != null;
    }
}
