package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.Tally;
import io.weir.proxyengine.tls.TestAuthority;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What a tunnel that may be read becomes, by its first bytes; what is not read passes on whole and counts exactly. */
class FirstBytesTest {
    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    /** How the client's first bytes come. */
    enum Delivery {
        WITH_THE_CONNECT,
        AFTER_THE_ANSWER,
        BYTE_BY_BYTE
    }

    private static final List<String> OTHER_PROTOCOLS = List.of(
            "SSH-2.0-OpenSSH_9.6\r\n",
            "*1\r\n$4\r\nPING\r\n",
            "PING\r\n",
            "GET key\r\n",
            "GET /no-version\r\n",
            "HELO x\r\n",
            "HELO host.example\r\n",
            "PRI * HTTP/2.0\r\n\r\nno\r\n",
            "\26no TLS",
            "\26\3\1\0\0",
            "\25\3\3\0\2\1\0",
            "\0",
            random(1, 5000),
            random(2, 70_000));

    private static String random(int seed, int bytes) {
        byte[] all = new byte[bytes];
        new Random(seed).nextBytes(all);
        return new String(all, StandardCharsets.ISO_8859_1);
    }

    static Stream<Arguments> deliveries() {
        List<Arguments> all = new ArrayList<>();
        for (Transport transport : Transport.values()) {
            for (Delivery delivery : Delivery.values()) {
                all.add(Arguments.of(transport, delivery));
            }
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("deliveries")
    void whatIsNeitherTlsNorHttpPassesOnUnread(Transport transport, Delivery delivery) throws Exception {
        try (var proxy = start(transport);
                var origin = ScriptedOrigin.start()) {
            for (String said : OTHER_PROTOCOLS) {
                if (delivery == Delivery.BYTE_BY_BYTE && said.length() > 100) {
                    continue;
                }
                Ends ends = open(proxy, origin, said, delivery);

                assertThat(ends.origin.read(said.length())).isEqualTo(said);
                ends.converse();

                assertPlain(proxy, ends);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void beginningsThatCouldBecomeHttpWaitALittleAndThenPassOn(Transport transport) throws Exception {
        try (var proxy = start(transport);
                var origin = ScriptedOrigin.start()) {
            String longLine = "GET /" + "a".repeat(20 * 1024);
            for (String said : List.of("G", "GET", "GET ", "GET / HTTP/1.1", "PRI * HTTP/2.0\r\n", "ABCD", longLine)) {
                Ends ends = open(proxy, origin, said, Delivery.AFTER_THE_ANSWER);

                assertThat(ends.origin.read(said.length())).isEqualTo(said);
                ends.converse();

                assertPlain(proxy, ends);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void anOriginThatSpeaksFirstHasAPlainTunnelWhateverTheClientSaysThen(Transport transport) throws Exception {
        try (var proxy = start(transport);
                var origin = ScriptedOrigin.start()) {
            for (String banner : List.of(
                    "220 mail.example ESMTP\r\n",
                    "* OK IMAP4rev1 ready\r\n",
                    "220 FTP\r\n",
                    "\112\0\0\0\12" + "8.0.36\0" + random(3, 66),
                    "RFB 003.008\n",
                    "HTTP/1.1 408 Request Timeout\r\n\r\n",
                    random(4, 200_000))) {
                Ends ends = open(proxy, origin, "", Delivery.AFTER_THE_ANSWER);
                CompletableFuture<?> sending = Peer.async(() -> ends.origin.send(banner));

                assertThat(ends.client.read(banner.length())).isEqualTo(banner);
                sending.get(30, TimeUnit.SECONDS);
                ends.say("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
                ends.converse();

                assertPlain(proxy, ends);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aRequestInATunnelIsRead(Transport transport) throws Exception {
        try (var proxy = start(transport);
                var origin = ScriptedOrigin.start()) {
            String request = "GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n";
            String response = "HTTP/1.1 204 No Content\r\n\r\n";
            for (Delivery delivery : List.of(Delivery.WITH_THE_CONNECT, Delivery.AFTER_THE_ANSWER)) {
                Ends ends = open(proxy, origin, request, delivery);

                assertThat(ends.origin.readHead()).isEqualTo(request);
                ends.origin.send(response);
                assertThat(ends.client.readHead()).isEqualTo(response);
                ends.client.finish();
                assertThat(ends.client.drain()).isTrue();

                TestLedger.Session root = closed(proxy, ends);
                assertThat(root.detected).isEqualTo(SessionProtocol.HTTP_MITM);
                assertThat(root.counts())
                        .isEqualTo(new Tally(
                                request.length(),
                                response.length(),
                                ends.headBytes,
                                TestTunnel.ANSWER.length(),
                                ends.origin.received(),
                                ends.origin.sent()));
                TestLedger.Session child = onlyChild(proxy, root);
                assertThat(child.opened.protocol()).isEqualTo(SessionProtocol.HTTP_MITM);
                assertThat(child.counts().up()).isEqualTo(request.length());
                assertThat(child.counts().down()).isEqualTo(response.length());
                assertThat(root.closed.reason()).isEqualTo(CloseReason.COMPLETED);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void thePrefaceOfHttp2InATunnelIsRead(Transport transport) throws Exception {
        try (var proxy = start(transport);
                var origin = ScriptedOrigin.start()) {
            for (Delivery delivery : List.of(Delivery.WITH_THE_CONNECT, Delivery.AFTER_THE_ANSWER)) {
                Ends ends = open(proxy, origin, PREFACE + "\0\0\0\4\0\0\0\0\0", delivery);

                assertThat(ends.origin.read(PREFACE.length())).isEqualTo(PREFACE);
                assertThat(ends.client.read(4)).endsWith("\4"); // its own SETTINGS
                ends.client.finish();
                ends.client.drain();
                ends.origin.drain();

                TestLedger.Session root = closed(proxy, ends);
                assertThat(root.detected).isEqualTo(SessionProtocol.HTTP_MITM);
                assertThat(root.counts())
                        .isEqualTo(new Tally(
                                ends.said,
                                ends.client.received() - TestTunnel.ANSWER.length(),
                                ends.headBytes,
                                TestTunnel.ANSWER.length(),
                                ends.origin.received(),
                                ends.origin.sent()));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("deliveries")
    void aClientHelloIsReadHoweverItIsCut(Transport transport, Delivery delivery) throws Exception {
        try (var proxy = start(transport);
                SSLServerSocket listener = proxy.listen()) {
            String hello = hello(proxy.clientContext(), "localhost");
            CompletableFuture<SSLSocket> accepted = accept(listener);
            Socket socket = proxy.proxy().connect();
            Ends ends = say(new Wire(socket), "localhost:" + listener.getLocalPort(), hello, delivery);

            assertThat(ends.client.read(1)).isEqualTo("\26"); // ServerHello
            SSLSocket origin = accepted.get(30, TimeUnit.SECONDS);
            ends.client.reset();
            new Wire(origin).drain();

            TestLedger.Session root = closed(proxy, ends);
            assertThat(root.detected).isEqualTo(SessionProtocol.HTTPS_MITM);
            assertThat(root.counts().up()).isEqualTo(ends.said);
            assertThat(root.counts().overheadUp()).isEqualTo(ends.headBytes);
            assertThat(root.counts().overheadDown()).isEqualTo(TestTunnel.ANSWER.length());
        }
    }

    @Test
    void aClientThatIsSilentForTooLongIsNotReadAnyMore() throws Exception {
        try (var proxy = InterceptingProxy.start(
                        settings -> settings.headTimeout(Duration.ofMillis(300)), config -> config);
                var origin = ScriptedOrigin.start()) {
            String hello = hello(proxy.clientContext(), "localhost");
            Ends ends = open(proxy, origin, "", Delivery.AFTER_THE_ANSWER);
            ends.client.socket().setSoTimeout(600);
            assertThat(ends.client.isSilent()).isTrue();
            ends.client.socket().setSoTimeout(30_000);

            ends.say(hello);

            assertThat(ends.origin.read(hello.length())).isEqualTo(hello);
            ends.converse();
            assertPlain(proxy, ends);
        }
    }

    @Test
    void aClientHelloThatDoesNotBecomeWholePassesOnInTime() throws Exception {
        try (var proxy = InterceptingProxy.start(
                        settings -> settings.headTimeout(Duration.ofMillis(300)), config -> config);
                var origin = ScriptedOrigin.start()) {
            String half = hello(proxy.clientContext(), "localhost").substring(0, 100);
            Ends ends = open(proxy, origin, half, Delivery.AFTER_THE_ANSWER);

            assertThat(ends.origin.read(100)).isEqualTo(half);
            ends.converse();
            assertPlain(proxy, ends);
        }
    }

    @Test
    void aClientThatWaitsLongerThanARoundTripIsStillRead() throws Exception {
        try (var proxy = start(Transport.SPLICE);
                SSLServerSocket listener = proxy.listen()) {
            CompletableFuture<SSLSocket> accepted = accept(listener);
            Socket tunnel = proxy.tunnel(listener.getLocalPort());
            tunnel.setSoTimeout(500);
            assertThatThrownBy(() -> tunnel.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
            tunnel.setSoTimeout(30_000);

            SSLSocket client = proxy.open(tunnel);

            assertThat(client.getSession().isValid()).isTrue();
            accepted.get(30, TimeUnit.SECONDS).close();
            client.close();
            assertThat(proxy.ledger().awaitClosed(1).get(0).detected).isEqualTo(SessionProtocol.HTTPS_MITM);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void endsBeforeAnyByteAreThoseOfAPlainTunnel(Transport transport) throws Exception {
        try (var proxy = start(transport);
                var origin = ScriptedOrigin.start()) {
            for (String said : List.of("", "G", "\26\3\1")) {
                Ends finByClient = open(proxy, origin, said, Delivery.AFTER_THE_ANSWER);
                finByClient.client.finish();
                assertThat(finByClient.origin.readRest()).isEqualTo(said);
                finByClient.origin.send("late").finish();
                assertThat(finByClient.client.readRest()).isEqualTo("late");
                assertThat(closed(proxy, finByClient).closed.reason()).isEqualTo(CloseReason.COMPLETED);

                Ends finByOrigin = open(proxy, origin, said, Delivery.AFTER_THE_ANSWER);
                finByOrigin.origin.finish();
                assertThat(finByOrigin.client.readRest()).isEmpty();
                finByOrigin.say("late");
                finByOrigin.client.finish();
                assertThat(finByOrigin.origin.readRest()).isEqualTo(said + "late");
                assertThat(closed(proxy, finByOrigin).closed.reason()).isEqualTo(CloseReason.COMPLETED);
                assertThat(closed(proxy, finByOrigin).counts().originUp()).isEqualTo(said.length() + 4L);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aResetBeforeTheDecisionPassesOn(Transport transport) throws Exception {
        try (var proxy = start(transport);
                var origin = ScriptedOrigin.start()) {
            for (String said : List.of("", "G", "\26\3\1")) {
                Ends byClient = open(proxy, origin, said, Delivery.AFTER_THE_ANSWER);
                byClient.client.reset();
                assertThat(byClient.origin.drain()).isFalse();
                TestLedger.Session first = closed(proxy, byClient);
                assertThat(first.closed.reason()).isEqualTo(CloseReason.CLIENT_RESET);
                assertThat(first.counts().up()).isLessThanOrEqualTo(said.length());

                Ends byOrigin = open(proxy, origin, said, Delivery.AFTER_THE_ANSWER);
                byOrigin.origin.reset();
                assertThat(byOrigin.client.drain()).isFalse();
                assertThat(closed(proxy, byOrigin).closed.reason()).isEqualTo(CloseReason.ORIGIN_RESET);
            }
            await().until(() -> proxy.proxy().engine().connections() == 0);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "localhost, NONE,          localhost, localhost,   true",
        "localhost, NONE,          127.0.0.1, localhost,   true",
        "localhost, NONE,          127.0.0.1, other.test,  false",
        "127.0.0.1, NONE,          127.0.0.1, other.test,  true",
        "*,         localhost,     127.0.0.1, localhost,   false",
        "*,         localhost,     localhost, other.test,  false",
        "*,         127.0.0.1,     127.0.0.1, localhost,   false",
        "*,         *.other.test,  localhost, x.other.test, false",
        "a.test,    NONE,          localhost, a.test,      false"
    })
    void theNameInTheClientHelloDecidesTogetherWithTheOneInTheConnect(
            String include, String exclude, String host, String serverName, boolean isRead) throws Exception {
        try (var proxy = InterceptingProxy.start(settings -> settings, config -> including(config, include, exclude));
                SSLServerSocket listener = InterceptingProxy.listen(TestOriginNames.context)) {
            CompletableFuture<SSLSocket> accepted = accept(listener);
            String hello = hello(proxy.clientContext(), serverName);
            Ends ends = say(
                    new Wire(proxy.proxy().connect()),
                    host + ":" + listener.getLocalPort(),
                    hello,
                    Delivery.AFTER_THE_ANSWER);

            assertThat(ends.client.read(1)).isEqualTo("\26");
            ends.client.reset();
            accepted.handle((socket, failure) -> socket).get(30, TimeUnit.SECONDS);

            TestLedger.Session root = closed(proxy, ends);
            assertThat(root.detected).isEqualTo(isRead ? SessionProtocol.HTTPS_MITM : null);
            assertThat(root.counts().up()).isEqualTo(ends.said);
        }
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1, NONE", "*, localhost", "a.test, NONE"})
    void aRequestToAHostThatIsNotReadPassesOn(String include, String exclude) throws Exception {
        try (var proxy = InterceptingProxy.start(settings -> settings, config -> including(config, include, exclude));
                var origin = ScriptedOrigin.start()) {
            String request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
            Ends ends = open(proxy, origin, request, Delivery.AFTER_THE_ANSWER);

            assertThat(ends.origin.readHead()).isEqualTo(request);
            ends.converse();

            assertPlain(proxy, ends);
        }
    }

    /** A certificate that does for all names of these tests; made once. */
    private static final class TestOriginNames {
        static final SSLContext context = TestAuthority.create()
                .issue("localhost", "127.0.0.1", "other.test", "x.other.test", "a.test")
                .serverContext();
    }

    private static InterceptConfig including(InterceptConfig config, String include, String exclude) {
        return new InterceptConfig(
                config.authority(),
                HostPatterns.parse(List.of(include)),
                exclude.equals("NONE") ? HostPatterns.NONE : HostPatterns.parse(List.of(exclude)),
                HostPatterns.parse(List.of("*")),
                config.trust(),
                config.capture(),
                config.bodies(),
                config.redaction(),
                config.bypass());
    }

    private static InterceptingProxy start(Transport transport) {
        return InterceptingProxy.start(settings -> settings.transport(transport), config -> config);
    }

    /** Both ends of a tunnel, and what was said to the proxy until now. */
    private static final class Ends {
        final Wire client;
        final String address;
        final int headBytes;
        Wire origin;
        long said;

        @SuppressWarnings("NullAway.Init") // the origin comes later, if it is the test's own
        Ends(Wire client, int headBytes) {
            this.client = client;
            this.headBytes = headBytes;
            address =
                    Addresses.text((java.net.InetSocketAddress) client.socket().getLocalSocketAddress());
        }

        void say(String text) throws IOException {
            client.send(text);
            said += text.length();
        }

        /** Some more in both directions, and an orderly end. */
        void converse() throws IOException {
            String known = "";
            while (origin.received() < said) { // nobody has read it yet
                known += origin.read(1);
            }
            origin.send("answer " + known.length());
            client.read(("answer " + known.length()).length());
            say("more");
            assertThat(origin.read(4)).isEqualTo("more");
            client.finish();
            assertThat(origin.readRest()).isEmpty();
            origin.finish();
            assertThat(client.readRest()).isEmpty();
        }
    }

    private static Ends open(InterceptingProxy proxy, ScriptedOrigin origin, String said, Delivery delivery)
            throws IOException {
        String port = origin.authority().substring(origin.authority().indexOf(':'));
        Ends ends = say(new Wire(proxy.proxy().connect()), "localhost" + port, said, delivery);
        ends.origin = origin.accept();
        return ends;
    }

    private static Ends say(Wire client, String authority, String said, Delivery delivery) throws IOException {
        String head = TestTunnel.head(authority);
        Ends ends = new Ends(client, head.length());
        client.send(delivery == Delivery.WITH_THE_CONNECT ? head + said : head);
        assertThat(client.read(TestTunnel.ANSWER.length())).isEqualTo(TestTunnel.ANSWER);
        ends.said = said.length();
        if (delivery == Delivery.AFTER_THE_ANSWER && !said.isEmpty()) {
            client.send(said);
        } else if (delivery == Delivery.BYTE_BY_BYTE) {
            for (int i = 0; i < said.length(); i++) {
                client.send(said.substring(i, i + 1));
            }
        }
        return ends;
    }

    private static CompletableFuture<SSLSocket> accept(SSLServerSocket listener) {
        return Peer.async(() -> {
            SSLSocket socket = (SSLSocket) listener.accept();
            socket.startHandshake();
            return socket;
        });
    }

    /** What a client of the JDK begins with. */
    private static String hello(SSLContext context, String serverName) throws Exception {
        SSLEngine engine = context.createSSLEngine(serverName, 443);
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setServerNames(List.of(new javax.net.ssl.SNIHostName(serverName)));
        engine.setSSLParameters(parameters);
        engine.beginHandshake();
        ByteBuffer out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(ByteBuffer.allocate(0), out);
        return new String(Arrays.copyOf(out.array(), out.position()), StandardCharsets.ISO_8859_1);
    }

    private static TestLedger.Session closed(InterceptingProxy proxy, Ends ends) {
        return proxy.ledger()
                .awaitSession(session -> session.isClosed()
                        && session.opened.isRoot()
                        && session.opened.remote().equals(ends.address));
    }

    private static TestLedger.Session onlyChild(InterceptingProxy proxy, TestLedger.Session root) {
        List<TestLedger.Session> all = proxy.ledger().exchanges().stream()
                .filter(each -> each.opened.parentId() == root.opened.sessionId())
                .toList();
        assertThat(all).hasSize(1);
        return all.get(0);
    }

    private static void assertPlain(InterceptingProxy proxy, Ends ends) throws IOException {
        TestLedger.Session session = closed(proxy, ends);
        assertThat(session.closed.reason()).isEqualTo(CloseReason.COMPLETED);
        assertThat(session.detected).isNull();
        assertThat(session.counts())
                .isEqualTo(new Tally(
                        ends.said,
                        ends.client.received() - TestTunnel.ANSWER.length(),
                        ends.headBytes,
                        TestTunnel.ANSWER.length(),
                        ends.origin.received(),
                        ends.origin.sent()));
        assertThat(ends.origin.received()).isEqualTo(ends.said);
        assertThat(proxy.ledger().exchanges().stream()
                        .filter(each -> each.opened.parentId() == session.opened.sessionId()))
                .isEmpty();
        ends.client.close();
    }
}
