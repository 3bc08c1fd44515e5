package org.dualanodiff.pipeline.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigOriginFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigResolveOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.dualanodiff.pipeline.TextResource;
import org.dualanodiff.pipeline.UserError;
import org.dualanodiff.pipeline.base.LocalCache;

/**
 * Reads the configuration from its sources and refuses it whole if anything in it is wrong.
 *
 * <p>Precedence, weakest first: {@code dualanodiff-reference.conf}; the configuration file; environment variables
 * {@code DUALANODIFF_...}; system properties {@code -Ddualanodiff.key=value}; command-line settings
 * {@code --set key=value}, of which a later one wins.
 *
 * <p>A variable's name is the setting's name in capitals with {@code __} for a dot and {@code _} for a dash:
 * {@code DUALANODIFF_GENERATION__SAMPLES_PER_DEFECT} is {@code generation.samples-per-defect}. Case is lost this way, so
 * Spark properties with capitals are given by file, system property or {@code --set}.
 *
 * <p>Values given as text are HOCON where they read as a number, boolean, list, block or quoted text; else they are text
 * as it stands ({@code --set store=s3a://bucket/store}). In a file, <code>${NAME}</code> stands for another setting of
 * that file, for a default, or for an environment variable. Relative paths stay as written: they are relative to the
 * working directory, wherever the file lies.
 */
public final class ConfigLoader {
    private static final String REFERENCE = "dualanodiff-reference.conf";
    private static final String EXAMPLES = "org/dualanodiff/pipeline/conf/";
    private static final String HIDDEN_LINE =
            "its line names a secret and is not shown; look at its quotes, braces and equals signs";
    private static final ConfigParseOptions MUST_EXIST =
            ConfigParseOptions.defaults().setAllowMissing(false);
    private static final KnownKeys KNOWN_KEYS = new KnownKeys(DeclaredSettings.keys());

    private final List<Problem> problems = new ArrayList<>();
    private final Map<String, String> environment;

    private ConfigLoader(Map<String, String> environment) {
        this.environment = environment;
    }

    /**
     * The effective configuration.
     *
     * @param file configuration file in HOCON (or JSON, by its extension), if there is one
     * @param sets command-line settings, each {@code key=value}
     * @param environment environment variables; only {@code DUALANODIFF_...} are settings
     * @param system system properties; only {@code dualanodiff....} are settings
     * @throws UserError with every problem found: unreadable file, syntax, unknown names, wrong types, values
     *     out of range, settings that contradict each other
     */
    public static PipelineConfig load(
            Optional<Path> file, List<String> sets, Map<String, String> environment, Properties system) {
        return PipelineConfig.of(effective(file, sets, environment, system));
    }

    /**
     * The effective configuration, setting by setting with where each value comes from.
     *
     * @throws UserError as {@link #load}
     */
    public static List<EffectiveSetting> settings(
            Optional<Path> file, List<String> sets, Map<String, String> environment, Properties system) {
        return DeclaredSettings.inForce(effective(file, sets, environment, system));
    }

    /** As {@link #settings}, when nothing at all is set. */
    public static List<EffectiveSetting> defaultSettings() {
        return settings(Optional.empty(), List.of(), Map.of(), new Properties());
    }

    /** The file of all settings with their defaults and what they mean. */
    public static String referenceText() {
        return TextResource.read(ConfigLoader.class, "/" + REFERENCE);
    }

    private static Config effective(
            Optional<Path> file, List<String> sets, Map<String, String> environment, Properties system) {
        ConfigLoader loader = new ConfigLoader(environment);
        return loader.effective(file.map(loader::read), sets, system);
    }

    /**
     * An example configuration that the product brings along ({@code conf/} of its repository), with settings over it;
     * environment and system properties do not count.
     *
     * @param name of its file
     * @param sets each {@code key=value}
     * @throws UserError as {@link #load}
     */
    public static PipelineConfig loadExample(String name, List<String> sets) {
        ConfigLoader loader = new ConfigLoader(Map.of());
        return PipelineConfig.of(loader.effective(Optional.of(loader.example(name)), sets, new Properties()));
    }

    private Config example(String name) {
        return resolved(ConfigFactory.parseResources(ConfigLoader.class.getClassLoader(), EXAMPLES + name, MUST_EXIST));
    }

    /** The configuration when nothing at all is set. */
    public static PipelineConfig defaults() {
        return load(Optional.empty(), List.of(), Map.of(), new Properties());
    }

    private Config effective(Optional<Config> file, List<String> sets, Properties system) {
        List<Config> strongestFirst = List.of(
                merged(commandLine(sets)),
                merged(TextSetting.ofSystem(system)),
                merged(TextSetting.ofEnvironment(environment)),
                file.orElseGet(ConfigFactory::empty),
                reference());
        strongestFirst.forEach(layer -> problems.addAll(KNOWN_KEYS.problems(layer)));
        Config effective =
                strongestFirst.stream().map(SparkConfig::flattened).reduce(ConfigFactory.empty(), Config::withFallback);
        problems.addAll(DeclaredSettings.problems(effective));
        refuseProblems();
        return effective;
    }

    private void refuseProblems() {
        if (!problems.isEmpty()) {
            throw new UserError(
                    problems.stream().sorted().distinct().map(Problem::toString).toList());
        }
    }

