package org.dualanodiff.pipeline.dataset;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.dualanodiff.pipeline.dataset.InspectImage.Finding;
import org.dualanodiff.pipeline.dataset.InspectImage.Task;
import org.dualanodiff.pipeline.store.Json;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.StoreException;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks only at images that nobody has looked at since their files changed. What was found is kept in the store, one file a
 * category, by the names, lengths and times of the files; without the store everything is looked at.
 */
public final class KnownFindings implements InspectImage.Many {

    private static final Logger LOG = LoggerFactory.getLogger(KnownFindings.class);

    /** Times as many as were asked for, so that runs on parts of a category do not forget one another's. */
    private static final int KEPT = 4;

    private final ObjectStore store;
    private final String root;
    private final boolean keeps;
    private final InspectImage.Many others;

    /**
     * @param root of the data set
     * @param keeps whether the store may be written to
     * @param others looks at the others
     */
    public KnownFindings(ObjectStore store, String root, boolean keeps, InspectImage.Many others) {
        this.store = store;
        this.root = root;
        this.keeps = keeps;
        this.others = others;
    }

    /** A category's file. */
    private record Known(Map<String, Finding> findings) {}

    @Override
    public List<Finding> inspect(List<Task> tasks) {
        List<String> keys = tasks.parallelStream()
                .map(task -> task.isDated() ? task.key() : null)
                .toList();
        Map<String, Map<String, Finding>> byCategory = known(tasks);
        Finding[] findings = new Finding[tasks.size()];
        List<Integer> unknown = new ArrayList<>();
        for (int i = 0; i < findings.length; i++) {
            findings[i] = keys.get(i) == null
                    ? null
                    : byCategory.get(tasks.get(i).category()).get(keys.get(i));
            if (findings[i] == null) {
                unknown.add(i);
            }
        }
        if (!unknown.isEmpty()) {
            List<Finding> found =
                    others.inspect(unknown.stream().map(tasks::get).toList());
            Map<String, Map<String, Finding>> fresh = new HashMap<>();
            for (int i = 0; i < found.size(); i++) {
                int at = unknown.get(i);
                findings[at] = found.get(i);
                if (keys.get(at) != null && findings[at].isLasting()) {
                    fresh.computeIfAbsent(tasks.get(at).category(), none -> new LinkedHashMap<>())
                            .put(keys.get(at), findings[at]);
                }
            }
            if (keeps) {
                keep(tasks, fresh, byCategory);
            }
        }
        return List.of(findings);
    }

    private Map<String, Map<String, Finding>> known(List<Task> tasks) {
        List<String> categories = tasks.stream().map(Task::category).distinct().toList();
        List<Map<String, Finding>> known = ObjectStore.inParallel(categories, this::known);
        Map<String, Map<String, Finding>> byCategory = new HashMap<>();
        for (int i = 0; i < categories.size(); i++) {
            byCategory.put(categories.get(i), known.get(i));
        }
        return byCategory;
    }

    private Map<String, Finding> known(String category) {
        String key = StoreLayout.inspected(root, category);
        try {
            return store.find(key, Known.class).map(Known::findings).orElse(Map.of());
        } catch (StoreException e) {
            LOG.warn("all images of {} are looked at: {}", category, e.getMessage());
            return Map.of();
        }
    }

    /** New ones first; of the older ones, some may be of files that are no longer there. */
    private void keep(
            List<Task> tasks, Map<String, Map<String, Finding>> fresh, Map<String, Map<String, Finding>> before) {
        Map<String, Long> asked = tasks.stream().collect(Collectors.groupingBy(Task::category, Collectors.counting()));
        ObjectStore.inParallel(fresh.keySet(), category -> {
            Map<String, Finding> kept = new LinkedHashMap<>(fresh.get(category));
            before.get(category).entrySet().stream()
                    .limit(KEPT * asked.get(category))
                    .forEach(one -> kept.putIfAbsent(one.getKey(), one.getValue()));
            try {
                store.write(StoreLayout.inspected(root, category), Json.record(new Known(kept)));
            } catch (StoreException e) {
                LOG.warn("what was found in the images of {} is not kept: {}", category, e.getMessage());
            }
            return category;
        });
    }
}
