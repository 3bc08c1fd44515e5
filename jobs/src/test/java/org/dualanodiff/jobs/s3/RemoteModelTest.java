package org.dualanodiff.jobs.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.dualanodiff.jobs.cli.CommandLineRun;
import org.dualanodiff.model.base.ModelFiles;
import org.dualanodiff.model.checkpoint.CheckpointException;
import org.dualanodiff.pipeline.base.BaseModelSource;
import org.dualanodiff.pipeline.base.LocalCache;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A base model on S3, brought to this machine. */
@Tag("slow")
class RemoteModelTest {

    private static final String UNET = "unet/diffusion_pytorch_model.safetensors";

    @TempDir
    private static Path shared;

    private static S3Server server;

    @TempDir
    private Path folder;

    @BeforeAll
    static void uploadModel() throws Exception {
        server = S3Server.start(shared);
        upload("model");
    }

    @AfterAll
    static void stopServer() throws Exception {
        server.close();
    }

    @Test
    void model_onS3_isFetchedOnceAndIsTheSame() throws IOException {
        ModelFiles first = source().locate(S3Server.uri("model"));
        first.requireComplete();
        assertThat(first.fingerprint())
                .isEqualTo(ModelFiles.open(CommandLineRun.TINY_BASE).fingerprint());
        assertThat(first.root()).startsWith(folder.resolve("cache"));

        var modified = Files.getLastModifiedTime(first.root().resolve(UNET));
        ModelFiles second = source().locate(S3Server.uri("model"));
        assertThat(second.root()).isEqualTo(first.root());
        assertThat(Files.getLastModifiedTime(second.root().resolve(UNET))).isEqualTo(modified);
    }

    @Test
    void model_truncatedInTheCache_isFetchedAgain() throws IOException {
        Path unet = source().locate(S3Server.uri("model")).root().resolve(UNET);
        long bytes = Files.size(unet);
        Files.write(unet, new byte[] {1, 2, 3});

        source().locate(S3Server.uri("model")).requireComplete();

        assertThat(Files.size(unet)).isEqualTo(bytes);
    }

    @Test
    void model_changedAtItsOrigin_isFetchedAgain() throws Exception {
        upload("changing");
        Path before = source().locate(S3Server.uri("changing")).root();
        try (ObjectStore origin = server.open("changing")) {
            byte[] config = origin.read("unet/config.json");
            origin.write("unet/config.json", (new String(config) + " ").getBytes());
        }

        assertThat(source().locate(S3Server.uri("changing")).root()).isNotEqualTo(before);
    }

    @Test
    void model_whereTheCacheCannotBeWritten_isKeptInTheFallback() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        LocalCache cache = new LocalCache(file.resolve("cache"), folder.resolve("fallback"));

        ModelFiles model = new BaseModelSource(cache, server.hadoop()).locate(S3Server.uri("model"));

        assertThat(model.root()).startsWith(folder.resolve("fallback"));
    }

    @Test
    void model_thatIsNotThere_saysWhereItWasLookedFor() {
        assertThatThrownBy(() -> source().locate(S3Server.uri("nothing")))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("there is no model in " + S3Server.uri("nothing"));
    }

    private BaseModelSource source() {
        return new BaseModelSource(new LocalCache(folder.resolve("cache")), server.hadoop());
    }

    private static void upload(String name) throws IOException {
        server.upload(CommandLineRun.TINY_BASE, name);
        try (ObjectStore origin = server.open(name)) {
            origin.write("pictures/sample.png", new byte[10]);
        }
    }
}
