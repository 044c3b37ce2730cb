package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.eventbus.ExchangeCompleted;
import io.weir.eventbus.SessionProtocol;
import io.weir.proxyengine.bodies.BodyStoreConfig;
import io.weir.proxyengine.tls.TestAuthority;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written down of a plain request to a host that is read: the same as of one in a tunnel. */
class PlainExchangeRecordTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    @Test
    void aPlainExchangeIsRecordedWithoutItsSecretsAndItsBodiesAreStored() throws Exception {
        try (var talk = Conversation.start(settings -> settings.intercept(capturing("127.0.0.1")))) {
            Wire client = talk.client();
            client.send(talk.post("/a?token=x&b=1", "Cookie: c=secret\r\nContent-Length: 4\r\n", "ping"));
            Wire origin = talk.origin.accept();
            assertThat(origin.readMessage()).contains("token=x", "c=secret");
            origin.send("HTTP/1.1 201 Created\r\nSet-Cookie: s=secret\r\nContent-Length: 4\r\n\r\npong");
            assertThat(client.readMessage()).endsWith("pong");

            TestLedger.Session session = talk.settle(1).get(0);
            ExchangeCompleted record = await().until(() -> session.exchange, found -> found != null);
            assertThat(record.parentId()).isZero();
            assertThat(record.protocol()).isEqualTo(SessionProtocol.HTTP);
            assertThat(record.method()).isEqualTo("POST");
            assertThat(record.url()).isEqualTo("http://" + talk.origin.authority() + "/a?token=[redacted]&b=1");
            assertThat(record.status()).isEqualTo(201);
            assertThat(record.error()).isEmpty();
            assertThat(record.request().value("cookie") + record.response().value("set-cookie"))
                    .contains("[redacted]")
                    .doesNotContain("secret");
            assertThat(record.messages()).isEqualTo(session.counts()).isEqualTo(record.wire());
            assertThat(stored(record.request().bodySha256())).isEqualTo("ping");
            assertThat(stored(record.response().bodySha256())).isEqualTo("pong");
        }
    }

    @Test
    void aSecretInThePathIsNotInTheLedgerEither() throws Exception {
        try (var talk = Conversation.start(settings -> settings.intercept(capturing("127.0.0.1")))) {
            Wire client = talk.client();
            client.send(talk.get("/a;jsessionid=secret/b"));
            Wire origin = talk.origin.accept();
            assertThat(origin.readMessage()).contains("jsessionid=secret");
            origin.send(Conversation.ok("pong"));
            client.readMessage();

            assertThat(talk.settle(1).get(0).opened.url()).endsWith("/a;jsessionid=[redacted]/b");
        }
    }

    @Test
    void oneThatReachedNoOriginSaysWhy() throws Exception {
        try (var talk = Conversation.start(settings -> settings.intercept(capturing("127.0.0.1")))) {
            Wire client = talk.client();
            client.send("GET http://127.0.0.1:" + freePort() + "/ HTTP/1.1\r\nHost: x\r\n\r\n");
            client.readRest();

            TestLedger.Session session = talk.settle(1).get(0);
            ExchangeCompleted record = await().until(() -> session.exchange, found -> found != null);
            assertThat(record.status()).isEqualTo(502);
            assertThat(record.error()).endsWith("refused the connection");
            assertThat(record.originAddress() + record.originProtocol()).isEmpty();
        }
    }

    @Test
    void aHostThatIsNotReadLeavesNoRecordAndNoBody() throws Exception {
        try (var talk = Conversation.start(settings -> settings.intercept(capturing("example.com")))) {
            Wire client = talk.client();
            client.send(talk.get("/"));
            Wire origin = talk.origin.accept();
            origin.readMessage();
            origin.send(Conversation.ok("pong"));
            client.readMessage();

            assertThat(talk.settle(1).get(0).exchange).isNull();
            assertThat(talk.proxy.ledger().notices()).noneMatch(ExchangeCompleted.class::isInstance);
            try (Stream<Path> files = Files.walk(folder)) {
                assertThat(files.map(Path::getFileName).map(Path::toString)).noneMatch(name -> name.length() == 64);
            }
        }
    }

    private InterceptConfig capturing(String host) {
        HostPatterns hosts = HostPatterns.parse(List.of(host));
        return new InterceptConfig(
                TestAuthority.create().asAuthority(),
                hosts,
                HostPatterns.NONE,
                HostPatterns.NONE,
                List.of(),
                hosts,
                BodyStoreConfig.defaults(folder),
                Redaction.defaults(),
                Duration.ofMinutes(1));
    }

    /** The text whose hash is the name, if it is what the name says. */
    private String stored(String sha256) throws Exception {
        try (Stream<Path> files = Files.walk(folder)) {
            byte[] bytes = Files.readAllBytes(
                    files.filter(file -> file.endsWith(sha256)).findAny().orElseThrow());
            assertThat(HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)))
                    .isEqualTo(sha256);
            return new String(bytes, StandardCharsets.US_ASCII);
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
