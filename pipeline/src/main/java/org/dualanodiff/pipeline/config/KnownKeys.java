package org.dualanodiff.pipeline.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.NearestName;

/** The names of all settings and of the blocks around them; refuses what is neither. */
final class KnownKeys {
    private final Set<String> keys;
    private final Set<String> blocks = new TreeSet<>();

    KnownKeys(Collection<String> keys) {
        this.keys = new TreeSet<>(keys);
        keys.forEach(this::addBlocks);
    }

    private void addBlocks(String key) {
        for (int dot = key.indexOf('.'); dot >= 0; dot = key.indexOf('.', dot + 1)) {
            blocks.add(key.substring(0, dot));
        }
    }

    /** Unknown names, blocks given as plain values, and nulls in one layer of the configuration. */
    List<Problem> problems(Config layer) {
        return problems("", layer.root()).toList();
    }

    private Stream<Problem> problems(String block, ConfigObject object) {
        return object.entrySet().stream().flatMap(entry -> problems(block, entry));
    }

    private Stream<Problem> problems(String block, Map.Entry<String, ConfigValue> entry) {
        String path = inside(block, ConfigUtil.joinPath(entry.getKey()));
        if (blocks.contains(path) && entry.getValue() instanceof ConfigObject nested) {
            return problems(path, nested);
        }
        return complaint(block, path, entry.getValue())
                .map(complaint -> Problem.of(entry.getValue().origin(), path, complaint))
                .stream();
    }

    private Optional<String> complaint(String block, String path, ConfigValue value) {
        if (blocks.contains(path)) {
            return Optional.of("must be a block { ... } of " + childNames(path));
        }
        if (!keys.contains(path)) {
            return Optional.of("is not a setting; " + suggestion(block, path));
        }
        boolean empty = value.valueType() == ConfigValueType.NULL;
        return empty ? Optional.of("must not be null; leave it out to get the default") : Optional.empty();
    }

    /** The same name in another block, else the nearest in this block, else the nearest of all. */
    private String suggestion(String block, String path) {
        String name = path.substring(block.isEmpty() ? 0 : block.length() + 1);
        return elsewhere(name)
                .or(() -> NearestName.of(name, children(block).toList()).map(child -> inside(block, child)))
                .or(() -> NearestName.of(path, all().toList()))
                .map(nearest -> "did you mean " + nearest + "?")
                .orElseGet(() -> (block.isEmpty() ? "the settings are " : block + " holds ") + childNames(block));
    }

    private Optional<String> elsewhere(String name) {
        return all().filter(key -> key.endsWith("." + name)).reduce((first, second) -> first + " or " + second);
    }

    private Stream<String> all() {
        return Stream.concat(keys.stream(), blocks.stream()).sorted();
    }

    private Stream<String> children(String block) {
        String prefix = inside(block, "");
        return all().filter(key -> key.startsWith(prefix))
                .map(key -> key.substring(prefix.length()))
                .filter(name -> name.indexOf('.') < 0);
    }

    private String childNames(String block) {
        return children(block).collect(Collectors.joining(", "));
    }

    private static String inside(String block, String name) {
        return block.isEmpty() ? name : block + "." + name;
    }
}
