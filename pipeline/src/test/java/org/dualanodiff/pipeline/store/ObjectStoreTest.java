package org.dualanodiff.pipeline.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.store.ObjectStore.StoredFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ObjectStoreTest {
    private static final int ROUNDS = 60;
    private static final int WRITERS = 8;

    @TempDir
    Path folder;

    private ObjectStore store;

    @BeforeEach
    void open() {
        store = ObjectStore.open(folder.resolve("store").toString(), Map.of());
    }

    @Test
    void createIfAbsent_ofRacingWriters_letsExactlyOneWin() throws Exception {
        ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
        try {
            for (int round = 0; round < ROUNDS; round++) {
                String key = "runs/" + round + "/run.json";
                List<Integer> winners = race(writers, key);
                assertThat(winners).hasSize(1);
                assertThat(store.read(key)).isEqualTo(content(winners.get(0)));
            }
        } finally {
            writers.shutdownNow();
        }
        assertThat(filesOnDisk()).hasSize(ROUNDS).allMatch(file -> file.endsWith("run.json"));
    }

    @Test
    void write_whileOthersRead_neverShowsPartOfAFile() throws Exception {
        store.write("m.json", content(0));
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService readers = Executors.newSingleThreadExecutor();
        Future<Boolean> whole = readers.submit(() -> {
            boolean all = true;
            while (!done.get()) {
                byte[] seen = store.read("m.json");
                all &= IntStream.range(0, WRITERS).anyMatch(n -> Arrays.equals(seen, content(n)));
            }
            return all;
        });
        for (int i = 0; i < 200; i++) {
            store.write("m.json", content(i % WRITERS));
        }
        done.set(true);
        assertThat(whole.get()).isTrue();
        readers.shutdown();
    }

    @Test
    void write_overExistingFile_replacesItAndLeavesNothingElse() throws IOException {
        store.write("a/b.json", content(1));
        store.write("a/b.json", content(2));

        assertThat(store.read("a/b.json")).isEqualTo(content(2));
        assertThat(filesOnDisk()).containsExactly("a/b.json");
    }

    @Test
    void upload_andDownload_giveTheSameBytes() throws IOException {
        Path local = Files.write(folder.resolve("weights"), content(3));

        store.upload(local, "adapters/x/weights");
        store.download("adapters/x/weights", folder.resolve("deep/er/copy"));

        assertThat(folder.resolve("deep/er/copy")).hasBinaryContent(content(3));
    }

    @Test
    void uploadIfAbsent_ontoTakenKey_leavesTheFirst() throws IOException {
        store.write("k", content(1));

        assertThat(store.uploadIfAbsent(Files.write(folder.resolve("other"), content(2)), "k"))
                .isFalse();
        assertThat(store.read("k")).isEqualTo(content(1));
    }

    @Test
    void list_ofPrefix_isSortedAndGoesDown() {
        store.write("runs/b/run.json", content(1));
        store.write("runs/a/units/x.json", new byte[3]);
        store.write("samples/p.parquet", new byte[1]);

        assertThat(store.list("runs"))
                .containsExactly(
                        new StoredFile("runs/a/units/x.json", 3), new StoredFile("runs/b/run.json", content(1).length));
        assertThat(store.list("")).hasSize(3);
        assertThat(store.list("nothing")).isEmpty();
    }

    @Test
    void delete_ofFolder_removesAllUnderIt() {
        store.write("a/b/c", new byte[1]);
        store.write("a/d", new byte[1]);

        assertThat(store.delete("a")).isTrue();
        assertThat(store.exists("a")).isFalse();
        assertThat(store.delete("a")).isFalse();
    }

    @Test
    void read_ofMissingFile_namesKeyAndRoot() {
        assertThat(store.find("a/b")).isEmpty();
        assertThatThrownBy(() -> store.read("a/b"))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("no file a/b")
                .hasMessageContaining(folder.toString());
    }

    @Test
    void upload_ofMissingLocalFile_namesIt() {
        Path absent = folder.resolve("absent");

        assertThatThrownBy(() -> store.uploadIfAbsent(absent, "k"))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining(absent.toString());
    }

    @Test
    void write_underAFile_saysWhatIsInTheWay() {
        store.write("a", new byte[1]);

        assertThatThrownBy(() -> store.write("a/b", new byte[1]))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("cannot write a/b")
                .hasMessageContaining("is a file where a folder is needed");
    }

    @Test
    void key_thatLeavesTheRoot_isRefused() {
        for (String key : List.of("../x", "/x", "a//b", "a/./b", "", "a/")) {
            assertThatThrownBy(() -> store.delete(key)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void key_withEscapedAndForeignCharacters_isKeptLiterally() throws IOException {
        assumeTrue("UTF-8".equals(System.getProperty("sun.jnu.encoding")), "file names are not UTF-8 here");
        String key = StoreLayout.samples("r", new UnitKey("Гайка ü", "a=b/c%")) + "/part-0.parquet";

        store.write(key, new byte[2]);

        assertThat(store.list("samples")).containsExactly(new StoredFile(key, 2));
        assertThat(filesOnDisk()).containsExactly(key);
        assertThat(store.uri(key)).isEqualTo(store.root() + "/" + key);
    }

    @Test
    void open_ofFileUri_readsPercentAsItself() {
        ObjectStore byUri = ObjectStore.open("file://" + folder.resolve("a%20b") + "/", Map.of());
        byUri.write("k", new byte[1]);

        assertThat(folder.resolve("a%20b/k")).exists();
        assertThat(byUri.root()).isEqualTo("file:" + folder.resolve("a%20b"));
    }

    @Test
    void open_ofUnknownScheme_saysSo() {
        assertThatThrownBy(() -> ObjectStore.open("s3://bucket/x", Map.of()))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("write s3a://bucket/x");
        assertThatThrownBy(() -> ObjectStore.open("gopher://host/x", Map.of()))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("gopher");
        assertThatThrownBy(() -> ObjectStore.open(" ", Map.of())).isInstanceOf(StoreException.class);
    }

    private List<Integer> race(ExecutorService writers, String key) throws Exception {
        List<Callable<Boolean>> tries = IntStream.range(0, WRITERS)
                .<Callable<Boolean>>mapToObj(n -> () -> store.createIfAbsent(key, content(n)))
                .toList();
        List<Future<Boolean>> results = writers.invokeAll(tries);
        List<Integer> winners = new ArrayList<>();
        for (int n = 0; n < WRITERS; n++) {
            if (results.get(n).get()) {
                winners.add(n);
            }
        }
        return winners;
    }

    private static byte[] content(int writer) {
        return ("written by " + writer).repeat(1000).getBytes(UTF_8);
    }

    private List<String> filesOnDisk() throws IOException {
        Path root = folder.resolve("store");
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> root.relativize(file).toString())
                    .toList();
        }
    }
}
