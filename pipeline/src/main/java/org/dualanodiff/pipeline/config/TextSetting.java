package org.dualanodiff.pipeline.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigOriginFactory;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.dualanodiff.pipeline.base.LocalCache;

/**
 * One setting given as text: by environment, system property or command line.
 *
 * @param origin what the person typed the setting as, for messages
 * @param key dotted name of the setting
 * @param text its value as typed
 */
record TextSetting(String origin, String key, String text) {
    private static final String ENVIRONMENT_PREFIX = "DUALANODIFF_";

    /** Variables of this product that say something of the machine rather than of a run. */
    private static final Set<String> NOT_SETTINGS = Set.of(LocalCache.VARIABLE);

    private static final String SERVICE = "DUALANODIFF(_\\w+)?_SERVICE_(HOST|PORT(_\\w+)?)";
    private static final String SERVICE_PORT = "DUALANODIFF(_\\w+)?_PORT_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?";
    private static final String PORT_VALUE = "(tcp|udp|sctp)://.*";

    private static final String PROPERTY_PREFIX = "dualanodiff.";

    /** The variables that start with {@code DUALANODIFF_}, but for that of the cache and for Kubernetes' service links: lower case, {@code __} is a dot, {@code _} a dash. */
    static List<TextSetting> ofEnvironment(Map<String, String> environment) {
        return environment.keySet().stream()
                .filter(name -> name.startsWith(ENVIRONMENT_PREFIX) && !NOT_SETTINGS.contains(name))
                .filter(name -> !isServiceLink(name, environment.get(name)))
                .sorted()
                .map(name -> new TextSetting("environment " + name, environmentKey(name), environment.get(name)))
                .toList();
    }

    /** Kubernetes tells each container of the services around it, one of which may be named dualanodiff-ui. */
    private static boolean isServiceLink(String name, String value) {
        return name.matches(SERVICE)
                || name.matches(SERVICE_PORT)
                || name.endsWith("_PORT") && value.matches(PORT_VALUE);
    }

    private static String environmentKey(String name) {
        String words = name.substring(ENVIRONMENT_PREFIX.length()).toLowerCase(Locale.ROOT);
        return words.replace("__", ".").replace('_', '-');
    }

    /** The system properties that start with {@code dualanodiff.}. */
    static List<TextSetting> ofSystem(Properties system) {
        return system.stringPropertyNames().stream()
                .filter(name -> name.startsWith(PROPERTY_PREFIX))
                .sorted()
                .map(name -> new TextSetting(
                        "-D" + name, name.substring(PROPERTY_PREFIX.length()), system.getProperty(name)))
                .toList();
    }

    /** A command-line setting {@code key=value}; the key is everything before the first equals sign. */
    static TextSetting ofCommandLine(String set) {
        int equals = set.indexOf('=');
        if (equals < 1) {
            throw new IllegalArgumentException("must be key=value, such as --set generation.steps=50, was " + set);
        }
        String key = set.substring(0, equals).strip();
        return new TextSetting("--set " + key, key, set.substring(equals + 1));
    }

    /**
     * This one setting as a configuration.
     *
     * @throws ConfigException.BadPath if the key cannot be the name of a setting
     */
    Config toConfig() {
        return ConfigFactory.empty().withValue(path(), value().withOrigin(ConfigOriginFactory.newSimple(origin)));
    }

    /** All that follows {@code spark.conf.} is the name of one Spark property. */
    private String path() {
        String prefix = SparkConfig.KEY + ".";
        return key.startsWith(prefix) ? prefix + ConfigUtil.quoteString(key.substring(prefix.length())) : key;
    }

    /**
     * A list, block or quoted text is read as HOCON; so is a scalar that HOCON takes over letter by letter. Everything
     * else is text as it stands, so that {@code s3a://bucket/a#b} needs no quotes.
     */
    private ConfigValue value() {
        return parsed(text).filter(this::isMeantAsHocon).orElseGet(() -> ConfigValueFactory.fromAnyRef(text));
    }

    private static Optional<ConfigValue> parsed(String text) {
        try {
            Config parsed = ConfigFactory.parseString("value = " + text);
            boolean single = parsed.isResolved() && parsed.root().keySet().equals(Set.of("value"));
            return single ? Optional.of(parsed.root().get("value")) : Optional.empty();
        } catch (ConfigException notHocon) {
            return Optional.empty();
        }
    }

    private boolean isMeantAsHocon(ConfigValue value) {
        String typed = text.strip();
        return value.valueType() == ConfigValueType.NULL
                || typed.matches("(?s)[\\[{\"].*")
                || SettingType.scalar(value).filter(typed::equals).isPresent();
    }
}
