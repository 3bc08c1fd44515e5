package org.dualanodiff.pipeline.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalCacheTest {

    @TempDir
    Path folder;

    private final AtomicInteger made = new AtomicInteger();

    @Test
    void folder_askedForByManyThreads_isMadeOnce() throws Exception {
        LocalCache cache = new LocalCache(folder.resolve("cache"));
        ExecutorService threads = Executors.newFixedThreadPool(8);
        List<Callable<Path>> tries = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            tries.add(() -> cache.folder("model", this::slowly));
        }
        for (Future<Path> result : threads.invokeAll(tries)) {
            assertThat(result.get().resolve("part")).hasContent("whole");
        }
        threads.shutdown();
        assertThat(made).hasValue(1);
    }

    @Test
    void folder_askedForByManyProcesses_isMadeOnce() throws Exception {
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            processes.add(new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin/java").toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            CacheUser.class.getName(),
                            folder.resolve("cache").toString(),
                            folder.resolve("makings").toString())
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("out" + i).toFile())
                    .start());
        }
        for (Process process : processes) {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
        }
        assertThat(folder.resolve("makings")).hasContent("made\n");
    }

    /** One process that asks the cache; each making leaves a line. */
    static final class CacheUser {

        private CacheUser() {}

        public static void main(String[] arguments) throws IOException {
            Path makings = Path.of(arguments[1]);
            Path made = new LocalCache(Path.of(arguments[0])).folder("model", making -> {
                Files.writeString(makings, "made\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                pause();
                Files.writeString(making.resolve("part"), "whole");
            });
            if (!Files.readString(made.resolve("part")).equals("whole")) {
                throw new IOException("a part of a folder was seen");
            }
        }
    }

    @Test
    void folder_whoseMakerBreaksOff_isNotThereAndCanBeMadeLater() throws IOException {
        LocalCache cache = new LocalCache(folder.resolve("cache"));

        assertThatThrownBy(() -> cache.folder("model", making -> {
                    Files.writeString(making.resolve("part"), "half");
                    throw new IOException("No space left on device");
                }))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("No space left on device")
                .hasMessageContaining("set DUALANODIFF_CACHE to a folder with room");

        assertThat(inside("cache")).noneMatch(name -> !name.endsWith(".lock"));
        assertThat(cache.folder("model", this::quickly).resolve("part")).hasContent("whole");
    }

    @Test
    void folder_withoutRoomForIt_saysHowMuchIsNeededBeforeItBegins() {
        LocalCache cache = new LocalCache(folder.resolve("cache"));

        assertThatThrownBy(() -> cache.folder(new LocalCache.Entry("model", 1L << 60, this::quickly)))
                .hasMessageContaining("no room: 1099511627776 MB needed")
                .hasMessageContaining(folder.resolve("cache").toString());
        assertThat(made).hasValue(0);
    }

    @Test
    void folder_whoseRootCannotBeWritten_isMadeInTheFallback() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "not a folder");
        LocalCache cache = new LocalCache(file.resolve("cache"), folder.resolve("fallback"));

        Path first = cache.folder("model", this::quickly);
        Path second = cache.folder("model", this::quickly);

        assertThat(first).isEqualTo(folder.resolve("fallback/model")).isEqualTo(second);
        assertThat(made).hasValue(1);
    }

    @Test
    void folder_leftHalfMadeByAKilledProcess_isClearedAway() throws IOException {
        Files.createDirectories(folder.resolve("cache/.model.making-123"));
        Files.writeString(folder.resolve("cache/.model.making-123/part"), "half");

        new LocalCache(folder.resolve("cache")).folder("model", this::quickly);

        assertThat(inside("cache")).containsExactlyInAnyOrder("model", ".model.lock");
    }

    @Test
    void folder_thatIsNoLongerWhole_isMadeAgain() throws IOException {
        LocalCache cache = new LocalCache(folder.resolve("cache"));
        LocalCache.Entry entry = new LocalCache.Entry("model", 5, this::quickly);
        Path first = cache.folder(entry);
        Files.writeString(first.resolve("part"), "who");

        assertThat(cache.folder(entry).resolve("part")).hasContent("whole");
        assertThat(made).hasValue(2);
    }

    @Test
    void folder_ofAnEntryThatIsALink_isMadeAgainAndTheLinksTargetStays() throws IOException {
        Path elsewhere = Files.createDirectories(folder.resolve("elsewhere"));
        Files.writeString(elsewhere.resolve("part"), "theirs");
        Files.createDirectories(folder.resolve("cache"));
        Files.createSymbolicLink(folder.resolve("cache/model"), elsewhere);

        Path found = new LocalCache(folder.resolve("cache")).folder("model", this::quickly);

        assertThat(found.resolve("part")).hasContent("whole");
        assertThat(elsewhere.resolve("part")).hasContent("theirs");
    }

    @Test
    void folder_thatEverybodyMayWriteTo_isMadeAgain() throws IOException {
        LocalCache cache = new LocalCache(folder.resolve("cache"));
        Path first = cache.folder("model", this::quickly);
        Files.setPosixFilePermissions(first, PosixFilePermissions.fromString("rwxrwxrwx"));

        cache.folder("model", this::quickly);

        assertThat(made).hasValue(2);
    }

    @Test
    void fallback_thatOthersMayEnter_isRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "not a folder");
        Path open = Files.createDirectories(folder.resolve("fallback"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));
        LocalCache cache = new LocalCache(file.resolve("cache"), open);

        assertThatThrownBy(() -> cache.folder("model", this::quickly))
                .hasMessageContaining("must be a folder of")
                .hasMessageContaining("rwx------");
    }

    @Test
    void folder_inASharedCache_isReadableAsTheUmaskSays() throws IOException {
        Path shared = new LocalCache(folder.resolve("cache")).folder("model", making -> {
            Path part = Files.createFile(
                    making.resolve("part"),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(part, "whole");
        });

        assertThat(Files.getPosixFilePermissions(shared.resolve("part")))
                .isEqualTo(Files.getPosixFilePermissions(Files.writeString(folder.resolve("any"), "")));
    }

    private void quickly(Path making) throws IOException {
        made.incrementAndGet();
        Files.writeString(making.resolve("part"), "whole");
    }

    private void slowly(Path making) throws IOException {
        pause();
        quickly(making);
    }

    private static void pause() {
        try {
            Thread.sleep(300);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private List<String> inside(String name) throws IOException {
        try (Stream<Path> inside = Files.list(folder.resolve(name))) {
            return inside.map(path -> path.getFileName().toString()).toList();
        }
    }
}
