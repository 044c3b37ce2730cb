package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.eventbus.CloseReason;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Names that are hard to resolve, and names that lie. */
class NameResolutionTest {
    private static final Duration LIMIT = Duration.ofSeconds(3);

    private record Outcome(String answer, Duration took, TestLedger.Session session) {}

    private static Outcome connect(Transport transport, DnsStub dns, String authority) throws Exception {
        return connect(transport, dns, authority, LIMIT);
    }

    private static Outcome connect(Transport transport, DnsStub dns, String authority, Duration timeout)
            throws Exception {
        try (var proxy = TestProxy.start(settings -> settings.transport(transport)
                        .nameServers(dns.addresses())
                        .connectTimeout(timeout));
                var client = TestTunnel.connect(proxy, 0)) {
            return connect(proxy, client, authority);
        }
    }

    /** The same, once it took less than {@code limit}. */
    private static Outcome connectWithin(
            Duration limit, Transport transport, DnsStub dns, String authority, Duration timeout) throws Exception {
        Outcome outcome = Quick.attempt(limit, Outcome::took, () -> connect(transport, dns, authority, timeout));
        assertThat(outcome.took).isLessThan(limit);
        return outcome;
    }

    private static Outcome connect(TestProxy proxy, Peer client, String authority) throws Exception {
        long start = System.nanoTime();
        client.write(TestTunnel.head(authority).getBytes(StandardCharsets.US_ASCII));
        String answer = new String(client.readExactly(12), StandardCharsets.US_ASCII);
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        client.shutdownOutput();
        client.socket().getInputStream().readAllBytes();
        client.close();
        return new Outcome(
                answer,
                took,
                proxy.ledger()
                        .awaitSession(
                                one -> one.isClosed() && one.opened.remote().equals(client.address())));
    }

    /** Accepts connections and ends them. */
    private static ServerSocket server() throws Exception {
        return serve(Peer.listen(0));
    }

