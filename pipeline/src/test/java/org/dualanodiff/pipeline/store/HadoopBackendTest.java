package org.dualanodiff.pipeline.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.dualanodiff.pipeline.store.Backend.Content;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The way of HDFS (write aside, rename), on Hadoop's own local file system. */
class HadoopBackendTest {
    private static final String KEY = "samples/category=a%3Db c/x.json";

    @TempDir
    Path folder;

    private HadoopBackend backend;

    @BeforeEach
    void open() throws IOException {
        backend = HadoopBackend.open("file://" + folder + "/root", new Configuration());
    }

    @AfterEach
    void close() throws IOException {
        backend.close();
    }

    @Test
    void create_ontoTakenKey_leavesTheFirst() throws IOException {
        assertThat(backend.create(KEY, content("first"))).isTrue();
        assertThat(backend.create(KEY, content("second"))).isFalse();

        assertThat(text(KEY)).isEqualTo("first");
    }

    @Test
    void replace_ontoTakenKey_leavesOnlyTheNew() throws IOException {
        backend.replace(KEY, content("old"));
        backend.replace(KEY, content("newer"));

        assertThat(text(KEY)).isEqualTo("newer");
        assertThat(backend.list("")).singleElement().satisfies(file -> {
            assertThat(file.key()).isEqualTo(KEY);
            assertThat(file.bytes()).isEqualTo(5);
        });
    }

    @Test
    void replace_withContentThatBreaksOff_leavesTheOldFile() throws IOException {
        backend.replace(KEY, content("old"));

        assertThatThrownBy(() -> backend.replace(KEY, HadoopBackendTest::breaksOff))
                .hasMessageContaining("broke off");
        assertThat(text(KEY)).isEqualTo("old");
        assertThat(backend.list("")).hasSize(1);
    }

    @Test
    void read_ofMissingKey_throwsFileNotFound() {
        assertThatThrownBy(() -> backend.read(KEY)).isInstanceOf(FileNotFoundException.class);
    }

    @Test
    void delete_ofFolder_removesIt() throws IOException {
        backend.replace(KEY, content("x"));

        assertThat(backend.delete("samples")).isTrue();
        assertThat(backend.exists(KEY)).isFalse();
        assertThat(backend.list("samples")).isEmpty();
        assertThat(backend.delete("samples")).isFalse();
    }

    private String text(String key) throws IOException {
        try (InputStream in = backend.read(key)) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    private static Content content(String text) {
        return Content.of(text.getBytes(UTF_8));
    }

    private static InputStream breaksOff() {
        InputStream broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("broke off");
            }
        };
        return new SequenceInputStream(new ByteArrayInputStream(new byte[10]), broken);
    }
}
