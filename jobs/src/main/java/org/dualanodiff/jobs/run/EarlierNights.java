package org.dualanodiff.jobs.run;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.config.PipelineConfig.QualityConfig.Earlier;
import org.dualanodiff.pipeline.export.PublishDataset;
import org.dualanodiff.pipeline.export.PublishDataset.PublishedDataset;
import org.dualanodiff.pipeline.store.Json;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The published pairs of earlier runs with which a run's pairs are compared, as with its own: {@code runs/RUN/earlier.json}.
 * Written once, when the run is started: what is published later changes no verdict, however often the command is given.
 *
 * @param runs whose pairs these are, the newest first
 * @param files that hold them
 */
record EarlierNights(List<String> runs, List<PublishedDataset.File> files) {

    private static final Logger LOG = LoggerFactory.getLogger(EarlierNights.class);

    static final EarlierNights NONE = new EarlierNights(List.of(), List.of());

    EarlierNights {
        runs = List.copyOf(requireNonNull(runs, "runs"));
        files = List.copyOf(requireNonNull(files, "files"));
    }

    /** Those that the run was started with, or is started with now. */
    static EarlierNights of(ObjectStore store, String runId, Earlier settings) {
        if (settings.dataset().isEmpty()) {
            return NONE;
        }
        String key = StoreLayout.earlier(runId);
        Optional<EarlierNights> standing = store.find(key, EarlierNights.class);
        if (standing.isEmpty()) {
            EarlierNights found = published(store, runId, settings);
            if (found.runs().isEmpty()) {
                LOG.warn(
                        "the data set {} of quality.earlier-dataset has no earlier run yet: run {} is compared with none",
                        settings.dataset(),
                        runId);
            }
            store.createIfAbsent(key, Json.record(found));
        }
        return standing.orElseGet(() -> store.read(key, EarlierNights.class));
    }

    /** The runs of the newest versions, each with the files that it had last. */
    private static EarlierNights published(ObjectStore store, String runId, Earlier settings) {
        Map<String, List<PublishedDataset.File>> runs = new LinkedHashMap<>();
        for (PublishedDataset version : new PublishDataset(store).newestFirst(settings.dataset(), settings.runs())) {
            List<String> newestFirst = new ArrayList<>(version.runs());
            newestFirst.sort(Collections.reverseOrder());
            for (String run : newestFirst) {
                if (runs.size() < settings.runs() && !run.equals(runId)) {
                    runs.putIfAbsent(
                            run,
                            version.files().stream()
                                    .filter(file -> file.run().equals(run))
                                    .toList());
                }
            }
        }
        return new EarlierNights(
                List.copyOf(runs.keySet()),
                runs.values().stream().flatMap(List::stream).toList());
    }

    /** Keys of the files of a unit. */
    List<String> keys(UnitKey unit) {
        return files.stream()
                .filter(file -> file.unit().equals(unit))
                .map(PublishedDataset.File::key)
                .toList();
    }
}
