package org.dualanodiff.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The pages of the repository name files, headings, classes and packages that are there. */
class DocumentsTest {

    private static final Path ROOT = Path.of(System.getProperty("project.root"));
    private static final Pattern LINK = Pattern.compile("]\\((?!https?:)([^)\\s]+)\\)");
    private static final Pattern CODE = Pattern.compile("`([A-Z][a-z]+(?:[A-Z0-9]\\w*)+)(?:\\.\\w+(?:\\(\\))?)?`");
    private static final Pattern TYPE = Pattern.compile("\\b(?:class|record|enum|interface) ([A-Z]\\w*)");

    private static final Pattern INCLUDE = Pattern.compile("<include>([^<$]+)</include>");
    private static final Pattern READ = Pattern.compile(" (?:-[rcf]|--config) ([\\w./-]+)");

    /** Classes of others that our pages speak of. */
    private static final Set<String> OF_OTHERS = Set.of(
            "AbstractBlock",
            "CommandFailed",
            "DualAnoDiffOperator",
            "PartialRun",
            "ExecutorLostFailure",
            "FileSystem",
            "GradientCollector",
            "IllegalArgumentException",
            "NDList",
            "NDManager",
            "ParameterStore",
            "SegmentationClass",
            "SparkApplication",
            "TaskKilledException",
            "TorchScript");

    private static List<Path> pages;
    private static Set<String> types;

    @BeforeAll
    static void read() throws IOException {
        pages = new ArrayList<>();
        for (Path folder : List.of(ROOT, ROOT.resolve("docs"), ROOT.resolve("airflow"))) {
            try (Stream<Path> files = Files.list(folder)) {
                files.filter(file -> file.toString().endsWith(".md")).forEach(pages::add);
            }
        }
        types = new HashSet<>(OF_OTHERS);
        for (String module : List.of("model-core", "pipeline", "jobs")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src"))) {
                for (Path file :
                        files.filter(path -> path.toString().endsWith(".java")).toList()) {
                    Matcher type = TYPE.matcher(Files.readString(file));
                    while (type.find()) {
                        types.add(type.group(1));
                    }
                }
            }
        }
    }

    @Test
    void linksOfPages_leadToFilesAndHeadings() throws IOException {
        List<String> dead = new ArrayList<>();
        for (Path page : pages) {
            Matcher link = LINK.matcher(Files.readString(page));
            while (link.find()) {
                String[] parts = link.group(1).split("#", 2);
                Path target = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]);
                if (!Files.exists(target)
                        || parts.length == 2 && !anchors(target).contains(parts[1])) {
                    dead.add(ROOT.relativize(page) + ": " + link.group(1));
                }
            }
        }
        assertThat(dead).isEmpty();
    }

    @Test
    void classesThatPagesName_exist() throws IOException {
        List<String> unknown = new ArrayList<>();
        for (Path page : pages) {
            Matcher code = CODE.matcher(Files.readString(page));
            while (code.find()) {
                if (!types.contains(code.group(1))) {
                    unknown.add(ROOT.relativize(page) + ": " + code.group(1));
                }
            }
        }
        assertThat(unknown).isEmpty();
    }

    @Test
    void filesThatCommandsOfPagesRead_areInTheRelease() throws IOException {
        String archive = Files.readString(ROOT.resolve("jobs/src/main/release/archive.xml"));
        List<PathMatcher> included = INCLUDE.matcher(archive)
                .results()
                .map(include -> FileSystems.getDefault().getPathMatcher("glob:" + include.group(1)))
                .toList();
        List<String> read = new ArrayList<>();
        for (Path page : pages) {
            if (page.endsWith("CONTRIBUTING.md")) {
                // For those who have the repository.
                continue;
            }
            READ.matcher(Files.readString(page))
                    .results()
                    .map(option -> option.group(1))
                    .filter(file -> Files.isRegularFile(ROOT.resolve(file)))
                    .forEach(read::add);
        }
        assertThat(read)
                .contains("airflow/requirements.txt", "deploy/Dockerfile", "conf/small.conf")
                .allMatch(file -> included.stream().anyMatch(matcher -> matcher.matches(Path.of(file))));
    }

    /** As code hosts make them of headings. */
    private static Set<String> anchors(Path page) throws IOException {
        Set<String> anchors = new HashSet<>();
        for (String line : Files.readAllLines(page)) {
            if (line.startsWith("#")) {
                anchors.add(line.replaceFirst("#+ ", "")
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-'));
            }
        }
        return anchors;
    }
}
