package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.LedgerEvent.ConnectionRefused;
import io.weir.eventbus.QuotaBoard;
import io.weir.eventbus.QuotaBoard.Spent;
import io.weir.proxyengine.access.TestUsers;
import io.weir.proxyengine.tls.TestAuthority;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A quota that the ledger says is used up: what is open ends, what is asked for is refused, and others go on. */
class SpentQuotaTest {
    private static final String ANNA = authorization("anna", "rot");
    private static final String BERT = authorization("bert", "blau");

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void writeFile() {
        file = TestUsers.write(folder.resolve("users"), "anna", "rot", "bert", "blau");
    }

    private static String authorization(String user, String password) {
        return "Proxy-Authorization: Basic "
                + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8)) + "\r\n";
    }

    private Conversation start(UnaryOperator<EngineConfigBuilder> settings) throws IOException {
        Conversation talk = Conversation.start(
                new TestUsers().runsAtOnce(true).open(file),
                builder -> settings.apply(builder.access(new AccessConfig(file, List.of(), AccessConfig.REALM))));
        board(talk).listen(talk.proxy.engine()::endSessionsOf);
        return talk;
    }

    private static QuotaBoard board(Conversation talk) {
        return talk.proxy.ledger().bus().quotas();
    }

    /** Says, as the consumer would, that anna has used up a quota, of a period that ends in so many ms. */
    private static void spend(Conversation talk, long millisLeft) {
        long now = System.currentTimeMillis();
        var spent = new Spent("2026-11-26", 1000, now - 1000, now + millisLeft);
        board(talk).publish(Map.of("anna", List.of(spent)), Set.of("anna"));
    }

    private static String as(String user, String head) {
        return head.substring(0, head.length() - 2) + user + "\r\n";
    }

    private static Wire openTunnel(Conversation talk, String user) throws IOException {
        Wire client = talk.client().send(as(user, TestTunnel.head(talk.origin.authority())));
        assertThat(client.readHead()).startsWith("HTTP/1.1 200 ");
        return client;
    }

    private static TestLedger.Session closedFor(Conversation talk, String method) {
        return talk.proxy
                .ledger()
                .awaitSession(session -> session.isClosed()
                        && session.closed.reason() == CloseReason.QUOTA_EXCEEDED
                        && session.opened.method().equals(method));
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void openTunnelsAndExchangesAreCutAndOthersGoOn(Transport transport) throws Exception {
        try (var talk = start(settings -> settings.transport(transport))) {
            Wire tunnel = openTunnel(talk, ANNA);
            Wire far = talk.origin.accept().send("hello");
            tunnel.read(5);
            Wire exchange = talk.client().send(as(ANNA, talk.get("/")));
            Wire origin = talk.origin.accept();
            origin.readHead();
            origin.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\npart");
            exchange.readHead();
            exchange.read(4);
            Wire other = openTunnel(talk, BERT);
            Wire otherFar = talk.origin.accept();

            spend(talk, TimeUnit.HOURS.toMillis(1));

            tunnel.drain();
            far.drain();
            exchange.drain();
            assertThat(closedFor(talk, "TUNNEL").counts().down()).isEqualTo(5);
            assertThat(closedFor(talk, "GET").counts().originDown()).isPositive();
            otherFar.send("still");
            assertThat(other.read(5)).isEqualTo("still");
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void whatIsAskedForNextIsAnsweredWith429UntilThePeriodEnds(Transport transport) throws Exception {
        try (var talk = start(settings -> settings.transport(transport))) {
            Wire kept = talk.client().send(as(ANNA, talk.get("/first")));
            Wire origin = talk.origin.accept();
            origin.readHead();
            origin.send(Conversation.ok("ok"));
            kept.readMessage();
            spend(talk, TimeUnit.HOURS.toMillis(1));

            List<String> asked =
                    List.of(as(ANNA, talk.get("/next")), as(ANNA, TestTunnel.head(talk.origin.authority())));
            for (String each : asked) {
                assertThat(talk.client().send(each).readMessage())
                        .startsWith("HTTP/1.1 429 Too Many Requests\r\n")
                        .containsPattern("\r\nRetry-After: 3[56][0-9][0-9]\r\n")
                        .contains("the quota of 1000 bytes for 2026-11-26 (UTC) is used up; the next one begins at 20");
            }
            assertThat(kept.send(as(ANNA, talk.get("/kept"))).readMessage()).startsWith("HTTP/1.1 429 ");
            Wire bert = talk.client().send(as(BERT, talk.get("/bert")));
            origin.readHead();
            origin.send(Conversation.ok("ok"));
            assertThat(bert.readMessage()).startsWith("HTTP/1.1 200 ");
            await().untilAsserted(() -> assertThat(talk.proxy.ledger().notices().stream()
                            .filter(notice -> notice instanceof ConnectionRefused refused
                                    && refused.reason().contains("the quota of 1000 bytes")))
                    .hasSize(3));

            spend(talk, -1);
            Wire again = talk.client().send(as(ANNA, talk.get("/again")));
            origin.readHead();
            origin.send(Conversation.ok("ok"));
            assertThat(again.readMessage()).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void anInterceptedTunnelEndsAfterItsExchanges() throws Exception {
        InterceptConfig intercept = InterceptConfig.all(TestAuthority.create().asAuthority());
        try (var talk = start(settings -> settings.intercept(intercept))) {
            Wire client = openTunnel(talk, ANNA);
            client.send("GET / HTTP/1.1\r\nHost: " + talk.origin.authority() + "\r\n\r\n");
            Wire origin = talk.origin.accept();
            origin.readHead();
            origin.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\npart");
            client.readHead();
            client.read(4);

            spend(talk, TimeUnit.HOURS.toMillis(1));

            client.drain();
            TestLedger.Session exchange = closedFor(talk, "GET");
            TestLedger.Session tunnel = closedFor(talk, "TUNNEL");
            assertThat(exchange.opened.parentId()).isEqualTo(tunnel.opened.sessionId());
            assertThat(exchange.closedAs).isLessThan(tunnel.closedAs);
        }
    }

    @Test
    void whoIsToldLateIsToldOfThoseWhoHadUsedTheirsUpBefore() throws Exception {
        try (var talk = Conversation.start(
                new TestUsers().runsAtOnce(true).open(file),
                builder -> builder.access(new AccessConfig(file, List.of(), AccessConfig.REALM)))) {
            Wire tunnel = openTunnel(talk, ANNA);
            talk.origin.accept();
            spend(talk, TimeUnit.HOURS.toMillis(1));
            board(talk).listen(talk.proxy.engine()::endSessionsOf);

            tunnel.drain();
            closedFor(talk, "TUNNEL");
        }
    }
}
