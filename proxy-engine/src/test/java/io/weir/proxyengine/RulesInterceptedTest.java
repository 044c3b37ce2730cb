package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.LedgerEvent.ConnectionRefused;
import io.weir.eventbus.SessionProtocol;
import io.weir.proxyengine.bodies.BodyStoreConfig;
import io.weir.proxyengine.rules.CompiledRule;
import io.weir.proxyengine.rules.RuleSource;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Future;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules and interception: what is read, whose bodies are stored, and what is refused in a tunnel that is read. */
class RulesInterceptedTest {
    private static final String GET = "GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n";

    @TempDir
    Path folder;

    private InterceptingProxy start(HostPatterns include, String... rules) throws Exception {
        Path file = folder.resolve("rules");
        Files.write(file, List.of(rules));
        return InterceptingProxy.start(
                settings -> settings.rules(new RuleSource.OfFile(file)),
                config -> new InterceptConfig(
                        config.authority(),
                        include,
                        config.exclude(),
                        config.unverified(),
                        config.trust(),
                        HostPatterns.NONE,
                        BodyStoreConfig.defaults(folder.resolve("bodies")),
                        config.redaction(),
                        config.bypass()));
    }

    private static HostPatterns all() {
        return HostPatterns.parse(List.of("*"));
    }

    private static Future<Wire> accept(SSLServerSocket listener) {
        return Peer.async(() -> {
            SSLSocket socket = (SSLSocket) listener.accept();
            socket.startHandshake();
            return new Wire(socket);
        });
    }

    private static void exchange(Wire client, Wire origin, String request) throws Exception {
        client.send(request);
        origin.readHead();
        origin.send(Conversation.ok("hello"));
        assertThat(client.readMessage()).endsWith("hello");
    }

