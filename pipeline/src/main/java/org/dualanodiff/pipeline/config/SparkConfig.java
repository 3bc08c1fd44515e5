package org.dualanodiff.pipeline.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.io.Serializable;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Master of the embedded mode and further Spark properties, sorted by name: the free map {@code spark.conf}. HOCON reads dots in
 * unquoted keys as nesting; here a property's name is one key, so that the same property given by file and by {@code --set} meets
 * itself.
 */
public record SparkConfig(String master, Map<String, String> conf) implements Serializable {
    static final String KEY = "spark.conf";

    public SparkConfig {
        conf = Collections.unmodifiableMap(new TreeMap<>(conf));
    }

    static SparkConfig of(Config root) {
        return new SparkConfig(root.getString("spark.master"), properties(root));
    }

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
        boolean scalar = SettingType.scalar(value).isPresent();
        return scalar ? Optional.empty() : Optional.of("must be a text, number or boolean");
    }

    private static Map<String, String> properties(Config effective) {
        Map<String, String> properties = new HashMap<>();
        effective
                .getObject(KEY)
                .forEach((name, value) -> SettingType.scalar(value).ifPresent(text -> properties.put(name, text)));
        return properties;
    }
}
