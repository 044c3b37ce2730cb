package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.LedgerEvent.ConfigChanged;
import io.weir.proxyengine.rules.RuleSource;
import io.weir.proxyengine.upstream.Upstream;
import io.weir.proxyengine.upstream.UpstreamException;
import io.weir.proxyengine.upstream.UpstreamKind;
import io.weir.proxyengine.upstream.UpstreamPolicy;
import io.weir.proxyengine.upstream.UpstreamStatus;
import io.weir.proxyengine.upstream.UpstreamsConfig;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Which upstream a session goes through, what is told when it does not get there, and what it is told to upstreams. */
class UpstreamsTest {
    @TempDir
    Path folder;

    private static Upstream to(String name, UpstreamKind kind, int port) {
        return Upstream.of(name, kind, "127.0.0.1", port).checkedEach(Duration.ofMinutes(10));
    }

    private static TestProxy start(UpstreamsConfig upstreams) {
        return start(upstreams, settings -> settings);
    }

    private static TestProxy start(UpstreamsConfig upstreams, UnaryOperator<EngineConfigBuilder> settings) {
        return TestProxy.start(builder -> settings.apply(builder.intercept(null)
                .nodeName("first")
                .eventLoops(1)
                .connectTimeout(Duration.ofSeconds(5))
                .upstreams(upstreams)));
    }

    private static int port(ScriptedOrigin scripted) {
        return Integer.parseInt(scripted.authority().substring("127.0.0.1:".length()));
    }

    private static String connect(String authority) {
        return TestTunnel.head(authority);
    }

    /** Every byte of the upstream's sockets is on the origin legs. */
    private static void addsUp(TestProxy proxy, ScriptedOrigin... upstreams) {
        proxy.ledger().awaitClosed(1);
        long received = 0;
        long sent = 0;
        for (ScriptedOrigin each : upstreams) {
            received += each.wires().stream().mapToLong(Wire::received).sum();
            sent += each.wires().stream().mapToLong(Wire::sent).sum();
        }
        assertThat(proxy.ledger().rootTotals().originUp()).isEqualTo(received);
        assertThat(proxy.ledger().rootTotals().originDown()).isEqualTo(sent);
    }

    // ---- what they are told ----

    @Test
    void namesArePassedOnUnresolvedAndEarlyBytesOfTheOriginAreNotLost() throws Exception {
        try (var next = ScriptedOrigin.start();
                var proxy = start(UpstreamsConfig.all(to("next", UpstreamKind.HTTP, port(next))))) {
            Wire client = new Wire(proxy.connect());
            client.send(connect("nowhere.invalid:25"));
            Wire asked = next.accept();

            assertThat(asked.readHead())
                    .isEqualTo(
                            "CONNECT nowhere.invalid:25 HTTP/1.1\r\nHost: nowhere.invalid:25\r\nVia: 1.1 first\r\n\r\n");
            asked.send(
                    "HTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n220 hello\r\n");
            assertThat(client.readHead()).isEqualTo(TestTunnel.ANSWER);
            assertThat(client.read(11)).isEqualTo("220 hello\r\n");
            client.send("QUIT\r\n").finish();
            assertThat(asked.readRest()).isEqualTo("QUIT\r\n");
            asked.send("bye").finish();
            assertThat(client.readRest()).isEqualTo("bye");

            addsUp(proxy, next);
            TestLedger.Session session = proxy.ledger().awaitOnlyClosed();
            assertThat(session.counts().down()).isEqualTo(14);
            assertThat(session.upstream()).isEqualTo("next");
            assertThat(session.originAddress).isEqualTo(next.authority());
        }
    }

