package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.LedgerEvent.ConnectionRefused;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.Tally;
import io.weir.proxyengine.rules.CompiledRule;
import io.weir.proxyengine.rules.RuleSource;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A proxy with rules: what is refused, how that is answered and counted, and what goes on. */
class RulesTest {
    @TempDir
    Path folder;

    private void write(String... lines) throws IOException {
        Path temporary = folder.resolve("temporary");
        Files.write(temporary, List.of(lines));
        Files.move(temporary, folder.resolve("rules"), StandardCopyOption.ATOMIC_MOVE);
    }

    private UnaryOperator<EngineConfigBuilder> with(Transport transport) {
        return settings -> settings.transport(transport).rules(new RuleSource.OfFile(folder.resolve("rules")));
    }

    private Conversation start(Transport transport, String... rules) throws IOException {
        write(rules);
        return Conversation.start(with(transport));
    }

    private static List<ConnectionRefused> refusals(TestProxy proxy) {
        return proxy.ledger().notices().stream()
                .filter(ConnectionRefused.class::isInstance)
                .map(ConnectionRefused.class::cast)
                .toList();
    }

    private static List<Long> hits(TestProxy proxy) {
        return proxy.engine().rules().stream().map(CompiledRule::hits).toList();
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aConnectThatARuleRefusesIsAnsweredCountedAndWrittenDownWithItsName(Transport transport) throws Exception {
        try (var talk = start(
                transport,
                "allow host=ok.example",
                "refuse scheme=connect host=127.0.0.1 status=451 text=\"not here\" name=local")) {
            Wire client = talk.client();
            String head = TestTunnel.head(talk.origin.authority());
            client.send(head);
            String answer = client.readRest();

            assertThat(answer)
                    .startsWith("HTTP/1.1 451 ")
                    .endsWith("\r\n\r\n451 Unavailable For Legal Reasons: not here\n");
            TestLedger.Session session = talk.settle(1).get(0);
            assertThat(session.counts()).isEqualTo(new Tally(0, 0, head.length(), answer.length(), 0, 0));
            assertThat(session.closed.reason()).isEqualTo(CloseReason.DENIED);
            assertThat(session.closed.status()).isEqualTo(451);
            assertThat(session.opened.protocol()).isEqualTo(SessionProtocol.HTTPS_TUNNEL);
            assertThat(refusals(talk.proxy))
                    .containsExactly(new ConnectionRefused(
                            session.opened.sessionId(),
                            session.opened.remote(),
                            talk.origin.authority(),
                            "rule local"));
            assertThat(hits(talk.proxy)).containsExactly(0L, 1L);
            assertThat(talk.origin.isLeftAlone()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aPlainRequestThatARuleRefusesIsAnsweredCountedAndWrittenDown(Transport transport) throws Exception {
        try (var talk = start(transport, "refuse method=POST host=127.0.0.1")) {
            Wire client = talk.client();
            client.send(talk.get("/a"));
            talk.origin.accept().send(Conversation.ok("hello"));
            assertThat(client.readMessage()).endsWith("hello");
            String post = talk.post("/b", "Content-Length: 4\r\n", "body");
            client.send(post);
            String answer = client.readRest();

            assertThat(answer)
                    .startsWith("HTTP/1.1 403 Forbidden\r\n")
                    .contains("; error=http_request_denied\r\n")
                    .endsWith("403 Forbidden: refused by a rule of this proxy\n");
            List<TestLedger.Session> sessions = talk.settleClients(2);
            assertThat(sessions.get(0).closed.reason()).isEqualTo(CloseReason.COMPLETED);
            assertThat(sessions.get(1).closed.reason()).isEqualTo(CloseReason.DENIED);
            assertThat(sessions.get(1).counts()).isEqualTo(new Tally(post.length(), answer.length(), 0, 0, 0, 0));
            assertThat(refusals(talk.proxy).stream().map(ConnectionRefused::reason))
                    .containsExactly("rule line 1");
            assertThat(hits(talk.proxy)).containsExactly(1L);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aTunnelInSocksThatARuleRefusesIsAnsweredSoAndCounted(Transport transport) throws Exception {
        write("refuse scheme=socks listener=side port=1-1000 name=low", "allow scheme=socks");
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (var proxy = TestProxy.start(settings -> with(transport)
                .apply(settings.listeners(
                        ListenerConfig.of(ListenerKind.SOCKS5, address).named("side"))))) {
            try (Socket client = proxy.connect()) {
                client.getOutputStream().write(new byte[] {5, 1, 0});
                assertThat(client.getInputStream().readNBytes(2)).containsExactly(5, 0);
                client.getOutputStream().write(new byte[] {5, 1, 0, 1, 127, 0, 0, 1, 3, 0x20}); // port 800
                byte[] answer = client.getInputStream().readAllBytes();
                assertThat(answer).hasSize(10).startsWith(5, 2, 0);
            }
            TestLedger.Session session = proxy.ledger().awaitClosed(1).get(0);
            assertThat(session.closed.reason()).isEqualTo(CloseReason.DENIED);
            assertThat(session.counts()).isEqualTo(new Tally(0, 0, 13, 12, 0, 0));
            assertThat(refusals(proxy).stream().map(ConnectionRefused::reason)).containsExactly("rule low");
            assertThat(hits(proxy)).containsExactly(1L, 0L);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void manyRefusalsAreEachWrittenDownAndCountedOnce(Transport transport) throws Exception {
        int many = 120;
        write("refuse host=.ads.example name=ads");
        try (var proxy = TestProxy.start(with(transport))) {
            for (int i = 0; i < many; i++) {
                try (var client = new Wire(proxy.connect())) {
                    client.send(
                            i % 2 == 0
                                    ? TestTunnel.head("h" + i + ".ADS.example:443")
                                    : "GET http://ads.example./ HTTP/1.1\r\nHost: x\r\n\r\n");
                    assertThat(client.readRest()).startsWith("HTTP/1.1 403 ");
                }
            }
            assertThat(proxy.ledger().awaitClosed(many)).hasSize(many);
            assertThat(refusals(proxy))
                    .hasSize(many)
                    .allMatch(each -> each.reason().equals("rule ads"));
            assertThat(hits(proxy)).containsExactly((long) many);
        }
    }

    private UnaryOperator<EngineConfigBuilder> asking(DnsStub dns, Transport transport) {
        return settings -> with(transport).apply(settings.nameServers(dns.addresses()));
    }

    private static String port(Conversation talk) {
        return talk.origin.authority().substring(talk.origin.authority().indexOf(':'));
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aRuleOfAddressesIsAskedWhenTheNameIsResolvedAndBeforeAnythingIsConnected(Transport transport)
            throws Exception {
        write(
                "refuse host=.bad.example",
                "refuse address=127.0.0.0/8 port=1024-65535 name=inside",
                "allow host=one.example");
        try (var dns = DnsStub.start((name, type) -> DnsStub.Answer.of("127.0.0.1"));
                var talk = Conversation.start(asking(dns, transport))) {
            for (int i = 0; i < 3; i++) { // the name is known from the first time on
                Wire client = talk.client();
                client.send(TestTunnel.head("one.example" + port(talk)));
                assertThat(client.readRest()).startsWith("HTTP/1.1 403 ").endsWith("refused by a rule of this proxy\n");
            }
            Wire plain = talk.client();
            plain.send("GET http://one.example" + port(talk) + "/ HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(plain.readRest()).startsWith("HTTP/1.1 403 ");
            Wire literal = talk.client();
            literal.send(TestTunnel.head(talk.origin.authority()));
            assertThat(literal.readRest()).startsWith("HTTP/1.1 403 ");
            Wire mapped = talk.client();
            mapped.send(TestTunnel.head("[::ffff:127.0.0.1]" + port(talk)));
            assertThat(mapped.readRest()).startsWith("HTTP/1.1 403 ");

            assertThat(talk.origin.isLeftAlone()).isTrue();
            assertThat(talk.settle(6)).allMatch(each -> each.closed.reason() == CloseReason.DENIED);
            assertThat(refusals(talk.proxy))
                    .hasSize(6)
                    .allMatch(each -> each.reason().equals("rule inside"));
            assertThat(hits(talk.proxy)).containsExactly(0L, 6L, 0L);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void ofSeveralAddressesOneThatNoRuleRefusesIsTaken(Transport transport) throws Exception {
        write("refuse address=127.0.0.1 port=1-65535", "allow address=127.0.0.0/8 name=rest");
        try (var dns = DnsStub.start((name, type) -> DnsStub.Answer.of("127.0.0.1", "127.0.0.5"));
                var proxy = TestProxy.start(asking(dns, transport));
                var server = new java.net.ServerSocket(0, 5, InetAddress.getByName("127.0.0.5"));
                var client = new Wire(proxy.connect())) {
            client.send(TestTunnel.head("two.example:" + server.getLocalPort()));
            try (var origin = new Wire(server.accept())) {
                assertThat(client.readHead()).isEqualTo(TestTunnel.ANSWER);
                origin.send("hello");
                assertThat(client.read(5)).isEqualTo("hello");
            }
            client.finish();
            assertThat(proxy.ledger().awaitClosed(1).get(0).originAddress).startsWith("127.0.0.5:");
            assertThat(hits(proxy)).containsExactly(0L, 1L);
            assertThat(refusals(proxy)).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void anIdleConnectionIsNotUsedForWhoMayNotGoToItsAddress(Transport transport) throws Exception {
        write("refuse address=127.0.0.1 method=POST");
        try (var dns = DnsStub.start((name, type) -> DnsStub.Answer.of("127.0.0.1"));
                var talk = Conversation.start(asking(dns, transport))) {
            String url = "http://one.example" + port(talk) + "/";
            Wire client = talk.client();
            client.send("GET " + url + " HTTP/1.1\r\nHost: x\r\n\r\n");
            Wire origin = talk.origin.accept();
            origin.readHead();
            origin.send(Conversation.ok("hello"));
            assertThat(client.readMessage()).endsWith("hello");
            client.send("POST " + url + " HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
            assertThat(client.readRest()).startsWith("HTTP/1.1 403 ");
            Wire other = talk.client();
            other.send("GET " + url + " HTTP/1.1\r\nHost: x\r\n\r\n");
            origin.readHead();
            origin.send(Conversation.ok("again"));
            assertThat(other.readMessage()).endsWith("again");

            talk.settle(3);
            assertThat(talk.origin.wires()).hasSize(1);
            assertThat(hits(talk.proxy)).containsExactly(1L);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void noRuleAllowsWhatThePolicyOfDestinationsRefuses(Transport transport) throws Exception {
        try (var talk = start(transport, "allow address=127.0.0.0/8 name=all", "allow")) {
            Wire client = talk.client();
            client.send(TestTunnel.head("127.0.0.1:" + talk.proxy.port()));
            assertThat(client.readRest()).startsWith("HTTP/1.1 403 ").contains("that is this proxy itself");
            talk.settle(1);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void otherRulesLeaveOpenTunnelsAloneAndHoldForWhoComesNext(Transport transport) throws Exception {
        write("allow");
        try (var proxy = TestProxy.start(with(transport));
                var tunnel = TestTunnel.open(proxy)) {
            write("refuse name=none");
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> proxy.engine().rules().get(0).name().equals("none"));
            try (var next = new Wire(proxy.connect())) {
                next.send(TestTunnel.head("127.0.0.1:" + proxy.port()));
                assertThat(next.readRest()).startsWith("HTTP/1.1 403 ");
            }
            tunnel.client().write("ping".getBytes(StandardCharsets.US_ASCII));
            assertThat(tunnel.origin().readExactly(4))
                    .asString(StandardCharsets.US_ASCII)
                    .isEqualTo("ping");
            write("refuse hots=faulty");
            tunnel.origin().write("pong".getBytes(StandardCharsets.US_ASCII));
            assertThat(tunnel.client().readExactly(4))
                    .asString(StandardCharsets.US_ASCII)
                    .isEqualTo("pong");
        }
    }

    @Test
    void aProxyDoesNotStartWithRulesThatHaveFaults() throws Exception {
        write("refuse hots=a.example", "allow intercept=yes");

        assertThatThrownBy(
                        () -> TestProxy.start(settings -> with(Transport.best()).apply(settings.intercept(null))))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("line 1: \"hots\" is nothing that a rule has")
                .hasMessageContaining("line 2: intercept=yes needs a proxy that is started with --intercept");
    }

    @Test
    void theUserWhoIsKnownDecides() throws Exception {
        write("allow user=anna", "refuse user=\"\" name=nobody", "refuse");
        try (var talk = Conversation.start(with(Transport.best()))) {
            Wire client = talk.client();
            client.send(talk.get("/"));
            assertThat(client.readRest()).startsWith("HTTP/1.1 403 ");
            talk.settle(1);
            assertThat(hits(talk.proxy)).containsExactly(0L, 1L, 0L);
        }
    }
}
