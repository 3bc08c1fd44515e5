package org.dualanodiff.pipeline.hostile;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** All of them, and a program that tries one after the other and prints how each ended. */
final class HostileInputs {
    static final String SURVIVED = "survived";
    private static final long MOST_SECONDS = 120;

    private HostileInputs() {}

    static List<HostileInput> all() {
        return Stream.of(
                        HostileDatasets.all(),
                        HostileImages.all(),
                        HostileModels.all(),
                        HostileStores.all(),
                        HostileNames.all())
                .flatMap(List::stream)
                .toList();
    }

    /** @param arguments a folder to work in */
    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        Path root = Path.of(arguments[0]);
        ExecutorService worker = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task);
            thread.setDaemon(true);
            return thread;
        });
        int number = 0;
        for (HostileInput input : all()) {
            Path folder = root.resolve(Integer.toString(number++));
            Future<?> attempt = worker.submit(() -> {
                tried(input, folder);
                return null;
            });
            long start = System.nanoTime();
            out.println(input.name() + "\t" + outcome(attempt));
            System.err.printf("%6d ms %s%n", (System.nanoTime() - start) / 1_000_000, input.name());
            remove(folder);
        }
        out.flush();
        Runtime.getRuntime().halt(0);
    }

    private static void tried(HostileInput input, Path folder) throws Exception {
        Bait bait = Bait.lay(folder.resolve("outside"));
        Path inside = Files.createDirectories(folder.resolve("inside"));
        input.attempt().in(inside, bait);
        bait.requireUntouched();
        bait.requireNowhereIn(inside.resolve("export"));
    }

    private static void remove(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private static String outcome(Future<?> attempt) throws InterruptedException {
        try {
            attempt.get(MOST_SECONDS, TimeUnit.SECONDS);
            return SURVIVED;
        } catch (TimeoutException e) {
            return "took more than %d s".formatted(MOST_SECONDS);
        } catch (ExecutionException e) {
            StackTraceElement[] at = e.getCause().getStackTrace();
            return "%s at %s"
                    .formatted(e.getCause(), at.length > 0 ? at[0] : "?")
                    .replaceAll("\\s+", " ");
        }
    }
}