    @Test
    void aRequestInATunnelThatARuleRefusesIsAnsweredInItAndTheTunnelGoesOn() throws Exception {
        try (var proxy = start(
                        all(),
                        "refuse scheme=https host=ads.example,localhost method=DELETE status=405 name=no-delete",
                        "allow");
                SSLServerSocket listener = proxy.listen()) {
            Future<Wire> accepted = accept(listener);
            var client = new Wire(proxy.open(listener));
            Wire origin = accepted.get();
            client.send("DELETE /a HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(client.readMessage()).startsWith("HTTP/1.1 405 ").contains("refused by a rule");
            client.close();
            origin.close();

            TestLedger.Session refused = proxy.ledger().awaitExchanges(1).get(0);
            assertThat(refused.opened.protocol()).isEqualTo(SessionProtocol.HTTPS_MITM);
            assertThat(refused.closed.reason()).isEqualTo(CloseReason.DENIED);
            assertThat(refused.closed.status()).isEqualTo(405);
            assertThat(refused.counts().originUp()).isZero();
            assertThat(proxy.ledger().notices().stream().filter(ConnectionRefused.class::isInstance))
                    .containsExactly(new ConnectionRefused(
                            refused.opened.sessionId(),
                            refused.opened.remote(),
                            refused.opened.host(),
                            "rule no-delete"));
            assertThat(proxy.proxy().engine().rules().stream().map(CompiledRule::hits))
                    .containsExactly(1L, 1L);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET https://blocked.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: blocked.example\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: blocked.example:\r\n\r\n",
                "GET https://localhost/ HTTP/1.1\r\nHost: blocked.example\r\n\r\n",
                "PUT / HTTP/1.1\r\nHost: other.example\r\nContent-Length: 0\r\n\r\n"
            })
    void whicheverHostAnOriginMayGoByIsHeldAgainstTheRules(String request) throws Exception {
        try (var proxy = start(
                        all(),
                        "refuse scheme=https host=blocked.example",
                        "refuse scheme=https host=localhost method=PUT",
                        "allow");
                SSLServerSocket listener = proxy.listen()) {
            Future<Wire> accepted = accept(listener);
            var client = new Wire(proxy.open(listener));
            accepted.get();
            client.send(request);
            assertThat(client.readMessage()).startsWith("HTTP/1.1 403 ");
            client.close();
            assertThat(proxy.ledger().awaitExchanges(1).get(0).counts().originUp())
                    .isZero();
        }
    }

    @Test
    void aRuleOfTheAddressHoldsInATunnelToo() throws Exception {
        try (var proxy = start(all(), "refuse scheme=https address=127.0.0.0/8,::1 name=inside");
                SSLServerSocket listener = proxy.listen()) {
            Future<Wire> accepted = accept(listener);
            var client = new Wire(proxy.open(listener));
            accepted.get();
            client.send(GET);
            assertThat(client.readMessage()).startsWith("HTTP/1.1 403 ");
            client.close();
            assertThat(proxy.ledger().awaitExchanges(1).get(0).closed.reason()).isEqualTo(CloseReason.DENIED);
        }
    }

    @Test
    void aTunnelIsNotReadIfARuleSaysSo() throws Exception {
        try (var proxy = start(all(), "allow host=localhost intercept=no");
                ServerSocket listener = Peer.listen(0);
                Socket tunnel = proxy.tunnel(listener.getLocalPort());
                Socket origin = listener.accept()) {
            var client = new Wire(tunnel);
            client.send(GET);
            assertThat(new Wire(origin).readHead()).isEqualTo(GET);
            client.close();
            origin.shutdownOutput();
            assertThat(proxy.ledger().awaitClosed(1).get(0).detected).isNull();
            assertThat(proxy.ledger().exchanges()).isEmpty();
        }
    }

    @Test
    void aTunnelIsReadAndItsBodiesAreStoredIfARuleSaysSoAlthoughTheOptionsDoNot() throws Exception {
        try (var proxy = start(
                        HostPatterns.parse(List.of("other.example")),
                        "allow host=localhost method=POST capture=no",
                        "allow address=127.0.0.1,::1 intercept=yes capture=yes");
                SSLServerSocket listener = proxy.listen()) {
            Future<Wire> accepted = accept(listener);
            var client = new Wire(proxy.open(listener));
            Wire origin = accepted.get();
            exchange(client, origin, GET);
            exchange(client, origin, "POST /b HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
            client.close();
            origin.close();

            List<TestLedger.Session> exchanges = proxy.ledger().awaitExchanges(2);
            org.awaitility.Awaitility.await().until(() -> exchanges.stream().allMatch(each -> each.exchange != null));
            assertThat(exchanges.get(0).exchange.response().bodySha256()).isNotEmpty();
            assertThat(exchanges.get(1).exchange.response().bodySha256()).isEmpty();
            assertThat(proxy.proxy().engine().rules().stream().map(CompiledRule::hits))
                    .containsExactly(1L, 2L);
        }
    }

    @Test
    void aPlainRequestIsRecordedAsTheRuleOfItsAddressSays() throws Exception {
        try (var proxy = start(
                        all(),
                        "allow address=127.0.0.1,::1 method=GET intercept=no",
                        "allow address=127.0.0.1,::1 method=PUT capture=yes");
                ServerSocket listener = Peer.listen(0);
                var client = new Wire(proxy.proxy().connect())) {
            String url = "http://localhost:" + listener.getLocalPort() + "/";
            client.send("GET " + url + " HTTP/1.1\r\nHost: x\r\n\r\n");
            var origin = new Wire(listener.accept());
            origin.readHead();
            origin.send(Conversation.ok("hello"));
            client.readMessage();
            exchange(client, origin, "PUT " + url + " HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
            client.finish();
            origin.close();

            List<TestLedger.Session> sessions = proxy.ledger().awaitClosed(2);
            org.awaitility.Awaitility.await().until(() -> sessions.get(1).exchange != null);
            assertThat(sessions.get(0).exchange).isNull();
            assertThat(sessions.get(1).exchange.response().bodySha256()).isNotEmpty();
        }
    }
}