    @Test
    void socksIsGivenTheNameAndEarlyBytesOfTheOriginAreNotLost() throws Exception {
        try (var next = ScriptedOrigin.start();
                var proxy = start(UpstreamsConfig.all(to("next", UpstreamKind.SOCKS5, port(next))))) {
            Wire client = new Wire(proxy.connect());
            client.send(connect("nowhere.invalid:25"));
            Wire asked = next.accept();

            assertThat(asked.read(3)).isEqualTo("\5\1\0");
            asked.send("\5\0");
            assertThat(asked.read(22)).isEqualTo("\5\1\0\3\17nowhere.invalid\0\31");
            asked.send("\5\0\0\3\4name\0\1" + "220 hello\r\n");
            client.readHead();
            assertThat(client.read(11)).isEqualTo("220 hello\r\n");
            client.finish();
            asked.readRest();
            asked.finish();
            client.readRest();

            addsUp(proxy, next);
        }
    }

    @Test
    void plainRequestsAreInAbsoluteFormWithOurCredentialsAndNotTheClients() throws Exception {
        Path secret = Files.writeString(folder.resolve("secret"), "us:er:word\r\n");
        try (var next = ScriptedOrigin.start();
                var proxy = start(UpstreamsConfig.all(
                        to("next", UpstreamKind.HTTP, port(next)).with(secret)))) {
            Wire client = new Wire(proxy.connect());
            client.send(
                    "GET http://A.example?q=1 HTTP/1.1\r\nHost: x\r\nProxy-Authorization: Basic Y2xpZW50Om93bg==\r\n\r\n");
            Wire asked = next.accept();

            assertThat(asked.readHead())
                    .isEqualTo("GET http://a.example/?q=1 HTTP/1.1\r\nhost: a.example\r\nvia: 1.1 first\r\n"
                            + "proxy-authorization: Basic dXM6ZXI6d29yZA==\r\n\r\n");
            asked.send(Conversation.ok("one"));
            client.readMessage();
            client.send("OPTIONS http://b.example HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(asked.readHead()).startsWith("OPTIONS http://b.example HTTP/1.1\r\nhost: b.example\r\n");
            asked.send(Conversation.ok("two"));
            client.readMessage();
            client.close();

            proxy.ledger().awaitClosed(2);
            addsUp(proxy, next);
        }
    }

    @Test
    void aWebSocketPassesThrough() throws Exception {
        try (var next = ScriptedOrigin.start();
                var proxy = start(UpstreamsConfig.all(to("next", UpstreamKind.HTTP, port(next))))) {
            Wire client = new Wire(proxy.connect());
            client.send("GET http://a.example/chat HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
                    + "Connection: Upgrade\r\nSec-WebSocket-Key: k\r\nSec-WebSocket-Version: 13\r\n\r\nearly");
            Wire asked = next.accept();
            assertThat(asked.readHead()).startsWith("GET http://a.example/chat HTTP/1.1\r\n");
            asked.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    + "Sec-WebSocket-Accept: x\r\n\r\nframe");
            assertThat(client.readHead()).startsWith("HTTP/1.1 101 ");
            assertThat(client.read(5)).isEqualTo("frame");
            assertThat(asked.read(5)).isEqualTo("early");
            client.finish();
            asked.readRest();
            asked.finish();
            client.readRest();

            addsUp(proxy, next);
            assertThat(proxy.ledger().awaitOnlyClosed().upstream()).isEqualTo("next");
        }
    }

    @Test
    void whatAnUpstreamSaysUnaskedCountsForTheNodeAndEndsTheConnection() throws Exception {
        try (var next = ScriptedOrigin.start();
                var proxy = start(UpstreamsConfig.all(to("next", UpstreamKind.HTTP, port(next))))) {
            Wire client = new Wire(proxy.connect());
            client.send("GET http://a.example/ HTTP/1.1\r\nHost: x\r\n\r\n");
            Wire asked = next.accept();
            asked.readHead();
            asked.send(Conversation.ok("one"));
            client.readMessage();
            proxy.ledger().awaitClosed(1);
            asked.send("HTTP/1.1 408 Idle\r\n\r\n");
            asked.drain();

            await().until(() -> proxy.ledger().rootTotals().originDown() == asked.sent());
            assertThat(proxy.ledger().sessions())
                    .extracting(each -> each.opened.method())
                    .containsExactly("GET", "UPSTREAM");
        }
    }

