package org.dualanodiff.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BenchCommandTest {

    @Test
    @Tag("slow")
    void gpu_onTheCpu_goesThroughEveryPartAndFindsNothing() {
        CommandLineRun run = CommandLineRun.of(
                ("bench gpu --device cpu --precision fp32 --resolution 64 --pairs 2 --batch 2 --steps 1 --read-backs 12"
                                + " --checkpoints 7")
                        .split(" "));

        assertThat(run.json().get("failed").getAsJsonArray()).isEmpty();
        assertThat(run.json().get("status").getAsString()).isEqualTo("complete");
        assertThat(run.exit()).isZero();
        assertThat(run.out())
                .contains("| noise of a guided step | fp32 | 0.0e+00 |")
                .contains("| losses of 3 training steps | fp32 | 0.0e+00 |")
                // Seconds, launches, copies, peak of the host's memory, no device's.
                .containsPattern("\\| guided, batch 2 \\| fp32 \\| [\\d.]+( \\| [1-9]\\d*){3} \\| - \\|")
                .contains("| training, batch 2 | fp32 |", "| training, batch 2, micro-batch 1 | fp32 |")
                .contains("| training, batch 2, recomputed | fp32 |")
                .doesNotContain("does not fit")
                .contains("| 12 read-backs |", "| 7 checkpoints |")
                .contains("can't allocate memory", "A step of one pair after it: ");
    }

    @Test
    void autoencoder_ofTheSmallBase_isMeasuredOnPicturesPartsAndAFolder(@TempDir Path folder) throws IOException {
        ImageIO.write(
                new BufferedImage(200, 128, BufferedImage.TYPE_3BYTE_BGR),
                "png",
                folder.resolve("black.png").toFile());
        CommandLineRun run = CommandLineRun.of(
                "bench", "autoencoder", "--base", "builtin:small", "--pictures", "2", "--data", folder.toString());

        assertThat(run.exit()).isZero();
        // A part is mostly its even ground, and patches keep what is even.
        assertThat(psnr(run.out(), "anomaly parts")).isGreaterThan(psnr(run.out(), "procedural pictures"));
        assertThat(run.out())
                // Black is a plane color; there is no difference to compare.
                .containsPattern("\\| " + Pattern.quote(folder.toString()) + " \\| [3-9]\\d\\.\\d\\d \\|");
    }

    /** Of a row that has all five numbers. */
    private static double psnr(String table, String kind) {
        Matcher row = Pattern.compile("\\| %s \\| ([\\d.]+) \\|( [\\d.]+ \\|){4}".formatted(kind))
                .matcher(table);
        assertThat(row.find()).as(table).isTrue();
        return Double.parseDouble(row.group(1));
    }

    @Test
    void autoencoder_onAFolderWithoutPictures_saysSo(@TempDir Path folder) {
        CommandLineRun run = CommandLineRun.of("bench", "autoencoder", "--data", folder.toString(), "--pictures", "1");

        assertThat(run.exit()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains(folder.toString(), "no picture that can be read");
    }

    @ParameterizedTest
    @CsvSource({"pixels --millions 0, --millions", "night --slots 0, --slots", "night --rejected 2, --rejected"})
    void benchmark_ofAWrongNumber_isRefused(String command, String option) {
        CommandLineRun run = CommandLineRun.of(("bench " + command).split(" "));

        assertThat(run.exit()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains(option + " must be");
    }

    @Test
    void gpu_thatIsNotThere_isTheOneThingThatFailed() {
        CommandLineRun run = CommandLineRun.of("bench", "gpu", "--device", "cuda:99");

        assertThat(run.exit()).isEqualTo(ExitCode.PARTIAL);
        assertThat(run.json().get("status").getAsString()).isEqualTo("failed");
        assertThat(run.json().get("failed").getAsString()).contains("device: ", "cuda:99");
        assertThat(run.out()).doesNotContain("### Steps");
    }
}
