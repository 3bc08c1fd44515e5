package org.dualanodiff.pipeline.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The free map {@code spark.conf}. HOCON reads dots in unquoted keys as nesting; here a property's name is one key, so
 * that the same property given by file and by {@code --set} meets itself.
 */
final class SparkProperties {
    static final String KEY = "spark.conf";

    private SparkProperties() {}

    /** The same layer with one key for each Spark property. */
    static Config flattened(Config layer) {
        return isBlock(layer) ? layer.withValue(KEY, flattened(layer.getObject(KEY))) : layer;
    }

    private static boolean isBlock(Config config) {
        return config.hasPath(KEY) && config.getValue(KEY).valueType() == ConfigValueType.OBJECT;
    }

    private static ConfigValue flattened(ConfigObject nested) {
        ConfigObject flat = nested.toConfig().root();
        for (String key : nested.keySet()) {
            flat = flat.withoutKey(key);
        }
        for (Map.Entry<String, ConfigValue> property : nested.toConfig().entrySet()) {
            flat = flat.withValue(name(property.getKey()), property.getValue());
        }
        return flat;
    }

    private static String name(String path) {
        return String.join(".", ConfigUtil.splitPath(path));
    }

    /** What is wrong with the properties of the effective configuration. Names them, never their values. */
    static List<Problem> problems(Config effective) {
        return isBlock(effective) ? problems(effective.getObject(KEY)) : List.of();
    }

    private static List<Problem> problems(ConfigObject properties) {
        return properties.entrySet().stream()
                .flatMap(property -> complaint(property.getKey(), property.getValue())
                        .map(complaint ->
                                Problem.of(property.getValue().origin(), KEY + "." + property.getKey(), complaint))
                        .stream())
                .toList();
    }

    private static Optional<String> complaint(String name, ConfigValue value) {
        if (!name.startsWith("spark.")) {
            return Optional.of("must have a Spark property's name after spark.conf, such as spark.executor.memory");
        }
        boolean scalar = Check.scalar(value).isPresent();
        return scalar ? Optional.empty() : Optional.of("must be a text, number or boolean");
    }

    /** The properties of a validated configuration, sorted by name. */
    static Map<String, String> of(Config effective) {
        Map<String, String> properties = new TreeMap<>();
        effective
                .getObject(KEY)
                .forEach((name, value) -> Check.scalar(value).ifPresent(text -> properties.put(name, text)));
        return properties;
    }
}
