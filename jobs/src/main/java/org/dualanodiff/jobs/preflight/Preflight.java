package org.dualanodiff.jobs.preflight;

import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.dualanodiff.jobs.spark.JvmCheck;
import org.dualanodiff.jobs.spark.Machine;
import org.dualanodiff.jobs.spark.SparkSessions;
import org.dualanodiff.model.base.ModelFiles;
import org.dualanodiff.model.checkpoint.CheckpointException;
import org.dualanodiff.pipeline.UserError;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.run.RunSettings;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.StoreProbe;

/**
 * Before a run: this machine, the places that it reads from and writes to, and the base model as far as it can be opened
 * without its weights. Everything wrong is told at once, before Spark starts and the data set is read.
 */
public final class Preflight {

    /** Of a pixel, about: two pictures and a mask as PNG. */
    private static final int PAIR_BYTES = 4;

    private final PipelineConfig config;
    private final Machine machine;
    private final boolean embedded;
    private final boolean trains;
    private final PrintWriter console;
    private final List<String> problems = Collections.synchronizedList(new ArrayList<>());

    private Preflight(PipelineConfig config, boolean trains, PrintWriter console) {
        this.config = config;
        this.trains = trains;
        this.machine = Machine.of(config.spark().conf());
        this.embedded = SparkSessions.isEmbedded();
        this.console = console;
    }

    /**
     * @param trains whether adapters may be trained
     * @param console for people: the resolution, and what of the model is not used as it stands
     * @throws UserError with everything that is wrong
     */
    public static void require(PipelineConfig config, boolean trains, PrintWriter console) {
        new Preflight(config, trains, console).require();
    }

    private void require() {
        Set<String> unreachable = places();
        Optional<ModelFiles> base = unreachable.contains(config.baseModel()) ? Optional.empty() : base();
        attempt(() -> StoreProbe.requireWritable("store", config.store()));
        problems.addAll(JvmCheck.problems(
                embedded, device(), base.map(this::temporaryBytes).orElse(0L)));
        if (!problems.isEmpty()) {
            throw new UserError(problems.stream().distinct().toList());
        }
    }

    /**
     * Asked side by side: a place that does not answer takes half a minute. Not by a parallel stream, whose threads do not know the
     * class loader of a submitted jar, and so no S3.
     */
    private Set<String> places() {
        Map<String, String> places = new LinkedHashMap<>();
        places.put("store", config.store());
        places.put("dataset.root", config.dataset().root());
        places.put("base-model", config.baseModel());
        Set<String> unreachable = Collections.synchronizedSet(new TreeSet<>());
        ObjectStore.inParallel(places.entrySet(), place -> {
            boolean reachable = attempt(() -> machine.require(place.getKey(), place.getValue()));
            return reachable || unreachable.add(place.getValue());
        });
        return unreachable;
    }

    private Optional<ModelFiles> base() {
        List<ModelFiles> opened = new ArrayList<>();
        boolean usable = attempt(() -> {
            ModelFiles base = machine.models().locate(config.baseModel());
            int resolution = RunSettings.resolution(config, base);
            base.repairs().forEach(repair -> console.println("warning: " + repair));
            // Of a model in the Hugging Face cache: which version it is.
            String root = base.root().toString();
            String shown = root.startsWith(config.baseModel()) ? root : config.baseModel();
            console.printf("base model %s, %d x %d pixels%n", shown, resolution, resolution);
            console.flush();
            opened.add(base);
        });
        return usable ? Optional.of(opened.get(0)) : Optional.empty();
    }

    /** Where this JVM has tasks. */
    private Optional<String> device() {
        String device = config.compute().device();
        return embedded && device.startsWith("cuda") ? Optional.of(device) : Optional.empty();
    }

    /** Where this JVM has tasks: what they have in files at once. */
    private long temporaryBytes(ModelFiles base) {
        if (!embedded) {
            return 0;
        }
        int rank = config.training().rank();
        long side = RunSettings.resolution(config, base);
        long pairs = side * side * PAIR_BYTES * config.generation().pairsPerTask();
        return pairs + (trains ? JvmCheck.trainingBytes(base, rank) : JvmCheck.adapterBytes(base, rank));
    }

    private boolean attempt(Runnable check) {
        try {
            check.run();
            return true;
        } catch (CheckpointException e) {
            problems.addAll(e.getMessage().lines().toList());
        } catch (UserError | UncheckedIOException e) {
            problems.add(e.getMessage());
        }
        return false;
    }
}
