package org.dualanodiff.jobs.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.dualanodiff.pipeline.store.StoreException;
import org.dualanodiff.pipeline.store.StoreProbe;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a person reads when the address or the keys are wrong, and how soon. */
@Tag("slow")
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class StoreProbeTest {

    private static final String STORE = S3Server.uri("store");
    private static final String REDIRECT =
            "<?xml version=\"1.0\"?><Error><Code>PermanentRedirect</Code><Message>The bucket you are attempting to access"
                    + " must be addressed using the specified endpoint.</Message></Error>";

    @TempDir
    private static Path folder;

    private static S3Server server;

    @BeforeAll
    static void startServer() throws Exception {
        server = S3Server.start(folder);
    }

    @AfterAll
    static void stopServer() throws Exception {
        server.close();
    }

    @Test
    void probe_ofBucketWithoutStore_passes() {
        StoreProbe.require("store", STORE, server.hadoop());
    }

    @Test
    void probe_withWrongSecret_saysAccessDenied() {
        assertRefused(() -> StoreProbe.require("store", STORE, with("fs.s3a.secret.key", "wrong")))
                .hasMessageContaining("store: cannot use " + STORE)
                .hasMessageContaining("access denied; check the credentials")
                .hasMessageNotContaining("wrong");
    }

    @Test
    void probe_withoutKeys_saysHowToGiveThem() {
        Map<String, String> none = new TreeMap<>(S3Server.withoutKeys(server.port()));
        none.put("fs.s3a.aws.credentials.provider", "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider");

        assertRefused(() -> StoreProbe.require("store", STORE, none))
                .hasMessageContaining("no credentials found")
                .hasMessageContaining("AWS_ACCESS_KEY_ID");
    }

    @Test
    void probe_ofMissingBucket_saysSo() {
        assertRefused(() -> StoreProbe.require("dataset.root", "s3a://nobody-has-this/mvtec", server.hadoop()))
                .hasMessageContaining("dataset.root: cannot use s3a://nobody-has-this/mvtec")
                .hasMessageContaining("there is no such bucket");
    }

    @Test
    void probe_ofClosedPort_saysThatNobodyAnswers() throws IOException {
        Map<String, String> closed = S3Server.hadoop(S3Server.freePort());

        assertRefused(() -> StoreProbe.require("store", STORE, closed))
                .hasMessageContaining("nobody answers at its endpoint");
    }

    @Test
    void probe_ofUnknownHost_saysSo() {
        assertRefused(() -> StoreProbe.require("store", STORE, with("fs.s3a.endpoint", "http://s3.nowhere.invalid")))
                .hasMessageContaining("host of its endpoint is unknown")
                .hasMessageContaining("s3.nowhere.invalid");
    }

    @Test
    void probe_ofBucketInAnotherRegion_namesTheSetting() throws IOException {
        HttpServer elsewhere = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        elsewhere.createContext("/", exchange -> {
            byte[] body = exchange.getRequestMethod().equals("HEAD") ? new byte[0] : REDIRECT.getBytes(UTF_8);
            exchange.sendResponseHeaders(301, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        elsewhere.start();
        try {
            Map<String, String> settings =
                    S3Server.hadoop(elsewhere.getAddress().getPort());
            assertRefused(() -> StoreProbe.require("store", STORE, settings))
                    .hasMessageContaining("the bucket is in another region")
                    .hasMessageContaining("fs.s3a.endpoint.region");
        } finally {
            elsewhere.stop(0);
        }
    }

    @Test
    void probe_ofUnknownScheme_saysSo() {
        assertRefused(() -> StoreProbe.require("store", "gopher://host/x", Map.of()))
                .hasMessageContaining("gopher");
    }

    @Test
    void probe_ofAddressWithPassword_isRefusedWithoutRepeatingIt() {
        assertRefused(() -> StoreProbe.require("store", "s3a://AKIA:hunter2@factory/store", Map.of()))
                .hasMessageContaining("must not hold credentials")
                .hasMessageNotContaining("hunter2");
    }

    private static AbstractThrowableAssert<?, ? extends Throwable> assertRefused(ThrowingCallable probe) {
        return assertThatThrownBy(probe)
                .isInstanceOf(StoreException.class)
                .satisfies(refusal -> assertThat(refusal.getMessage().lines()).hasSize(1));
    }

    private static Map<String, String> with(String key, String value) {
        Map<String, String> settings = new TreeMap<>(server.hadoop());
        settings.put(key, value);
        return settings;
    }
}
