package org.dualanodiff.pipeline.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigOriginFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigResolveOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.dualanodiff.pipeline.UserError;

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
        try (InputStream file = ConfigLoader.class.getClassLoader().getResourceAsStream(REFERENCE)) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
            return resolved(ConfigFactory.parseFile(file.toFile(), MUST_EXIST));
        } catch (ConfigException unreadable) {
            problems.add(unreadable(file, unreadable));
            return ConfigFactory.empty();
        }
    }

    private Config refuse(Path file, String complaint) {
        problems.add(new Problem(file.toString(), 0, complaint));
        return ConfigFactory.empty();
    }

    private Config resolved(Config file) {
        Config variables =
                ConfigValueFactory.fromMap(environment, "environment").toConfig();
        Config source = file.withFallback(reference()).withFallback(variables);
        return file.resolveWith(source, ConfigResolveOptions.noSystem());
    }

    /** The library's messages start with their origin; it is given once, in this project's own form. */
    private static Problem unreadable(Path file, ConfigException cause) {
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
            List<String> lines = Files.readAllLines(file);
            int line = origin.lineNumber();
            return line > 0 && line <= lines.size() && Redaction.isSecret(lines.get(line - 1));
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * One thing wrong with the configuration.
     *
     * @param origin the file, environment variable, system property or command-line setting
     * @param line line in the file; below 1 where there is none
     * @param text what is wrong, what was expected and found
     */
    record Problem(String origin, int line, String text) implements Comparable<Problem> {
        private static final Comparator<Problem> ORDER =
                Comparator.comparing(Problem::origin).thenComparing(Problem::line).thenComparing(Problem::text);

        /** What was typed may hold a secret that is not where it belongs. */
        Problem {
            text = Redaction.text(text);
        }

        /** A problem of the setting {@code key}; the key is left out of the text where the origin already ends with it. */
        static Problem of(ConfigOrigin origin, String key, String complaint) {
            Problem problem = of(origin, complaint);
            return problem.origin.endsWith(key)
                    ? problem
                    : new Problem(problem.origin, problem.line, key + " " + complaint);
        }

        /** A problem that belongs to a place rather than to a setting. */
        static Problem of(ConfigOrigin origin, String complaint) {
            return new Problem(withoutLine(origin.description()), origin.lineNumber(), complaint);
        }

        /** A file's origin reads {@code path: line} or {@code path: first-last}. */
        static String withoutLine(String description) {
            return description.replaceFirst(": \\d+(-\\d+)?$", "");
        }

        /** Where a value comes from, such as {@code conf/fast.conf:7}. */
        static String place(ConfigOrigin origin) {
            return place(withoutLine(origin.description()), origin.lineNumber());
        }

        private static String place(String origin, int line) {
            return origin + (line > 0 ? ":" + line : "");
        }

        @Override
        public int compareTo(Problem other) {
            return ORDER.compare(this, other);
        }

        @Override
        public String toString() {
            return place(origin, line) + ": " + text;
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
            return new EffectiveSetting(key, text, origin, meaning.stream().map(String::strip).toList());
        }

        /** Whether a word is in its name or in what is said of it, in any case. */
        public boolean mentions(String word) {
            String sought = word.toLowerCase(Locale.ROOT);
            return (key + " " + String.join(" ", meaning)).toLowerCase(Locale.ROOT).contains(sought);
        }
    }
}
