package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.eventbus.LedgerEvent.ConfigChanged;
import io.weir.proxyengine.tls.TestAuthority;
import io.weir.proxyengine.upstream.Upstream;
import io.weir.proxyengine.upstream.UpstreamKind;
import io.weir.proxyengine.upstream.UpstreamPolicy;
import io.weir.proxyengine.upstream.UpstreamStatus;
import io.weir.proxyengine.upstream.UpstreamTls;
import io.weir.proxyengine.upstream.UpstreamsConfig;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS with an upstream: who is trusted, what we show, and that what is said for nobody's session is counted, too. */
class SecureUpstreamTest {
    @TempDir
    Path folder;

    private static TestProxy first(Upstream upstream) {
        return TestProxy.start(builder -> builder.intercept(null)
                .keepAliveTimeout(Duration.ofSeconds(1))
                .upstreams(UpstreamsConfig.all(upstream)));
    }

    private static Upstream to(String host, int port, UpstreamTls tls) {
        return Upstream.of("next", UpstreamKind.HTTPS, host, port).with(tls).checkedEach(Duration.ofMinutes(10));
    }

    private static String ask(TestProxy first, StrictOrigin origin) throws Exception {
        try (Wire client = new Wire(first.connect())) {
            client.send("GET http://127.0.0.1:" + origin.port() + "/ HTTP/1.1\r\nHost: x\r\n\r\n");
            return client.readMessage();
        }
    }

