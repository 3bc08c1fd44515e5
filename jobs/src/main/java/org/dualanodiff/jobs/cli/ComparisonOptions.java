package org.dualanodiff.jobs.cli;

import org.dualanodiff.pipeline.evaluate.PairComparison;
import picocli.CommandLine.Option;

/** The network that generated pairs are compared with real ones by. */
final class ComparisonOptions {

    @Option(
            names = "--side",
            paramLabel = "PIXELS",
            description =
                    "Side of the images that the network sees, a multiple of 8; larger for small defects. Default: ${DEFAULT-VALUE}.")
    int side = PairComparison.SIDE;

    @Option(
            names = "--steps",
            paramLabel = "N",
            description =
                    "Steps that the network is trained; more for small or faint defects. Default: ${DEFAULT-VALUE}.")
    int steps = PairComparison.STEPS;
}