    private static ServerSocket serve(ServerSocket server) {
        Peer.async(() -> {
            while (true) {
                server.accept().close();
            }
        });
        return server;
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aNameThatDoesNotExistCostsA502(Transport transport) throws Exception {
        try (var dns = DnsStub.start((name, type) -> DnsStub.Answer.nameError())) {
            Outcome outcome = connect(transport, dns, "nobody.test:443");

            assertThat(outcome.answer).isEqualTo("HTTP/1.1 502");
            assertThat(outcome.session.closed.reason()).isEqualTo(CloseReason.RESOLVE_FAILED);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aServerThatFailsCostsA502(Transport transport) throws Exception {
        try (var dns = DnsStub.start((name, type) -> DnsStub.Answer.failure())) {
            assertThat(connect(transport, dns, "broken.test:443").answer).isEqualTo("HTTP/1.1 502");
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aServerThatIsSilentCostsA504AtTheLimit(Transport transport) throws Exception {
        try (var dns = DnsStub.start((name, type) -> DnsStub.Answer.silence())) {
            Outcome outcome =
                    connectWithin(Duration.ofMillis(1500), transport, dns, "slow.test:443", Duration.ofMillis(900));

            assertThat(outcome.answer).isEqualTo("HTTP/1.1 504");
            assertThat(outcome.session.closed.reason()).isEqualTo(CloseReason.CONNECT_TIMEOUT);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void anAliasThatPointsAtItselfCostsA502Soon(Transport transport) throws Exception {
        try (var dns = DnsStub.start(
                (name, type) -> DnsStub.Answer.alias(name.startsWith("a.") ? "b.loop.test" : "a.loop.test"))) {
            Outcome outcome = connectWithin(Duration.ofSeconds(2), transport, dns, "a.loop.test:443", LIMIT);

            assertThat(outcome.answer).isEqualTo("HTTP/1.1 502");
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void anAnswerThatWasTruncatedIsAskedForAgainOverTcp(Transport transport) throws Exception {
        try (var server = server();
                var dns = DnsStub.start(
                        (name, type) -> DnsStub.Answer.of("127.0.0.1").overTcpOnly())) {
            Outcome outcome = connect(transport, dns, "large.test:" + server.getLocalPort());

            assertThat(outcome.answer).isEqualTo("HTTP/1.1 200");
            assertThat(dns.tcpQueries()).isPositive();
            assertThat(outcome.session.originAddress).isEqualTo("127.0.0.1:" + server.getLocalPort());
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aNameWithADeadAddressOfTheOtherFamilyIsReachedWithin300Millis(Transport transport) throws Exception {
        try (var server = server();
                var dns = DnsStub.start((name, type) -> DnsStub.Answer.of("::1", "127.0.0.1"))) {
            Outcome outcome =
                    connectWithin(Duration.ofMillis(300), transport, dns, "dual.test:" + server.getLocalPort(), LIMIT);

            assertThat(outcome.answer).isEqualTo("HTTP/1.1 200");
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void anAddressThatDoesNotAnswerCostsOnlyAMoment(Transport transport) throws Exception {
        try (var hole = new BlackHole();
                var server = serve(new ServerSocket(hole.port(), 5, InetAddress.getByName("127.0.0.3")));
                var dns = DnsStub.start((name, type) -> DnsStub.Answer.of("127.0.0.1", "127.0.0.2", "127.0.0.3"))) {
            Outcome outcome = connectWithin(Duration.ofMillis(600), transport, dns, "many.test:" + hole.port(), LIMIT);

            assertThat(outcome.answer).isEqualTo("HTTP/1.1 200");
            assertThat(outcome.took).isGreaterThanOrEqualTo(Duration.ofMillis(240));
            assertThat(outcome.session.originAddress).isEqualTo("127.0.0.3:" + server.getLocalPort());
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aHundredAddressesDoNotOutliveTheLimit(Transport transport) throws Exception {
        try (var hole = new BlackHole();
                var dns = DnsStub.start((name, type) -> DnsStub.Answer.of(java.util.stream.IntStream.range(0, 60)
                        .mapToObj(i -> "127.0.0.1")
                        .toArray(String[]::new)))) {
            Outcome outcome = connectWithin(
                    Duration.ofMillis(1500), transport, dns, "many.test:" + hole.port(), Duration.ofMillis(800));

            assertThat(outcome.answer).isEqualTo("HTTP/1.1 504");
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aNameThatTurnsFromPublicToLoopbackIsRefused(Transport transport) throws Exception {
        var asked = new AtomicInteger();
        try (var server = server();
                var dns = DnsStub.start((name, type) -> type == DnsStub.A
                        ? DnsStub.Answer.of(asked.getAndIncrement() == 0 ? "192.0.2.1" : "127.0.0.1")
                        : DnsStub.Answer.of());
                var proxy = TestProxy.start(settings -> settings.transport(transport)
                        .listeners(List.of(new InetSocketAddress("0.0.0.0", 0)))
                        .allowOpen(true)
                        .nameServers(dns.addresses())
                        .connectTimeout(Duration.ofMillis(500)))) {
            String authority = "rebind.test:" + server.getLocalPort();
            Peer one = TestTunnel.connect(proxy, 0);
            Peer another = TestTunnel.connect(proxy, 0); // while the first has its port
            Outcome first = connect(proxy, one, authority);
            Outcome second = connect(proxy, another, authority);

            assertThat(first.answer).isIn("HTTP/1.1 502", "HTTP/1.1 504");
            assertThat(second.answer).isEqualTo("HTTP/1.1 403");
            assertThat(second.session.closed.reason()).isEqualTo(CloseReason.DENIED);
        }
    }

    @Test
    void ofSeveralAddressesOnlyThoseThatArePermittedAreTried() throws Exception {
        try (var server = server();
                var dns = DnsStub.start((name, type) -> DnsStub.Answer.of("169.254.169.254", "127.0.0.1"))) {
            Outcome outcome = connect(Transport.best(), dns, "mixed.test:" + server.getLocalPort());

            assertThat(outcome.answer).isEqualTo("HTTP/1.1 200");
            assertThat(outcome.session.originAddress).isEqualTo("127.0.0.1:" + server.getLocalPort());
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aClientThatLeavesWhileItsNameIsResolvedLeavesNothing(Transport transport) throws Exception {
        try (var dns = DnsStub.start((name, type) -> DnsStub.Answer.silence());
                var proxy = TestProxy.start(
                        settings -> settings.transport(transport).nameServers(dns.addresses()));
                var client = TestTunnel.connect(proxy, 0)) {
            client.write(TestTunnel.head("slow.test:443").getBytes(StandardCharsets.US_ASCII));
            TestTunnel.session(proxy, client);

            client.reset();

            TestLedger.Session session = proxy.ledger().awaitOnlyClosed();
            assertThat(session.closed.reason()).isEqualTo(CloseReason.CLIENT_RESET);
            assertThat(session.counts().up() + session.counts().overheadUp()).isEqualTo(client.written());
        }
    }
}