    /** True for a value that nobody set. */
    static boolean isDefault(ConfigOrigin origin) {
        return REFERENCE.equals(origin.resource());
    }

    static Config reference() {
        return ConfigFactory.parseResources(ConfigLoader.class.getClassLoader(), REFERENCE, MUST_EXIST);
    }

    private List<TextSetting> commandLine(List<String> sets) {
        List<TextSetting> settings = new ArrayList<>();
        for (String set : sets) {
            try {
                settings.add(TextSetting.ofCommandLine(set));
            } catch (IllegalArgumentException malformed) {
                problems.add(new Problem("--set", 0, malformed.getMessage()));
            }
        }
        return settings;
    }

    private Config merged(List<TextSetting> settings) {
        Config layer = ConfigFactory.empty();
        for (TextSetting setting : settings) {
            try {
                layer = setting.toConfig().withFallback(layer);
            } catch (ConfigException.BadPath malformed) {
                problems.add(new Problem(setting.origin(), 0, "is not the name of a setting"));
            }
        }
        return layer;
    }

    private Config read(Path file) {
        if (!Files.isRegularFile(file)) {
            String found = Files.exists(file) ? "it is not a file" : "there is no such file";
            return refuse(
                    file,
                    found + "; expected a configuration file in HOCON, looked from "
                            + Path.of("").toAbsolutePath());
        }
        try {
            // The library looks for included files beside a file only where its path names a folder.
            Path placed = file.getParent() == null ? Path.of(".").resolve(file) : file;
            return resolved(ConfigFactory.parseFile(placed.toFile(), MUST_EXIST));
        } catch (ConfigException unreadable) {
            problems.add(unreadable(file, unreadable));
            return ConfigFactory.empty();
        }
    }

    private Config refuse(Path file, String complaint) {
        problems.add(new Problem(file.toString(), 0, complaint));
        return ConfigFactory.empty();
    }

    /**
     * What a file says, with all that it refers to. The library resolves one configuration with another only where no key is set
     * twice, the second time by a variable; so they are resolved together, and what is not the file's is taken out again.
     */
    private Config resolved(Config file) {
        ConfigObject below = reference()
                .withFallback(ConfigValueFactory.fromMap(environment, "environment"))
                .root();
        ConfigObject all = file.withFallback(below)
                .resolve(ConfigResolveOptions.noSystem())
                .root();
        return without(below, all).toConfig();
    }

    private static ConfigObject without(ConfigObject below, ConfigObject all) {
        ConfigObject own = all;
        for (Map.Entry<String, ConfigValue> entry : all.entrySet()) {
            ConfigValue under = below.get(entry.getKey());
            if (entry.getValue() == under) {
                own = own.withoutKey(entry.getKey());
            } else if (entry.getValue() instanceof ConfigObject section && under instanceof ConfigObject defaults) {
                own = own.withValue(entry.getKey(), without(defaults, section));
            }
        }
        return own;
    }

    /**
     * The library's messages start with their origin; it is given once, in this project's own form. Where the library itself fails,
     * its message shows the whole environment.
     */
    private static Problem unreadable(Path file, ConfigException cause) {
        if (cause instanceof ConfigException.BugOrBroken) {
            return new Problem(
                    file.toString(),
                    0,
                    "cannot be read: the HOCON library fails on how its variables and sections build on one another");
        }
        ConfigOrigin origin =
                Optional.ofNullable(cause.origin()).orElseGet(() -> ConfigOriginFactory.newSimple(file.toString()));
        String message = cause.getMessage()
                .replace(origin.description() + ": ", "")
                .replaceFirst("^[\\w.]+Exception: ", "")
                .replaceAll("\\s+", " ");
        return Problem.of(origin, "cannot be read: " + (namesSecret(file, origin) ? HIDDEN_LINE : message));
    }

    /** Whether the library's message may show part of a line that holds a secret. */
    private static boolean namesSecret(Path file, ConfigOrigin origin) {
        try {
            List<String> lines = Files.readAllLines(origin.filename() == null ? file : Path.of(origin.filename()));
            int line = origin.lineNumber();
            return line > 0 && line <= lines.size() && Redaction.isSecret(lines.get(line - 1));
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * A setting as it counts, for people.
     *
     * @param key its name
     * @param value in HOCON; those of secrets are hidden
     * @param origin where it comes from, such as {@code conf/fast.conf:7}, {@code --set training.steps} or {@code default}
     * @param meaning what {@code dualanodiff-reference.conf} says of it, line by line
     */
    public record EffectiveSetting(String key, String value, String origin, List<String> meaning) {

        public EffectiveSetting {
            meaning = List.copyOf(meaning);
        }

        static EffectiveSetting of(String key, ConfigValue value, List<String> meaning) {
            String text = Redaction.isSecret(key)
                    ? Redaction.HIDDEN
                    : Redaction.text(value.render(ConfigRenderOptions.concise()));
            String origin = ConfigLoader.isDefault(value.origin()) ? "default" : Problem.place(value.origin());
            return new EffectiveSetting(
                    key, text, origin, meaning.stream().map(String::strip).toList());
        }

        /** Whether a word is in its name or in what is said of it, in any case. */
        public boolean mentions(String word) {
            String sought = word.toLowerCase(Locale.ROOT);
            return (key + " " + String.join(" ", meaning))
                    .toLowerCase(Locale.ROOT)
                    .contains(sought);
        }
    }

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
}