    @Test
    void a407OfTheUpstreamIsNotTheClients() throws Exception {
        try (var next = ScriptedOrigin.start();
                var proxy = start(UpstreamsConfig.all(to("next", UpstreamKind.HTTP, port(next))))) {
            Wire client = new Wire(proxy.connect());
            client.send("GET http://a.example/ HTTP/1.1\r\nHost: x\r\n\r\n");
            Wire asked = next.accept();
            asked.readHead();
            asked.send("HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n");
            assertThat(client.readMessage())
                    .startsWith("HTTP/1.1 502 ")
                    .contains("next (http://" + next.authority() + ") answered 407: it wants credentials")
                    .doesNotContainIgnoringCase("proxy-authenticate");
            Wire other = new Wire(proxy.connect());
            other.send(connect("a.example:443"));
            Wire again = next.accept();
            again.readHead();
            again.send("HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n");
            assertThat(other.readMessage())
                    .startsWith("HTTP/1.1 502 ")
                    .contains("answered 407 to CONNECT: it wants credentials");

            proxy.ledger().awaitClosed(2);
            addsUp(proxy, next);
            assertThat(proxy.engine().upstreams().get(0).isUp()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(UpstreamKind.class)
    void wrongCredentialsEndInA502ThatCountsToTheByte(UpstreamKind kind) throws Exception {
        try (var hops = TwoHops.start(kind, "wrong", true, folder, settings -> settings)) {
            Wire client = new Wire(hops.first().connect());
            client.send(connect("a.example:443"));

            assertThat(client.readMessage()).startsWith("HTTP/1.1 502 ").contains("other credentials");
            client.close();
            hops.addUp();
            assertThat(hops.first()
                            .ledger()
                            .awaitSession(each ->
                                    each.isClosed() && each.opened.method().equals("TUNNEL"))
                            .closed
                            .reason())
                    .isEqualTo(CloseReason.CONNECT_FAILED);
        }
    }

    @ParameterizedTest
    @EnumSource(UpstreamKind.class)
    void anOriginThatRefusesIsToldSoThroughBoth(UpstreamKind kind) throws Exception {
        int nobody;
        try (ServerSocket server = Peer.listen(0)) {
            nobody = server.getLocalPort();
        }
        try (var hops = TwoHops.start(kind, false, folder)) {
            Wire client = new Wire(hops.first().connect());
            client.send(connect("127.0.0.1:" + nobody));

            assertThat(client.readMessage()).startsWith("HTTP/1.1 502 ").contains("next (");
            client.close();
            hops.addUp();
            assertThat(hops.first().engine().upstreams().get(0).isUp()).isTrue();
        }
    }

    // ---- hostile ones ----

    /** What an upstream does instead of answering, what the client is told, and whether it is taken for broken. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "HTTP   | 'HTTP/1.1 200' then fin                 | 502 | ended the connection before it had answered",
                "HTTP   | fin                                     | 502 | ended the connection before it had answered",
                "HTTP   | rst                                     | 502 | ended the connection before it had answered",
                "HTTP   | 'SSH-2.0-OpenSSH\\r\\n\\r\\n'           | 502 | no HTTP",
                "HTTP   | 'HTTP/1.1 101 Switching\\r\\n\\r\\n'    | 502 | no HTTP",
                "HTTP   | 'HTTP/2 200 OK\\r\\n\\r\\n'             | 502 | no HTTP",
                "HTTP   | 'HTTP/1.1 2000 OK\\r\\n\\r\\n'          | 502 | no HTTP",
                "HTTP   | endless                                 | 502 | no end within",
                "HTTP   | interims                                | 502 | no HTTP",
                "HTTP   | silence                                 | 504 | did not answer in time",
                "HTTP   | trickle                                 | 504 | did not answer in time",
                "SOCKS5 | 'HTTP/1.1 400 Bad\\r\\n\\r\\n'          | 502 | no SOCKS5",
                "SOCKS5 | '\\5' then fin                          | 502 | ended the connection before it had answered",
                "SOCKS5 | rst                                     | 502 | ended the connection before it had answered",
                "SOCKS5 | silence                                 | 504 | did not answer in time",
            })
    void whatIsNoProxyEndsInAClearAnswerAndExactCounts(UpstreamKind kind, String does, int status, String told)
            throws Exception {
        boolean isSlow = status == 504;
        try (var next = ScriptedOrigin.start();
                var proxy = start(
                        UpstreamsConfig.all(to("next", kind, port(next))),
                        settings -> settings.connectTimeout(Duration.ofMillis(isSlow ? 500 : 10_000)))) {
            Wire client = new Wire(proxy.connect());
            client.send(connect("a.example:443"));
            Wire asked = next.accept();
            if (kind == UpstreamKind.HTTP) {
                asked.readHead();
            } else {
                asked.read(3);
            }
            misbehave(asked, does.trim());

            String answer = client.readMessage();
            assertThat(answer).startsWith("HTTP/1.1 " + status).contains(told).contains("next (");
            client.close();
            TestLedger.Session session = proxy.ledger().awaitOnlyClosed();
            if (!does.contains("endless") && !does.contains("trickle")) { // of those not all was read
                addsUp(proxy, next);
            }
            assertThat(session.counts().originDown()).isLessThan(300_000);
            assertThat(proxy.engine().upstreams().get(0).isUp()).isFalse();
            assertThat(proxy.engine().upstreams().get(0).sessions()).isZero();
        }
    }

    private static void misbehave(Wire asked, String quoted) throws IOException {
        String does = quoted.replace("'", "");
        if (does.startsWith("HTTP") || does.startsWith("SSH") || does.startsWith("\\5")) {
            boolean ends = does.endsWith(" then fin");
            String text = ends ? does.substring(0, does.length() - 9) : does;
            asked.send(text.replace("\\r\\n", "\r\n").replace("\\5", "\5"));
            if (ends) {
                asked.finish();
            }
            return;
        }
        switch (does) {
            case "fin" -> asked.finish();
            case "rst" -> asked.reset();
            case "endless", "trickle" -> pour(asked, does.equals("endless") ? 8192 : 1);
            case "interims" -> asked.send("HTTP/1.1 100 Wait\r\n\r\n".repeat(20));
            case "silence" -> {}
            default -> throw new IllegalArgumentException(does);
        }
    }

    /** Until nobody takes it any more. */
    private static void pour(Wire asked, int pieceBytes) {
        Peer.async(() -> {
            asked.send("HTTP/1.1 200 OK\r\nA: ");
            while (true) {
                asked.send("a".repeat(pieceBytes));
                if (pieceBytes == 1) {
                    java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
                }
            }
        });
    }

    @Test
    void aPlainRequestThatNoUpstreamCanBeReachedForIs502() throws Exception {
        int nobody;
        try (ServerSocket server = Peer.listen(0)) {
            nobody = server.getLocalPort();
        }
        var both = UpstreamsConfig.group(
                UpstreamPolicy.FAILOVER, to("a", UpstreamKind.HTTP, nobody), to("b", UpstreamKind.SOCKS5, nobody));
        try (var proxy = start(both)) {
            Wire client = new Wire(proxy.connect());
            client.send("GET http://a.example/ HTTP/1.1\r\nHost: x\r\n\r\n");

            assertThat(client.readMessage()).startsWith("HTTP/1.1 502 ").contains("refused the connection");
            proxy.ledger().awaitClosed(1);
            assertThat(proxy.engine().upstreams()).noneMatch(UpstreamStatus::isUp);
        }
    }

    // ---- groups ----

    @Test
    void aMemberThatDiesIsPassedOverAndComesBackByACheck() throws Exception {
        TestProxy second = TwoHops.second(UpstreamKind.HTTP, false, folder);
        try (second;
                var a = CountingHop.to(second.address());
                var b = CountingHop.to(second.address());
                var origin = StrictOrigin.start(request -> StrictOrigin.Answer.ok("ok"));
                var first = start(UpstreamsConfig.group(
                        UpstreamPolicy.FAILOVER,
                        to("a", UpstreamKind.HTTP, a.port()).checkedEach(Duration.ofMillis(200)),
                        to("b", UpstreamKind.HTTP, b.port())))) {
            assertThat(ask(first, origin)).isEqualTo("a");
            a.die();
            assertThat(ask(first, origin)).isEqualTo("b");
            await().until(() -> !first.engine().upstreams().get(0).isUp());
            assertThat(ask(first, origin)).isEqualTo("b");
            a.revive();
            await().until(() -> first.engine().upstreams().get(0).isUp());
            assertThat(ask(first, origin)).isEqualTo("a");
            assertThat(first.engine().upstreams().get(0).latencyMicros()).isPositive();
        }
    }

    /** Asks for a tunnel, uses it, and says through which upstream it went. */
    private static String ask(TestProxy first, StrictOrigin origin) throws Exception {
        Wire client = new Wire(first.connect());
        client.send(connect("127.0.0.1:" + origin.port()));
        assertThat(client.readHead()).isEqualTo(TestTunnel.ANSWER);
        client.send("GET / HTTP/1.1\r\nHost: 127.0.0.1:" + origin.port() + "\r\n\r\n");
        assertThat(client.readMessage()).endsWith("ok");
        String remote = "127.0.0.1:" + client.socket().getLocalPort();
        client.close();
        return first.ledger()
                .awaitSession(each -> each.isClosed() && each.opened.remote().equals(remote))
                .upstream();
    }

    @Test
    void whatWasSentToMembersThatFailedBelongsToTheSession() throws Exception {
        try (var bad = ScriptedOrigin.start();
                var good = ScriptedOrigin.start();
                var proxy = start(UpstreamsConfig.group(
                        UpstreamPolicy.FAILOVER,
                        to("bad", UpstreamKind.HTTP, port(bad)),
                        to("good", UpstreamKind.SOCKS5, port(good))))) {
            Wire client = new Wire(proxy.connect());
            client.send(connect("a.example:443"));
            Wire first = bad.accept();
            first.readHead();
            first.send("garbage\r\n\r\n");
            Wire second = good.accept();
            second.read(3);
            second.send("\5\0");
            second.read(16);
            second.send("\5\0\0\1\0\0\0\0\0\0");
            assertThat(client.readHead()).isEqualTo(TestTunnel.ANSWER);
            client.finish();
            second.readRest();
            second.finish();
            client.readRest();

            addsUp(proxy, bad, good);
            assertThat(proxy.ledger().awaitOnlyClosed().upstream()).isEqualTo("good");
            assertThat(proxy.engine().upstreams())
                    .extracting(UpstreamStatus::isUp)
                    .containsExactly(false, true);
        }
    }

    @Test
    void roundRobinTakesTurns() throws Exception {
        assertThat(ways(UpstreamPolicy.ROUND_ROBIN, 6)).containsExactly("a", "b", "a", "b", "a", "b");
    }

    @Test
    void leastSessionsSpreadsWhatIsOpen() throws Exception {
        List<String> ways = ways(UpstreamPolicy.LEAST_SESSIONS, 6);

        assertThat(ways).filteredOn("a"::equals).hasSize(3);
    }

    @Test
    void latencyTakesEachOnceAndThenTheFastest() throws Exception {
        List<String> ways = ways(UpstreamPolicy.LATENCY, 6);

        assertThat(ways.subList(0, 2)).containsExactlyInAnyOrder("a", "b");
    }

    /** Through which upstream each of some tunnels goes that are all open at once. */
    private List<String> ways(UpstreamPolicy policy, int count) throws Exception {
        TestProxy second = TwoHops.second(UpstreamKind.HTTP, false, folder);
        var ways = new ArrayList<String>();
        var clients = new ArrayList<Wire>();
        try (second;
                ServerSocket server = Peer.listen(0);
                var first = start(UpstreamsConfig.group(
                        policy,
                        to("a", UpstreamKind.HTTP, second.port()),
                        to("b", UpstreamKind.HTTP, second.port())))) {
            for (int i = 0; i < count; i++) {
                Wire client = new Wire(first.connect());
                clients.add(client);
                client.send(connect(Peer.authority(server)));
                assertThat(client.readHead()).isEqualTo(TestTunnel.ANSWER);
                String remote = "127.0.0.1:" + client.socket().getLocalPort();
                ways.add(first.ledger()
                        .awaitSession(each -> each.opened.remote().equals(remote)
                                && !each.upstream().isEmpty())
                        .upstream());
            }
            assertThat(first.engine().upstreams().stream()
                            .mapToInt(UpstreamStatus::sessions)
                            .sum())
                    .isEqualTo(count);
            for (Wire client : clients) {
                client.reset();
            }
            first.ledger().awaitClosed(count);
            await().until(() -> first.engine().upstreams().stream().allMatch(each -> each.sessions() == 0));
        }
        return ways;
    }

    // ---- rules ----

    @Test
    void rulesSendSomeThroughAnUpstreamAndSomeNot() throws Exception {
        Path rules = Files.writeString(
                folder.resolve("rules"),
                "allow host=.direct.example,127.0.0.1 upstream=direct name=own\nallow host=a.example upstream=other\n");
        try (var next = ScriptedOrigin.start();
                var other = ScriptedOrigin.start();
                var origin = StrictOrigin.start(request -> StrictOrigin.Answer.ok("direct"));
                var proxy = start(
                        new UpstreamsConfig(
                                List.of(
                                        to("next", UpstreamKind.HTTP, port(next)),
                                        to("other", UpstreamKind.SOCKS5, port(other))),
                                List.of(),
                                "next"),
                        settings -> settings.rules(new RuleSource.OfFile(rules)))) {
            assertThat(ask(proxy, origin, "direct")).isEmpty();
            Wire client = new Wire(proxy.connect());
            client.send(connect("a.example:1"));
            other.accept().reset();
            assertThat(client.readMessage()).startsWith("HTTP/1.1 502 ");
            Wire another = new Wire(proxy.connect());
            another.send(connect("b.example:1"));
            next.accept().reset();
            assertThat(another.readMessage()).startsWith("HTTP/1.1 502 ");
            assertThat(other.isLeftAlone() && next.isLeftAlone()).isTrue();
        }
    }

    private static String ask(TestProxy proxy, StrictOrigin origin, String body) throws Exception {
        Wire client = new Wire(proxy.connect());
        client.send("GET http://127.0.0.1:" + origin.port() + "/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        assertThat(client.readMessage()).endsWith(body);
        String remote = "127.0.0.1:" + client.socket().getLocalPort();
        client.close();
        return proxy.ledger()
                .awaitSession(each -> each.isClosed() && each.opened.remote().equals(remote))
                .upstream();
    }

    @Test
    void aRuleOfAddressesHasTheNameLookedUpAndDecidesTheWay() throws Exception {
        Path rules = Files.writeString(
                folder.resolve("rules"),
                "refuse address=192.0.2.0/24 name=doc\nallow address=198.51.100.0/24 upstream=next\nallow upstream=direct\n");
        try (var dns = DnsStub.start((name, type) -> switch (name) {
                    case "bad.example" -> DnsStub.Answer.of("192.0.2.1");
                    case "far.example" -> DnsStub.Answer.of("198.51.100.1");
                    default -> DnsStub.Answer.of("127.0.0.1");
                });
                var next = ScriptedOrigin.start();
                var origin = StrictOrigin.start(request -> StrictOrigin.Answer.ok("near"));
                var proxy = start(
                        UpstreamsConfig.all(to("next", UpstreamKind.HTTP, port(next)))
                                .routed("direct"),
                        settings -> settings.rules(new RuleSource.OfFile(rules)).nameServers(dns.addresses()))) {
            Wire client = new Wire(proxy.connect());
            client.send(connect("bad.example:1"));
            assertThat(client.readMessage()).startsWith("HTTP/1.1 403 ");
            Wire far = new Wire(proxy.connect());
            far.send("GET http://far.example/ HTTP/1.1\r\nHost: x\r\n\r\n");
            Wire asked = next.accept();
            assertThat(asked.readHead()).startsWith("GET http://far.example/ HTTP/1.1\r\n");
            asked.send(Conversation.ok("far"));
            assertThat(far.readMessage()).endsWith("far");
            Wire near = new Wire(proxy.connect());
            near.send(connect("near.example:" + origin.port()));
            assertThat(near.readHead()).isEqualTo(TestTunnel.ANSWER);
            near.send("GET / HTTP/1.1\r\nHost: 127.0.0.1:" + origin.port() + "\r\n\r\n");
            assertThat(near.readMessage()).endsWith("near");
            assertThat(next.isLeftAlone()).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({"169.254.169.254:80", "127.0.0.1:OWN", "localhost:OWN", "a.localhost:OWN", "[::ffff:127.0.0.1]:OWN"})
    void whatNobodyMayReachIsNotAskedOfAnUpstreamEither(String authority) throws Exception {
        try (var next = ScriptedOrigin.start();
                var proxy = start(UpstreamsConfig.all(to("next", UpstreamKind.HTTP, port(next))))) {
            String target = authority.replace("OWN", String.valueOf(proxy.port()));
            Wire client = new Wire(proxy.connect());
            client.send(connect(target));
            assertThat(client.readMessage()).startsWith("HTTP/1.1 403 ");
            Wire plain = new Wire(proxy.connect());
            plain.send("GET http://" + target + "/ HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(plain.readMessage()).startsWith("HTTP/1.1 403 ");
            assertThat(next.isLeftAlone()).isTrue();
        }
    }

    @Test
    void aLoopOfTwoNodesIsFound() throws Exception {
        try (var b = TestProxy.start(settings -> settings.nodeName("b"))) {
            try (var a = start(UpstreamsConfig.all(to("b", UpstreamKind.HTTP, b.port())))) {
                b.reconfigure(live(UpstreamsConfig.all(to("a", UpstreamKind.HTTP, a.port()))), CHANGE);
                await().until(() -> b.ledger().notices().contains(CHANGE));
                Wire client = new Wire(a.connect());
                client.send("GET http://a.example/ HTTP/1.1\r\nHost: x\r\n\r\n");
                assertThat(client.readMessage()).startsWith("HTTP/1.1 508 ");
                Wire tunnel = new Wire(a.connect());
                tunnel.send(connect("a.example:443"));
                assertThat(tunnel.readMessage()).startsWith("HTTP/1.1 502 ").contains("answered 502 to CONNECT");
                a.ledger().awaitClosed(2);
            }
        }
    }

    private static final ConfigChanged CHANGE = new ConfigChanged(2, "ab", "by=test");

    private static LiveConfig live(UpstreamsConfig upstreams) {
        return new LiveConfig(
                new Timeouts(
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(60),
                        Duration.ofMinutes(5),
                        Duration.ofHours(1),
                        Duration.ZERO),
                new EngineLimits(1000, SessionLimits.NONE, BandwidthLimits.NONE),
                PrivateDestinations.AUTO,
                null,
                upstreams);
    }

    @Test
    void otherUpstreamsAreForNewSessionsAndTheOpenTunnelLivesOn() throws Exception {
        try (var old = ScriptedOrigin.start();
                var fresh = ScriptedOrigin.start();
                var proxy = start(UpstreamsConfig.all(to("next", UpstreamKind.HTTP, port(old))))) {
            Wire client = new Wire(proxy.connect());
            client.send(connect("a.example:1"));
            Wire tunnel = old.accept();
            tunnel.readHead();
            tunnel.send("HTTP/1.1 200 OK\r\n\r\n");
            client.readHead();
            proxy.reconfigure(live(UpstreamsConfig.all(to("next", UpstreamKind.SOCKS5, port(fresh)))), CHANGE);
            await().until(() -> proxy.ledger().notices().contains(CHANGE));
            Wire later = new Wire(proxy.connect());
            later.send(connect("a.example:1"));
            assertThat(fresh.accept().read(3)).isEqualTo("\5\1\0");
            client.send("still here").finish();
            assertThat(tunnel.readRest()).isEqualTo("still here");
        }
    }

    @Test
    void otherCredentialsInTheSameFileAreReadWithTheNextConfigurationAndFaultyOnesChangeNothing() throws Exception {
        Path secret = Files.writeString(folder.resolve("secret"), "anna:one");
        try (var next = ScriptedOrigin.start()) {
            UpstreamsConfig config = UpstreamsConfig.all(
                    to("next", UpstreamKind.HTTP, port(next)).with(secret));
            try (var proxy = start(config)) {
                Wire client = new Wire(proxy.connect());
                assertThat(authorizationOf(client, next)).isEqualTo("Basic YW5uYTpvbmU=");
                assertThat(proxy.engine().prepare(live(config), null, null).otherUpstreams())
                        .isEmpty();

                Files.writeString(secret, "nonsense");
                assertThatThrownBy(() -> proxy.engine().prepare(live(config), null, null))
                        .isInstanceOf(EngineException.class)
                        .hasCauseInstanceOf(UpstreamException.class)
                        .hasMessageContaining("upstream next must hold one line")
                        .hasMessageNotContaining("nonsense");
                Files.writeString(secret, "anna:two");
                PreparedConfig other = proxy.engine().prepare(live(config), null, null);
                assertThat(other.otherUpstreams()).containsExactly("next");
                assertThat(proxy.engine().reconfigure(other, CHANGE, () -> {}).get())
                        .isTrue();

                Wire later = new Wire(proxy.connect());
                assertThat(authorizationOf(later, next)).isEqualTo("Basic YW5uYTp0d28=");
                client.close();
                later.close();
                proxy.ledger().awaitClosed(2);
                addsUp(proxy, next);
            }
        }
    }

    /** Of one request of the client's, which is answered. */
    private static String authorizationOf(Wire client, ScriptedOrigin next) throws Exception {
        client.send("GET http://a.example/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        Wire asked = next.accept();
        String head = asked.readHead();
        asked.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                .close();
        client.readMessage();
        return head.lines()
                .filter(line -> line.startsWith("proxy-authorization: "))
                .findFirst()
                .orElse("")
                .replace("proxy-authorization: ", "");
    }

    @Test
    void theSecretIsNowhereToBeSeen() throws Exception {
        Path secret = Files.writeString(folder.resolve("secret"), "anna:hunter2");
        UpstreamsConfig config =
                UpstreamsConfig.all(to("next", UpstreamKind.HTTP, 9).with(secret));

        assertThat(config.toString()).doesNotContain("hunter2").contains("secret");
        Files.writeString(secret, "hunter2 without a colon", StandardCharsets.UTF_8);
        assertThat(io.weir.proxyengine.upstream.Upstreams.fileFaults(
                        config.upstreams().get(0)))
                .singleElement()
                .asString()
                .contains("must hold one line, user:password")
                .doesNotContain("hunter2");
    }
}
