package org.dualanodiff.pipeline.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.config.ConfigLoader;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.plan.AdapterRecipe.TrainingSet;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.dualanodiff.pipeline.store.Provenance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The names that adapters and runs have had from the first: a store that was written before any change of the code is found
 * again. A line that breaks here means that every user trains everything anew.
 */
class FingerprintsTest {

    /** A configuration, and the first digits of the fingerprints of its adapter, of its adapter with compensation, and of its run. */
    private record Pin(String file, List<String> sets, String adapter, String compensated, String run) {

        @Override
        public String toString() {
            return file + " " + sets;
        }
    }

    private static Pin pin(String file, String adapter, String compensated, String run, String... sets) {
        return new Pin(file, List.of(sets), adapter, compensated, run);
    }

    static Stream<Pin> pins() {
        return Stream.of(
                pin("", "0e2076095e5078b7", "f1ccec379b908ec3", "b51415a638d364b0"),
                pin("local.conf", "0137137cda05b5ea", "b0bc1a9bacb97191", "05d0c1d4401a94f3"),
                pin("nightly.conf", "0e2076095e5078b7", "f1ccec379b908ec3", "2950ca3af847a8b8"),
                pin("photographs.conf", "95cd9b96d985af56", "d2bb46db93898ddf", "c71a2b623b9f9e16"),
                pin("spark-gpu.conf", "0e2076095e5078b7", "f1ccec379b908ec3", "2950ca3af847a8b8"),
                pin("fast.conf", "0e2076095e5078b7", "f1ccec379b908ec3", "f5ca2990f2d84797"),
                pin("", "39f62d0dbbdc408c", "fc169d1fb27e3070", "87f3a6be232ee478", "training.interaction=false"),
                pin(
                        "",
                        "3f6614090da71a00",
                        "36bac561161ea3cc",
                        "50d7593ef232edfe",
                        "training.shared-lora=yes",
                        "training.flips.vertical=off"),
                pin(
                        "",
                        "b0c7c9e16b575af5",
                        "6b5d357a29037d67",
                        "29f619bd9ebc33d6",
                        "training.part-ground=#5353AC",
                        "training.learning-rate=1E-4"),
                pin(
                        "",
                        "0e2076095e5078b7",
                        "f1ccec379b908ec3",
                        "2ef35ec76133607e",
                        "background.mode=auto",
                        "background.scaled-latent=true"),
                pin(
                        "",
                        "a9bd855ce82486fa",
                        "a9bd855ce82486fa",
                        "eaeeb1d0aa57a386",
                        "background.on=[nut]",
                        "training.batch-size=8",
                        "generation.steps=25"),
                pin(
                        "",
                        "0e2076095e5078b7",
                        "f1ccec379b908ec3",
                        "104515face337337",
                        "mask.method=attention",
                        "mask.min-share=0.1",
                        "mask.refine-radius=2"),
                pin(
                        "",
                        "0e2076095e5078b7",
                        "f1ccec379b908ec3",
                        "d79460aaa65d40cc",
                        "mask.method=saliency",
                        "mask.saliency-model=net.pt",
                        "mask.threshold=0.25"),
                pin(
                        "",
                        "67bd3a81a1093f6e",
                        "3d6af03633aa5bec",
                        "fc1c4c019e741acb",
                        "mask.low=auto",
                        "mask.high=auto",
                        "generation.seed=7",
                        "seed=3"),
                pin(
                        "",
                        "6e6090a7c6ad86ad",
                        "0e452b2d57aecde6",
                        "5337430fdd851ff0",
                        "generation.seed=3",
                        "seed=3",
                        "prompt.negative=blurry",
                        "resolution=128"),
                pin(
                        "",
                        "0e2076095e5078b7",
                        "f1ccec379b908ec3",
                        "e06a8ebcd637efff",
                        "generation.background=anchored",
                        "generation.place=object",
                        "background.object-masks=masks",
                        "generation.anchor-detail=true",
                        "mask.min-change=6"),
                pin(
                        "",
                        "0e2076095e5078b7",
                        "f1ccec379b908ec3",
                        "b51415a638d364b0",
                        "generation.place=object",
                        "background.object-masks=masks"),
                pin(
                        "",
                        "acdc2431e654103e",
                        "4a470b228747ca6c",
                        "2324d805a7c908ea",
                        "dataset.crop=defect",
                        "dataset.crop-margin=1"),
                pin(
                        "",
                        "0e2076095e5078b7",
                        "f1ccec379b908ec3",
                        "d94cb4ab55a7b2af",
                        "compute.precision=fp16",
                        "compute.training-precision=bf16"),
                pin(
                        "",
                        "0e2076095e5078b7",
                        "f1ccec379b908ec3",
                        "cd9feac0d5f024ec",
                        "compute.generation-precision=bf16",
                        "training.init=cold"),
                pin(
                        "",
                        "0e2076095e5078b7",
                        "f1ccec379b908ec3",
                        "cf68232cc0c4456d",
                        "quality.max-components=3",
                        "quality.min-contrast=off",
                        "quality.max-attempts=9"),
                pin(
                        "",
                        "9cb3fe3f64141ffe",
                        "d20b4208a3b70ac3",
                        "f1ec7e2f9a246a4c",
                        "training.steps=5e3",
                        "generation.deep-cache-interval=3",
                        "training.rank=16"));
    }

    @ParameterizedTest
    @MethodSource("pins")
    void fingerprints_ofTheseSettings_areThoseOfTheFirstStores(Pin pin) {
        RunSettings settings = settings(pin);

        assertThat(List.of(adapter(settings, false), adapter(settings, true), run(settings)))
                .isEqualTo(List.of(pin.adapter(), pin.compensated(), pin.run()));
    }

    private static String adapter(RunSettings settings, boolean compensated) {
        TrainingSet set =
                new TrainingSet(new UnitKey("nut", "bent"), "data", 5, 0, settings.trainingSettings(compensated));
        return settings.recipe().adapterOf(set).fingerprint().shortHex();
    }

    private static String run(RunSettings settings) {
        return Fingerprint.of("auto-run")
                .map("settings", settings.all())
                .build()
                .shortHex();
    }

    private static RunSettings settings(Pin pin) {
        Optional<Path> file = pin.file().isEmpty()
                ? Optional.empty()
                : Optional.of(Path.of(System.getProperty("project.root"), "conf", pin.file()));
        PipelineConfig config = ConfigLoader.load(file, pin.sets(), Map.of(), new Properties());
        boolean saliency = config.mask().method().equals("saliency");
        return new RunSettings(
                config,
                new Provenance.BaseModel("base", "0".repeat(64)),
                config.resolution(512),
                config.training().rank() == 16 && !config.training().init().equals("cold"),
                saliency ? Optional.of("5".repeat(64)) : Optional.empty());
    }
}
