package org.dualanodiff.model.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Why a file of a model cannot be read, in words that tell what to do. Most such files are what a download left in the
 * place of the file that was meant; their first bytes tell what they are.
 */
public final class UnreadableFile {

    private static final int LOOKED_AT = 600;
    private static final int SHOWN = 80;
    private static final String FETCH_AGAIN = "the download failed: fetch the file again";
    private static final Pattern LFS_SIZE = Pattern.compile("size (\\d+)");

    /** What begins in a way that no file of a model does, whatever its name. */
    private static final List<Kind> NEVER_MEANT = List.of(
            new Kind(start -> start.isEmpty(), start -> "is empty: " + FETCH_AGAIN),
            new Kind(start -> start.startsWith("version https://git-lfs"), UnreadableFile::lfsPointer),
            new Kind(
                    start -> start.startsWith("/annex/objects/") || start.contains(".git/annex/objects/"),
                    start -> "is a git-annex pointer, not the file itself: run git annex get"),
            new Kind(
                    start -> starts(start, "<!doctype") || starts(start, "<html") || starts(start, "<head"),
                    start -> "is a web page: " + FETCH_AGAIN + " by its download address, not its page"),
            new Kind(
                    start -> starts(start, "<?xml") || starts(start, "<error"),
                    start -> "is the XML answer of a server (%s): %s".formatted(shown(start), FETCH_AGAIN)),
            new Kind(start -> start.startsWith("\u001f\u008b"), start -> "is packed with gzip: unpack it"),
            new Kind(
                    start -> start.length() >= 64 && start.chars().allMatch(c -> c == 0),
                    start -> "begins with zeros only: the download was broken off; fetch the file again"));

    /** What is fine as a JSON or text file, but never as weights. */
    private static final List<Kind> NOT_WEIGHTS = List.of(
            new Kind(
                    start -> start.startsWith("\u0080\u0002"),
                    start -> "expected a zip archive, as torch.save writes it since PyTorch 1.6, found an older pickle:"
                            + " load it where it came from and save it again with a newer PyTorch, or as safetensors"),
            new Kind(
                    start -> start.startsWith("\u0089HDF"),
                    start -> "holds weights of TensorFlow (HDF5), not PyTorch's"),
            new Kind(
                    start -> start.startsWith("GGUF"),
                    start -> "is a GGUF file: give the safetensors it was made from"),
            new Kind(
                    start -> start.startsWith("{") && looksLikeText(start),
                    start -> "is JSON, not weights (%s): %s".formatted(shown(start), FETCH_AGAIN)),
            new Kind(
                    UnreadableFile::looksLikeText,
                    start -> "is text, not weights (\"%s\"): %s".formatted(shown(start), FETCH_AGAIN)));

    private static final List<Kind> NOT_JSON = List.of(new Kind(
            start -> looksLikeText(start) && !start.stripLeading().matches("(?s)[{\\[].*"),
            start -> "is text, not JSON (\"%s\"): %s".formatted(shown(start), FETCH_AGAIN)));

    private UnreadableFile() {}

    private record Kind(Predicate<String> matches, UnaryOperator<String> told) {}

    /** What weights that cannot be read are instead; empty if their first bytes do not tell. */
    static Optional<String> insteadOfWeights(Path file) {
        return told(file, NEVER_MEANT).or(() -> told(file, NOT_WEIGHTS));
    }

    /** What a text or JSON file is instead; empty if its first bytes do not tell. */
    public static Optional<String> insteadOfText(Path file) {
        return told(file, NEVER_MEANT);
    }

    /** As {@link #insteadOfText}, of a file that is not JSON. */
    static Optional<String> insteadOfJson(Path file) {
        return insteadOfText(file).or(() -> told(file, NOT_JSON));
    }

    private static Optional<String> told(Path file, List<Kind> kinds) {
        return start(file)
                .flatMap(start -> kinds.stream()
                        .filter(kind -> kind.matches.test(start))
                        .findFirst()
                        .map(kind -> kind.told.apply(start)));
    }

    private static Optional<String> start(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return Optional.of(new String(in.readNBytes(LOOKED_AT), StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Why it cannot be opened, in words: permission, a link that leads nowhere, or whatever else it was. */
    public static String because(Path file, IOException failure) {
        if (failure instanceof AccessDeniedException) {
            return "permission denied to user " + System.getProperty("user.name");
        } else if (failure instanceof NoSuchFileException) {
            return leadsNowhere(file).orElse("does not exist");
        }
        return "cannot be read: " + (failure.getMessage() == null ? failure : failure.getMessage());
    }

    /**
     * What keeps a file or folder from being there: nothing, if it can be read.
     *
     * @return {@code missing}, {@code permission denied ...} or what its link leads to
     */
    public static Optional<String> absence(Path path) {
        try {
            boolean folder =
                    Files.readAttributes(path, BasicFileAttributes.class).isDirectory();
            return Files.isReadable(path) && (!folder || Files.isExecutable(path))
                    ? Optional.empty()
                    : Optional.of(because(path, new AccessDeniedException(path.toString())));
        } catch (AccessDeniedException e) {
            return Optional.of(because(path, e));
        } catch (IOException e) {
            return leadsNowhere(path).or(() -> Optional.of("missing"));
        }
    }

    /** The Hugging Face cache is made of links; a copy of one folder of it has links only. */
    private static Optional<String> leadsNowhere(Path path) {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS) || !Files.isSymbolicLink(path)) {
            return Optional.empty();
        }
        try {
            return Optional.of("is a link to %s, which does not exist: copy the files, not the links (cp -rL)"
                    .formatted(Files.readSymbolicLink(path)));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static String lfsPointer(String start) {
        Matcher size = LFS_SIZE.matcher(start);
        return "is a Git LFS pointer, not the file itself%s: run git lfs pull where it was cloned"
                .formatted(size.find() ? " (the file has " + size.group(1) + " bytes)" : "");
    }

    private static boolean starts(String start, String lowerCase) {
        String text = start.stripLeading();
        return text.regionMatches(true, 0, lowerCase, 0, lowerCase.length());
    }

    private static boolean looksLikeText(String start) {
        return start.length() >= Long.BYTES
                && start.chars().allMatch(c -> c >= ' ' || c == '\n' || c == '\r' || c == '\t')
                && start.chars().noneMatch(c -> c >= 0x7f && c < 0xa0);
    }

    private static String shown(String start) {
        String line = start.strip().replaceAll("\\s+", " ");
        return line.length() <= SHOWN ? line : line.substring(0, SHOWN) + " ...";
    }
}
