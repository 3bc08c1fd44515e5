package org.dualanodiff.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class DemoCommandTest {

    @TempDir
    private Path folder;

    @Test
    void demo_withFewSteps_writesPairsOfBothWaysFiguresAndAPage() throws IOException {
        CommandLineRun demo = demo();

        assertThat(demo.exit()).as(demo.err()).isZero();
        assertThat(demo.out())
                .contains("cloth/stain, free", "wood/hole, anchored", "agreement on real pairs", "index.html");
        assertThat(folder.resolve("demo/contact-sheet.png")).isNotEmptyFile();
        assertThat(Files.readString(folder.resolve("demo/index.html")))
                .contains("real training pairs", "generated freely", "anchored on real good images");

        CommandLineRun again = demo();
        assertThat(again.exit()).isZero();
        assertThat(again.out()).contains("0 adapters trained, 2 reused; 0 pairs generated");
    }

    private CommandLineRun demo() {
        return CommandLineRun.of(CommandLineRun.with(
                List.of("demo", "--out", folder.resolve("demo").toString(), "--side", "32", "--steps", "10"),
                List.of(
                        "training.steps=2",
                        "generation.steps=3",
                        "generation.batch-size=2",
                        "generation.pairs-per-task=2",
                        "generation.samples-per-defect=2",
                        "quality.enabled=false")));
    }
}
