package org.dualanodiff.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.procedural.SampleDataset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InspectCommandTest {
    @TempDir
    Path root;

    @Test
    void inspect_ofSampleData_reportsItWithoutBaseModel() throws IOException {
        SampleDataset.write(root, 1, SampleDataset.Size.small(), List.of("hex_nut"));

        CommandLineRun text = CommandLineRun.of("inspect", "--set", "dataset.root=" + root, "--set", "base-model=none");
        CommandLineRun json = CommandLineRun.of("inspect", "--json", "--set", "dataset.root=" + root);

        assertThat(text.exit()).as(text.err()).isEqualTo(ExitCode.DONE);
        assertThat(text.out()).contains("read as mvtec").contains("hex_nut: ");
        JsonObject report = JsonParser.parseString(json.out()).getAsJsonObject();
        assertThat(report.getAsJsonArray("problems")).isEmpty();
        assertThat(report.getAsJsonArray("categories")).hasSize(1);
    }

    @Test
    void inspect_ofDataWithoutMasks_endsAsUnusableData() throws IOException {
        SampleDataset.write(root, 1, SampleDataset.Size.small(), List.of("hex_nut"));
        try (Stream<Path> masks = Files.walk(root.resolve("hex_nut/ground_truth"))) {
            for (Path mask : masks.filter(Files::isRegularFile).toList()) {
                Files.delete(mask);
            }
        }

        CommandLineRun run = CommandLineRun.of("inspect", "--set", "dataset.root=" + root);

        assertThat(run.exit()).isEqualTo(ExitCode.DATA);
        assertThat(run.out()).contains("MASK_MISSING").contains("has no image to train on");
    }

    @Test
    void inspect_ofOtherFormatThanAsked_saysWhatIsMissing() {
        CommandLineRun run =
                CommandLineRun.of("inspect", "--set", "dataset.root=" + root, "--set", "dataset.format=coco");

        assertThat(run.exit()).isEqualTo(ExitCode.DATA);
        assertThat(run.err()).contains("holds no COCO annotation file").doesNotContain("Exception");
    }
}
