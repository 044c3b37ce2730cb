package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.LedgerEvent.CommandReceived;
import io.weir.eventbus.SessionProtocol;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** How intercepted tunnels and the exchanges in them end, and what they do while the ledger or the node does not want more of them. */
class InterceptedLifecycleTest {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final int REFUSED_STREAM = 7;

    /** An origin of HTTP/1.1 with TLS, all of whose connections are in the test's hands. */
    private static final class Origin implements AutoCloseable {
        final SSLServerSocket listener;
        final LinkedBlockingQueue<Wire> accepted = new LinkedBlockingQueue<>();
        final List<Wire> all = new ArrayList<>();

        Origin(InterceptingProxy proxy) throws IOException {
            listener = proxy.listen();
            Peer.async(() -> {
                while (true) { // until the listener closes
                    SSLSocket socket = (SSLSocket) listener.accept();
                    try {
                        socket.startHandshake();
                        accepted.add(new Wire(socket));
                    } catch (IOException broken) {
                        socket.close();
                    }
                }
            });
        }

        Wire accept() throws InterruptedException {
            Wire next = accepted.poll(10, TimeUnit.SECONDS);
            assertThat(next).as("a connection from the proxy").isNotNull();
            all.add(next);
            return next;
        }

        String authority() {
            return "localhost:" + listener.getLocalPort();
        }

        String request(String path) {
            return "GET " + path + " HTTP/1.1\r\nHost: " + authority() + "\r\n\r\n";
        }

        @Override
        public void close() throws IOException {
            listener.close();
            for (Wire wire : all) {
                wire.close();
            }
        }
    }

    private static InterceptingProxy start(Transport transport) {
        return start(transport, settings -> settings);
    }

    private static InterceptingProxy start(Transport transport, UnaryOperator<EngineConfigBuilder> settings) {
        return InterceptingProxy.start(
                builder -> settings.apply(builder.transport(transport).eventLoops(2)), config -> config);
    }

    private static Wire http1(InterceptingProxy proxy, Origin origin) throws IOException {
        return new Wire(proxy.open(origin.listener));
    }

    private static Http2Wire http2(InterceptingProxy proxy, Origin origin) throws IOException {
        return new Http2Wire(proxy.open(origin.listener, "h2"));
    }

    private static TestLedger.Session root(InterceptingProxy proxy) {
        return proxy.ledger().awaitSession(session -> session.opened.isRoot());
    }

    private static TestLedger.Session exchange(InterceptingProxy proxy, String path) {
        return proxy.ledger()
                .awaitSession(session ->
                        !session.opened.isRoot() && session.opened.url().endsWith(path));
    }

    /** Whether it breaks without an orderly end. */
    private static boolean isReset(Wire wire) throws IOException {
        try {
            return !wire.drain();
        } catch (SSLException truncated) { // what a reset looks like above TLS
            return true;
        }
    }