    private static void addUp(TestProxy first, TestProxy second) {
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            assertThat(second.engine().connections()).isZero();
            var one = first.ledger().rootTotals();
            var two = second.ledger().rootTotals();
            assertThat(List.of(one.originUp(), one.originDown()))
                    .isEqualTo(List.of(two.up() + two.overheadUp(), two.down() + two.overheadDown()));
            assertThat(one.originUp()).isPositive();
        });
    }

    @Test
    void anUpstreamThatNobodyVouchesForGetsNothingButTheHandshake() throws Exception {
        try (var second = TwoHops.second(UpstreamKind.HTTPS, false, folder);
                var origin = StrictOrigin.start(request -> StrictOrigin.Answer.ok("ok"));
                var first = first(to("localhost", second.port(), UpstreamTls.USUAL))) {
            assertThat(ask(first, origin))
                    .startsWith("HTTP/1.1 502 ")
                    .contains("next (https://localhost:" + second.port() + ")")
                    .contains("certificate");
            assertThat(first.engine().upstreams().get(0).isUp()).isFalse();
            assertThat(origin.takeRequests()).isEmpty();
        }
    }

    @Test
    void oneThatIsSilentInTheHandshakeDoesNotTakeTheNextWithIt() throws Exception {
        try (ServerSocket silent = Peer.listen(0);
                var second = TwoHops.second(UpstreamKind.HTTP, false, folder);
                var origin = StrictOrigin.start(request -> StrictOrigin.Answer.ok("ok"));
                var first = TestProxy.start(builder -> builder.intercept(null)
                        .connectTimeout(Duration.ofSeconds(4))
                        .upstreams(UpstreamsConfig.group(
                                UpstreamPolicy.FAILOVER,
                                Upstream.of("silent", UpstreamKind.HTTPS, "localhost", silent.getLocalPort())
                                        .checkedEach(Duration.ofMinutes(10)),
                                Upstream.of("works", UpstreamKind.HTTP, "127.0.0.1", second.port())
                                        .checkedEach(Duration.ofMinutes(10)))))) {
            assertThat(ask(first, origin)).startsWith("HTTP/1.1 200 ");
            assertThat(first.engine().upstreams())
                    .extracting(UpstreamStatus::isUp)
                    .as("silent, works")
                    .containsExactly(false, true);
        }
    }

    @Test
    void itMustProveToBeItsHostUnlessAnotherNameIsGiven() throws Exception {
        try (var second = TwoHops.second(UpstreamKind.HTTPS, false, folder);
                var origin = StrictOrigin.start(request -> StrictOrigin.Answer.ok("ok"))) {
            Path ca = folder.resolve("ca.pem");
            try (var first = first(to("127.0.0.1", second.port(), UpstreamTls.trusting(ca)))) {
                assertThat(ask(first, origin)).startsWith("HTTP/1.1 502 ");
            }
            try (var first =
                    first(to("127.0.0.1", second.port(), new UpstreamTls(ca, "localhost", false, null, null)))) {
                assertThat(ask(first, origin)).startsWith("HTTP/1.1 200 ");
            }
            try (var first = first(to("127.0.0.1", second.port(), new UpstreamTls(null, "", true, null, null)))) {
                assertThat(ask(first, origin)).startsWith("HTTP/1.1 200 ");
            }
        }
    }

    @Test
    void whoAsksForACertificateGetsOurs() throws Exception {
        TestAuthority clients = TestAuthority.create();
        TestAuthority.Issued own = clients.order("node").forClients().issue();
        Path clientCa = Files.writeString(
                folder.resolve("clients.pem"),
                TwoHops.pem("CERTIFICATE", clients.certificate().getEncoded()));
        Path certificate = Files.writeString(
                folder.resolve("own.pem"),
                TwoHops.pem("CERTIFICATE", own.certificate().getEncoded()));
        Path key = Files.writeString(
                folder.resolve("own.key"), TwoHops.pem("PRIVATE KEY", own.key().getEncoded()));
        ListenerTls files = TwoHops.tls(folder);
        var must = new ListenerTls(files.certificate(), files.key(), clientCa, true);
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (var second = TestProxy.start(builder -> builder.intercept(null)
                        .nodeName("second")
                        .listeners(new ListenerConfig("secure", ListenerKind.HTTPS, address, List.of(), must)));
                var origin = StrictOrigin.start(request -> StrictOrigin.Answer.ok("ok"))) {
            Path ca = folder.resolve("ca.pem");
            try (var first = first(to("localhost", second.port(), UpstreamTls.trusting(ca)))) {
                assertThat(ask(first, origin)).startsWith("HTTP/1.1 502 ");
            }
            try (var first = first(to("localhost", second.port(), new UpstreamTls(ca, "", false, certificate, key)))) {
                assertThat(ask(first, origin)).startsWith("HTTP/1.1 200 ");
            }
        }
    }

    @Test
    void checksAndTheEndsOfIdleConnectionsAreCountedInASessionOfTheNodes() throws Exception {
        try (var second = TwoHops.second(UpstreamKind.HTTPS, false, folder);
                var origin = StrictOrigin.start(request -> StrictOrigin.Answer.ok("ok"));
                var first = first(TwoHops.upstream("next", UpstreamKind.HTTPS, second.port(), folder)
                        .checkedEach(Duration.ofMillis(500)))) {
            assertThat(ask(first, origin)).startsWith("HTTP/1.1 200 ");
            await().until(() -> second.ledger().sessions().stream()
                            .filter(each -> each.opened.method().equals("TLS") && each.isClosed())
                            .count()
                    > 3);
            first.reconfigure(live(UpstreamsConfig.NONE), new ConfigChanged(2, "ab", "by=test"));

            addUp(first, second);
            assertThat(first.ledger().sessions())
                    .filteredOn(each -> each.opened.method().equals("UPSTREAM"))
                    .isNotEmpty()
                    .allSatisfy(each -> assertThat(each.counts().originUp()).isPositive());
        }
    }

    @Test
    void aHandshakeThatIsUnderWayWhenTheUpstreamIsChangedGoesOn() throws Exception {
        TwoHops.tls(folder);
        try (ServerSocket server = Peer.listen(0);
                var first =
                        first(to("localhost", server.getLocalPort(), UpstreamTls.trusting(folder.resolve("ca.pem"))))) {
            Wire client = new Wire(first.connect());
            client.send(TestTunnel.head("a.example:1"));
            Socket raw = server.accept();
            first.reconfigure(live(UpstreamsConfig.NONE), new ConfigChanged(2, "ab", "by=test"))
                    .get(20, TimeUnit.SECONDS);
            assertThat(first.engine().upstreams()).isEmpty();

            SSLSocket secure = (SSLSocket)
                    TwoHops.serverContext().getSocketFactory().createSocket(raw, "localhost", raw.getPort(), true);
            secure.setUseClientMode(false);
            Wire asked = new Wire(secure);
            assertThat(asked.readHead()).startsWith("CONNECT a.example:1 HTTP/1.1\r\n");
            asked.send("HTTP/1.1 200 OK\r\n\r\nhello");
            assertThat(client.readHead()).isEqualTo(TestTunnel.ANSWER);
            assertThat(client.read(5)).isEqualTo("hello");
            client.finish();
            assertThat(asked.readRest()).isEmpty();
            asked.close();
            assertThat(client.readRest()).isEmpty();
            client.close();
            first.ledger().awaitClosed(1);
            assertThat(first.ledger().rootTotals().down()).isEqualTo(5);
        }
    }

    private static LiveConfig live(UpstreamsConfig upstreams) {
        return new LiveConfig(
                new Timeouts(
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(10),
                        Duration.ofMillis(100),
                        Duration.ofMinutes(5),
                        Duration.ofHours(1),
                        Duration.ZERO),
                new EngineLimits(100, SessionLimits.NONE, BandwidthLimits.NONE),
                PrivateDestinations.AUTO,
                null,
                upstreams);
    }

    @Test
    void aHalfClosedTunnelStillGetsWhatAnUpstreamHasToSayThatKnowsHalfClose() throws Exception {
        TwoHops.tls(folder);
        var heard = new java.util.concurrent.CompletableFuture<String>();
        try (var server = InterceptingProxy.listen(TwoHops.serverContext());
                var first =
                        first(to("localhost", server.getLocalPort(), UpstreamTls.trusting(folder.resolve("ca.pem"))))) {
            var next = Peer.async(() -> {
                var asked = new Wire(server.accept());
                asked.readHead();
                asked.send("HTTP/1.1 200 OK\r\n\r\nhello");
                heard.complete(asked.readRest());
                asked.send("answer").close();
                return asked;
            });
            Wire client = new Wire(first.connect());
            client.send(TestTunnel.head("a.example:1"));
            client.readHead();
            client.send("all").finish();
            assertThat(heard.get()).isEqualTo("all");
            assertThat(client.readRest()).isEqualTo("helloanswer");
            client.close();
            next.get();
        }
    }
}
