package io.weir.wsgateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("jdk")
class TlsTest {
    @TempDir
    static Path folder;

    private static TestKeys keys;
    private static TestKeys rsa;
    private static TestGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        keys = TestKeys.make(folder, "EC");
        rsa = TestKeys.make(folder, "RSA");
        gateway = TestGateway.configured(config -> config.withTls(GatewayTls.load(keys.chain(), keys.key())));
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static SSLSocket connect() throws Exception {
        SSLSocket socket = (SSLSocket)
                keys.trusting().getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), gateway.port());
        socket.setSoTimeout(20_000);
        return socket;
    }

    /** Sends a request over TLS, and returns all that comes back until the end, which must not be a cut. */
    private static String send(String request) throws Exception {
        try (SSLSocket socket = connect()) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    private static String get(String target, String... headers) throws Exception {
        StringBuilder request =
                new StringBuilder("GET " + target + " HTTP/1.1\r\nHost: localhost:" + gateway.port() + "\r\n");
        for (String header : headers) {
            request.append(header).append("\r\n");
        }
        return send(request + "\r\n");
    }

    @Test
    void everythingIsThereOverTls() throws Exception {
        assertThat(get("/healthz")).startsWith("HTTP/1.1 200 ").endsWith("}");
        assertThat(get("/api/totals", "Authorization: Bearer " + gateway.token.value()))
                .startsWith("HTTP/1.1 200 ");
        assertThat(get("/")).contains("</html>");
    }

    @Test
    void cookieIsForTlsOnlyAndNoOtherPortOfTheHostIsForcedToIt() throws Exception {
        String answer = get("/?token=" + gateway.token.value());

        assertThat(answer)
                .startsWith("HTTP/1.1 303 ")
                .containsIgnoringCase("; HttpOnly; SameSite=Strict; Path=/; Secure\r\n")
                .doesNotContainIgnoringCase("strict-transport-security");
    }

    @Test
    void dashboardConnectsOverTls() throws Exception {
        LinkedBlockingQueue<String> texts = new LinkedBlockingQueue<>();
        WebSocket socket = HttpClient.newBuilder()
                .sslContext(keys.trusting())
                .build()
                .newWebSocketBuilder()
                .header("Origin", "https://localhost:" + gateway.port())
                .buildAsync(
                        URI.create("wss://localhost:" + gateway.port() + "/start?token=" + gateway.token.value()),
                        new WebSocket.Listener() {
                            @Override
                            public @Nullable CompletionStage<?> onText(
                                    WebSocket from, CharSequence data, boolean last) {
                                texts.add(data.toString());
                                from.request(1);
                                return null;
                            }
                        })
                .get(20, TimeUnit.SECONDS);

        socket.sendText("{\"action\":\"subscribe\",\"topics\":[\"connections\"]}", true)
                .join();

        assertThat(texts.poll(20, TimeUnit.SECONDS)).contains("\"type\":\"connections\"");
        socket.abort();
    }

    @Test
    void onlyPagesThatCameOverTlsAreOurs() throws Exception {
        String upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 12";
        String start = "/start?token=" + gateway.token.value();

        assertThat(get(start, upgrade, "Origin: https://localhost:" + gateway.port()))
                .startsWith("HTTP/1.1 426 ");
        assertThat(get(start, upgrade, "Origin: https://weir.example")).startsWith("HTTP/1.1 426 ");
        for (String origin : new String[] {
            "http://localhost:" + gateway.port(), "http://weir.example", "https://localhost", "https://evil.example"
        }) {
            assertThat(get(start, upgrade, "Origin: " + origin)).startsWith("HTTP/1.1 403 ");
        }
        assertThat(send("GET /healthz HTTP/1.1\r\nHost: weir.example\r\n\r\n")).startsWith("HTTP/1.1 200 ");
        assertThat(send("GET /healthz HTTP/1.1\r\nHost: evil.example\r\n\r\n")).startsWith("HTTP/1.1 421 ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "hello there\r\n\r\n",
                "\u0000\u0001\u0002\u0003\u0004\u0005"
            })
    void whoeverDoesNotSpeakTlsIsToldSo(String request) throws Exception {
        assertThat(gateway.raw(request))
                .startsWith("HTTP/1.1 400 ")
                .contains("\r\nContent-Security-Policy: ", "\r\nX-Content-Type-Options: nosniff\r\n")
                .endsWith("\r\n\r\nThis port speaks https; begin the address so.\n");
    }

    @Test
    void nothingBeforeTls12IsSpoken() throws Exception {
        assertThat(GatewayTls.load(keys.chain(), keys.key())
                        .context()
                        .newEngine(UnpooledByteBufAllocator.DEFAULT)
                        .getEnabledProtocols())
                .containsExactlyInAnyOrder("TLSv1.3", "TLSv1.2");
        for (String protocol : List.of("TLSv1.2", "TLSv1.3")) {
            try (SSLSocket socket = connect()) {
                socket.setEnabledProtocols(new String[] {protocol});
                socket.startHandshake();
                assertThat(socket.getSession().getProtocol()).isEqualTo(protocol);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"RSA", "Ed25519"})
    void otherKindsOfKeysAreTaken(String algorithm) throws Exception {
        TestKeys others = algorithm.equals("RSA") ? rsa : TestKeys.make(folder, algorithm);

        GatewayTls.load(others.chain(), others.key());

        assertThatThrownBy(() -> GatewayTls.load(others.chain(), keys.key()))
                .isInstanceOf(GatewayException.class)
                .hasMessage("the gateway's key " + keys.key() + " does not belong to the first certificate of "
                        + others.chain() + " (CN=" + algorithm + " gateway)");
        assertThatThrownBy(() -> GatewayTls.load(keys.chain(), others.key())).isInstanceOf(GatewayException.class);
    }

    @Test
    void aKeyOfAnotherCertificateOfTheSameKindIsRefused() throws Exception {
        TestKeys others = TestKeys.make(Files.createDirectory(folder.resolve("others")), "EC");

        assertThatThrownBy(() -> GatewayTls.load(others.chain(), keys.key()))
                .hasMessageContaining("does not belong to the first certificate");
    }

    @Test
    void aCertificateAndAKeyInOneFileWithTextAroundThemAreRead() throws Exception {
        Path both = file(
                "both.pem",
                "Subject: somebody\r\n" + Files.readString(keys.chain()).replace("\n", "\r\n") + "\n# and\n"
                        + Files.readString(keys.key()));

        GatewayTls.load(both, both);
    }

    @Test
    void aChainWhoseCertificatesDidNotSignEachOtherIsRefused() throws Exception {
        said(
                file("chain", Files.readString(keys.chain()) + Files.readString(rsa.chain())),
                keys.key(),
                "can't be used: Certificate chain is not valid");
    }

    @Test
    void faultsOfTheFilesAreSaidWithWhatToDo() throws Exception {
        byte[] der = {1, 2, 3};
        said(folder.resolve("none"), keys.key(), "certificate", "is not there");
        said(keys.chain(), folder.resolve("none"), "key", "is not there");
        said(folder, keys.key(), "certificate", "can't be read");
        said(file("empty", ""), keys.key(), "holds no certificate", "--gateway-cert");
        said(keys.key(), keys.key(), "holds no certificate");
        said(keys.chain(), keys.chain(), "holds no private key", "--gateway-key");
        said(file("damaged", TestKeys.pem("CERTIFICATE", der)), keys.key(), "damaged");
        said(
                keys.chain(),
                file("damaged-key", TestKeys.pem("PRIVATE KEY", der)),
                "damaged or none of RSA, EC, Ed25519");
        said(
                keys.chain(),
                file("encrypted", TestKeys.pem("ENCRYPTED PRIVATE KEY", der)),
                "is encrypted",
                "openssl pkey");
        said(
                keys.chain(),
                file(
                        "old",
                        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAQID\n-----END RSA PRIVATE KEY-----\n"),
                "is encrypted");
        said(keys.chain(), file("sec1", TestKeys.pem("EC PRIVATE KEY", der)), "EC PRIVATE KEY", "openssl pkcs8 -topk8");
        said(file("large", "x".repeat((1 << 20) + 1)), keys.key(), "more than 1 MiB");
    }

    @Test
    void aFileThatMayNotBeReadIsSaid() throws Exception {
        Path secret = file("secret", Files.readString(keys.key()));
        assumeThat(secret.toFile().setReadable(false)).isTrue();
        assumeThat(Files.isReadable(secret)).as("not root").isFalse();

        said(keys.chain(), secret, "key", "may not be read by this user");
    }

    private static Path file(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }

    private static void said(Path chain, Path key, String... words) {
        assertThatThrownBy(() -> GatewayTls.load(chain, key))
                .isInstanceOf(GatewayException.class)
                .hasMessageContainingAll(words);
    }
}