    /** An origin that has all of the request may see either end. */
    private static void awaitEnd(Wire origin) throws IOException {
        isReset(origin);
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aCommandEndsTheTunnelAfterItsExchange(Transport transport) throws Exception {
        try (var proxy = start(transport);
                var origin = new Origin(proxy);
                Wire client = http1(proxy, origin)) {
            Wire server = origin.accept();
            client.send(origin.request("/running"));
            server.readHead();
            TestLedger.Session child = exchange(proxy, "/running");
            TestLedger.Session root = root(proxy);

            proxy.proxy().engine().closeSession(root.opened.sessionId(), "tester", "");

            assertThat(isReset(client)).isTrue();
            awaitEnd(server);
            proxy.ledger().awaitClosed(2);
            assertThat(root.closed.reason()).isEqualTo(CloseReason.CLOSED_BY_COMMAND);
            assertThat(child.closed.reason()).isEqualTo(CloseReason.CLOSED_BY_COMMAND);
            assertThat(child.closedAs).isLessThan(root.closedAs);
            assertThat(child.noticesBeforeClose)
                    .contains(new CommandReceived("closeConnection", root.opened.sessionId(), "tester"));
            await().until(() -> proxy.proxy().engine().connections() == 0);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aCommandEndsAnIdleTunnel(Transport transport) throws Exception {
        try (var proxy = start(transport);
                var origin = new Origin(proxy);
                Wire client = http1(proxy, origin)) {
            Wire server = origin.accept();

            proxy.proxy().engine().closeSession(root(proxy).opened.sessionId(), "tester", "");

            assertThat(isReset(client)).isTrue();
            awaitEnd(server);
            assertThat(proxy.ledger().awaitOnlyClosed().closed.reason()).isEqualTo(CloseReason.CLOSED_BY_COMMAND);
            http1(proxy, origin).socket().close(); // it was not the client that left: its next tunnel is read, too
        }
    }

    @Test
    void aCommandEndsAnExchangeOfHttp1AndWithItTheConnection() throws Exception {
        try (var proxy = start(Transport.SPLICE);
                var origin = new Origin(proxy);
                Wire client = http1(proxy, origin)) {
            Wire server = origin.accept();
            client.send(origin.request("/a"));
            server.readHead();
            server.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf ");
            client.readHead();
            TestLedger.Session child = exchange(proxy, "/a");

            proxy.proxy().engine().closeSession(child.opened.sessionId(), "tester", "");

            assertThat(isReset(client)).isTrue();
            awaitEnd(server);
            proxy.ledger().awaitClosed(2);
            assertThat(child.closed.reason()).isEqualTo(CloseReason.CLOSED_BY_COMMAND);
            assertThat(child.closedAs).isLessThan(root(proxy).closedAs);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aCommandEndsOneStreamOfHttp2AndTheOthersGoOn(Transport transport) throws Exception {
        try (var proxy = start(transport);
                var origin = new Origin(proxy);
                Http2Wire client = http2(proxy, origin)) {
            client.get(1, origin.authority(), "/ended");
            client.get(3, origin.authority(), "/spared");
            Wire first = origin.accept(); // one connection each
            Wire second = origin.accept();
            Wire spared = first.readHead().contains("/spared") ? first : second;
            second.readHead();
            TestLedger.Session ended = exchange(proxy, "/ended");

            proxy.proxy().engine().closeSession(ended.opened.sessionId(), "tester", "");

            Http2Wire.Frame last = client.readToEnd(1);
            assertThat(last.type()).isEqualTo(Http2Wire.RST_STREAM);
            spared.send(OK);
            assertThat(client.read(Http2Wire.HEADERS).isOk()).isTrue();
            assertThat(client.readToEnd(3).type()).isEqualTo(Http2Wire.DATA);
            await().until(ended::isClosed);
            assertThat(ended.closed.reason()).isEqualTo(CloseReason.CLOSED_BY_COMMAND);
            TestLedger.Session other = exchange(proxy, "/spared");
            await().until(other::isClosed);
            assertThat(other.closed.reason()).isEqualTo(CloseReason.COMPLETED);
            assertThat(root(proxy).isClosed()).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aCommandEndsAllTunnelsAndExchanges(Transport transport) throws Exception {
        try (var proxy = start(transport);
                var origin = new Origin(proxy)) {
            List<Wire> clients = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                Wire client = http1(proxy, origin);
                clients.add(client);
                Wire server = origin.accept();
                if (i % 2 == 0) {
                    client.send(origin.request("/" + i));
                    server.readHead();
                }
            }

            proxy.proxy().engine().closeAllSessions("tester", "");

            for (Wire client : clients) {
                assertThat(isReset(client)).isTrue();
                client.close();
            }
            assertThat(proxy.ledger().awaitClosed(9))
                    .hasSize(9)
                    .allMatch(session -> session.closed.reason() == CloseReason.CLOSED_BY_COMMAND);
            await().until(() -> proxy.proxy().engine().connections() == 0);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void idleTunnelsEndWhenTheNodeStopsAndRunningExchangesMayFinish(Transport transport) throws Exception {
        try (var proxy = start(transport, settings -> settings.drain(Duration.ofMinutes(5)));
                var origin = new Origin(proxy);
                Wire idle = http1(proxy, origin);
                Wire idleServer = origin.accept();
                Wire running = http1(proxy, origin);
                Wire runningServer = origin.accept();
                Http2Wire idle2 = http2(proxy, origin);
                Wire idle2Server = origin.accept();
                Http2Wire running2 = http2(proxy, origin);
                Wire running2Server = origin.accept()) {
            running.send(origin.request("/running"));
            runningServer.readHead();
            running2.get(1, origin.authority(), "/running2");
            running2Server.readHead();
            idle2.read(Http2Wire.SETTINGS);

            CompletableFuture<Void> closing = Peer.async(() -> {
                proxy.proxy().engine().close();
                return null;
            });

            assertThat(idle.readRest()).isEmpty();
            assertThat(idleServer.readRest()).isEmpty();
            assertThat(idle2.read(Http2Wire.GOAWAY).stream()).isZero();
            assertThat(idle2Server.readRest()).isEmpty();
            idle.socket().close();
            idle2.hangUp();
            assertThat(running2.read(Http2Wire.GOAWAY).stream()).isZero();
            running2Server.send(OK);
            assertThat(running2.readToEnd(1).type()).isEqualTo(Http2Wire.DATA);
            running2.hangUp();
            runningServer.send(OK);
            assertThat(running.readMessage()).isEqualTo(OK);
            assertThat(running.readRest()).isEmpty();
            running.socket().close();
            closing.get(30, TimeUnit.SECONDS);
            assertThat(proxy.ledger().awaitClosed(6))
                    .hasSize(6)
                    .allSatisfy(session -> assertThat(session.closed.reason())
                            .as(session.opened.toString())
                            .isEqualTo(CloseReason.COMPLETED));
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void whatRunsAfterTheTimeToDrainIsEndedByTheNode(Transport transport) throws Exception {
        try (var proxy = start(transport, settings -> settings.drain(Duration.ofMillis(200)));
                var origin = new Origin(proxy);
                Wire running = http1(proxy, origin);
                Wire runningServer = origin.accept();
                Http2Wire running2 = http2(proxy, origin);
                Wire running2Server = origin.accept()) {
            running.send(origin.request("/running"));
            runningServer.readHead();
            running2.get(1, origin.authority(), "/running2");
            running2Server.readHead();

            proxy.proxy().engine().close();

            assertThat(isReset(running)).isTrue();
            awaitEnd(runningServer);
            awaitEnd(running2Server);
            assertThat(proxy.ledger().awaitClosed(4))
                    .hasSize(4)
                    .allMatch(session -> session.closed.reason() == CloseReason.NODE_STOPPED);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aTunnelInWhichNothingMovesEnds(Transport transport) throws Exception {
        try (var proxy = start(transport, settings -> settings.tunnelIdleTimeout(Duration.ofMillis(500)));
                var origin = new Origin(proxy);
                Wire idle = http1(proxy, origin);
                Wire waiting = http1(proxy, origin);
                Http2Wire idle2 = http2(proxy, origin)) {
            for (int i = 0; i < 3; i++) {
                origin.accept();
            }
            waiting.send(origin.request("/waiting"));
            idle2.read(Http2Wire.SETTINGS);

            assertThat(isReset(idle)).isTrue();
            assertThat(isReset(waiting)).isTrue();
            assertThat(proxy.ledger().awaitClosed(4))
                    .hasSize(4)
                    .allMatch(session -> session.closed.reason() == CloseReason.IDLE_TIMEOUT);
            await().until(() -> proxy.proxy().engine().connections() == 0);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void whileTheLedgerTakesNoSessionsRequestsOfHttp1AreRefusedAndCountForTheTunnel(Transport transport)
            throws Exception {
        try (var proxy = start(transport);
                var origin = new Origin(proxy);
                Wire client = http1(proxy, origin)) {
            Wire server = origin.accept();
            proxy.ledger().bus().admission().refuse("the disk is full");
            for (int i = 0; i < 3; i++) {
                client.send(origin.request("/refused"));
                assertThat(client.readMessage()).startsWith("HTTP/1.1 503 ").contains("the disk is full");
            }
            proxy.ledger().bus().admission().admit();
            client.send(origin.request("/again"));
            assertThat(server.readHead()).startsWith("GET /again ");
            server.send(OK);
            assertThat(client.readMessage()).isEqualTo(OK);
            proxy.ledger().bus().admission().refuse("the disk is full");
            client.send("POST /body HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n" + "x".repeat(1000));
            assertThat(client.readMessage()).startsWith("HTTP/1.1 503 ").contains("Connection: close\r\n");
            assertThat(client.readRest()).isEmpty();
            client.socket().close();

            List<TestLedger.Session> exchanges = proxy.ledger().awaitExchanges(1);
            assertThat(exchanges).hasSize(1);
            assertThat(exchanges.get(0).opened.url()).endsWith("/again");
            assertThat(exchanges.get(0).counts().up())
                    .isEqualTo(origin.request("/again").length());
            assertThat(root(proxy).counts().up()).isGreaterThan(client.sent());
            assertThat(root(proxy).counts().down()).isGreaterThan(client.received());
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void whileTheLedgerTakesNoSessionsStreamsOfHttp2AreRefused(Transport transport) throws Exception {
        try (var proxy = start(transport);
                var origin = new Origin(proxy);
                Http2Wire client = http2(proxy, origin)) {
            Wire server = origin.accept();
            client.get(1, origin.authority(), "/running");
            server.readHead();
            proxy.ledger().bus().admission().refuse("the disk is full");
            client.get(3, origin.authority(), "/refused");

            Http2Wire.Frame last = client.readToEnd(3);
            assertThat(last.type()).isEqualTo(Http2Wire.RST_STREAM);
            assertThat(last.errorCode()).isEqualTo(REFUSED_STREAM);

            server.send(OK);
            assertThat(client.readToEnd(1).type()).isEqualTo(Http2Wire.DATA);
            proxy.ledger().bus().admission().admit();
            client.get(5, origin.authority(), "/again");
            server.readHead();
            server.send(OK);
            assertThat(client.readToEnd(5).type()).isEqualTo(Http2Wire.DATA);
            client.hangUp();
            assertThat(proxy.ledger().awaitExchanges(2)).hasSize(2);
        }
    }

    @Test
    void withoutSessionsAHeadThatDoesNotBecomeWholeAndAnotherProtocolOpenNone() throws Exception {
        try (var proxy = start(Transport.SPLICE);
                var origin = new Origin(proxy);
                Wire part = http1(proxy, origin);
                Wire other = http1(proxy, origin)) {
            origin.accept();
            origin.accept();
            part.send("GET / HTTP/1.1\r\nHost:");
            proxy.ledger().bus().admission().refuse("the disk is full");
            part.socket().close();
            other.send("not HTTP\r\n");
            assertThat(isReset(other)).isTrue();

            assertThat(proxy.ledger().awaitClosed(2)).hasSize(2);
            assertThat(proxy.ledger().sessions())
                    .anyMatch(session -> session.closed.reason() == CloseReason.OVERLOADED);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aRingThatIsFullCostsNoByteOfManyShortExchanges(Transport transport) throws Exception {
        int tunnels = 4;
        int each = 60;
        try (var proxy = InterceptingProxy.startSmall(64, settings -> settings.transport(transport));
                var origin = ScriptedOrigin.start()) {
            proxy.ledger().takeItsTime(1_000_000);
            List<CompletableFuture<long[]>> work = new ArrayList<>();
            for (int t = 0; t < tunnels; t++) {
                Wire client = new Wire(
                        proxy.tunnel(Integer.parseInt(origin.authority().substring(10))));
                Wire server = origin.accept();
                work.add(Peer.async(() -> exchanges(client, server, each)));
            }
            long up = 0;
            long down = 0;
            for (CompletableFuture<long[]> one : work) {
                long[] bytes = one.get(30, TimeUnit.SECONDS);
                up += bytes[0];
                down += bytes[1];
            }
            proxy.ledger().takeItsTime(0);
            List<TestLedger.Session> exchanges = proxy.ledger().awaitExchanges(tunnels * each);

            assertThat(exchanges).hasSize(tunnels * each);
            assertThat(proxy.ledger().rootTotals().up()).isEqualTo(up);
            assertThat(proxy.ledger().rootTotals().down()).isEqualTo(down);
            assertThat(exchanges.stream().mapToLong(e -> e.counts().up()).sum()).isEqualTo(up);
            assertThat(exchanges.stream().mapToLong(e -> e.counts().down()).sum())
                    .isEqualTo(down);
        }
    }

    private static long[] exchanges(Wire client, Wire server, int count) throws IOException {
        long answerBytes = client.received();
        for (int i = 0; i < count; i++) {
            client.send("GET /" + i + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
            server.readHead();
            server.send(OK);
            client.readMessage();
        }
        client.finish();
        client.readRest();
        client.close();
        return new long[] {client.sent(), client.received() - answerBytes};
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void nothingStaysOpenHoweverTunnelsEnd(Transport transport) throws Exception {
        Assumptions.assumeTrue(Files.isDirectory(DESCRIPTORS));
        try (var proxy = start(
                        transport, settings -> settings.eventLoops(1)); // each loop has a socket for names, when needed
                var origin = new Origin(proxy)) {
            cycle(proxy, origin); // what is opened once for all
            await().until(() -> proxy.proxy().engine().connections() == 0);
            List<String> before = open();

            for (int i = 0; i < 3; i++) {
                cycle(proxy, origin);
            }

            await().until(() -> proxy.proxy().engine().connections() == 0);
            await().untilAsserted(() -> assertThat(open()).hasSizeLessThanOrEqualTo(before.size()));
            assertThat(proxy.ledger().awaitClosed(8)).allMatch(TestLedger.Session::isClosed);
        }
    }

    private static void cycle(InterceptingProxy proxy, Origin origin) throws Exception {
        for (int how = 0; how < 4; how++) {
            Wire client = http1(proxy, origin);
            Wire server = origin.accept();
            client.send(origin.request("/" + how));
            server.readHead();
            server.send(OK);
            client.readMessage();
            switch (how) {
                case 0 -> client.close();
                case 1 -> server.close();
                case 2 -> client.reset();
                default -> server.reset();
            }
            try {
                client.drain();
            } catch (SocketException | SSLException closed) {
                // closed by the test itself, or without close_notify
            }
            client.close();
            server.close();
        }
        Http2Wire client = http2(proxy, origin);
        Wire server = origin.accept();
        client.get(1, origin.authority(), "/2");
        server.readHead();
        client.close();
        server.close();
    }

    /** Sockets, pipes and what waits for them; files are the JVM's own matter, which opens jars when it likes. */
    private static List<String> open() throws IOException {
        List<String> open = new ArrayList<>();
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(DESCRIPTORS)) {
            for (Path descriptor : descriptors) {
                String what = what(descriptor);
                if (!what.startsWith("/")) {
                    open.add(what);
                }
            }
        }
        return open;
    }

    private static String what(Path descriptor) throws IOException {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (NoSuchFileException closedMeanwhile) {
            return "/";
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void theLimitOfConnectionsHoldsForInterceptedTunnels(Transport transport) throws Exception {
        try (var proxy = start(transport, settings -> settings.maxConnections(2));
                var origin = new Origin(proxy)) {
            for (int i = 0; i < 3; i++) {
                try (Wire one = http1(proxy, origin);
                        Wire two = http1(proxy, origin)) {
                    assertThat(proxy.proxy().engine().connections()).isEqualTo(2);
                    for (Wire client : List.of(one, two)) {
                        Wire server = origin.accept();
                        client.send(origin.request("/"));
                        server.readHead();
                        server.send(OK);
                        assertThat(client.readMessage()).isEqualTo(OK);
                    }
                }
                await().until(() -> proxy.proxy().engine().connections() == 0);
            }
        }
    }

    /** A host that nobody includes goes the short way, on raw sockets, from the CONNECT on. */
    @ParameterizedTest
    @CsvSource({
        "a.example, localhost, false",
        "a.example, 127.0.0.1, true", // may turn out to be a.example
        "192.0.2.1, localhost, false",
        "192.0.2.1, 127.0.0.1, false",
        "localhost, localhost, true",
        "localhost:1, localhost, false"
    })
    void onlyATunnelThatMayBeReadIsListenedTo(String include, String host, boolean listens) throws Exception {
        try (var proxy = InterceptingProxy.start(
                        settings -> settings.transport(Transport.SPLICE).eventLoops(1),
                        config -> including(config, List.of(include)));
                var origin = ScriptedOrigin.start()) {
            String port = origin.authority().substring(origin.authority().indexOf(':'));
            try (Wire client = new Wire(proxy.proxy().connect())) {
                client.send(TestTunnel.head(host + port));
                client.read(TestTunnel.ANSWER.length());
                origin.accept();
                TestLedger.Session session = root(proxy);

                assertThat(carrier(proxy, session)).isEqualTo(listens ? FirstBytes.class : SocketRelay.class);
                assertThat(session.opened.protocol()).isEqualTo(SessionProtocol.HTTPS_TUNNEL);
            }
        }
    }

    private static Class<?> carrier(InterceptingProxy proxy, TestLedger.Session session) throws Exception {
        EngineLoop loop = proxy.proxy().engine().loops().iterator().next();
        return loop.eventLoop()
                .submit(() -> Objects.requireNonNull(loop.sessions().find(session.opened.sessionId()))
                        .getClass())
                .get(30, TimeUnit.SECONDS);
    }

    private static InterceptConfig including(InterceptConfig config, List<String> hosts) {
        return new InterceptConfig(
                config.authority(),
                HostPatterns.parse(hosts),
                config.exclude(),
                config.unverified(),
                config.trust(),
                config.capture(),
                config.bodies(),
                config.redaction(),
                config.bypass());
    }
}
