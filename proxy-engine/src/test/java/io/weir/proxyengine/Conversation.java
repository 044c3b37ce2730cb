package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.eventbus.Tally;
import io.weir.proxyengine.access.PasswordChecker;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** A proxy, an origin and the clients between which a test speaks, line by line. */
final class Conversation implements AutoCloseable {
    final ScriptedOrigin origin;
    final TestProxy proxy;
    private final List<Wire> clients = new ArrayList<>();

    private Conversation(ScriptedOrigin origin, TestProxy proxy) {
        this.origin = origin;
        this.proxy = proxy;
    }

    static Conversation start() throws IOException {
        return start(settings -> settings);
    }

    static Conversation start(UnaryOperator<EngineConfigBuilder> settings) throws IOException {
        return new Conversation(
                ScriptedOrigin.start(), TestProxy.start(builder -> settings.apply(builder.eventLoops(1))));
    }

    /** With users that are open. */
    static Conversation start(PasswordChecker passwords, UnaryOperator<EngineConfigBuilder> settings)
            throws IOException {
        return new Conversation(
                ScriptedOrigin.start(), TestProxy.start(passwords, builder -> settings.apply(builder.eventLoops(1))));
    }

    Wire client() throws IOException {
        var client = new Wire(proxy.connect());
        clients.add(client);
        return client;
    }

    String get(String path) {
        return "GET " + origin.url(path) + " HTTP/1.1\r\nHost: " + origin.authority() + "\r\n\r\n";
    }

    String post(String path, String fields, String body) {
        return "POST " + origin.url(path) + " HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n" + body;
    }

    static String ok(String body) {
        return "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    /**
     * Ends the clients, waits for {@code sessions} sessions to close, and holds the sums against what the sockets saw: every byte
     * that a client wrote or read, and every byte that the origin did.
     */
    List<TestLedger.Session> settle(int sessions) throws IOException {
        List<TestLedger.Session> all = settleClients(sessions);
        long toOrigin = origin.wires().stream().mapToLong(Wire::received).sum();
        long fromOrigin = origin.wires().stream().mapToLong(Wire::sent).sum();
        Tally sum = proxy.ledger().rootTotals();
        assertThat(sum.originUp()).as("bytes to the origin").isEqualTo(toOrigin);
        assertThat(sum.originDown()).as("bytes from the origin").isEqualTo(fromOrigin);
        return all;
    }

    /** The same, where what the origin said was not read to its end. */
    List<TestLedger.Session> settleClients(int sessions) throws IOException {
        for (Wire client : clients) {
            client.close();
        }
        List<TestLedger.Session> all = proxy.ledger().awaitClosed(sessions);
        assertThat(all).as("sessions").hasSize(sessions);
        Tally sum = proxy.ledger().rootTotals();
        assertThat(sum.receivedFromClient())
                .as("bytes from the clients")
                .isEqualTo(clients.stream().mapToLong(Wire::sent).sum());
        assertThat(sum.deliveredToClient())
                .as("bytes to the clients")
                .isEqualTo(clients.stream().mapToLong(Wire::received).sum());
        return all;
    }

    /**
     * Waits for the ledger to have all that clients, which are closed, sent and read; the last session may open when its client has
     * seen the end already.
     */
    static void awaitCounted(TestProxy proxy, long sent, long received) {
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(5))
                .untilAsserted(() -> {
                    Tally sum = proxy.ledger().rootTotals();
                    assertThat(sum.receivedFromClient())
                            .as("bytes from clients")
                            .isEqualTo(sent);
                    assertThat(sum.deliveredToClient()).as("bytes to clients").isGreaterThanOrEqualTo(received);
                });
        proxy.ledger().awaitClosed(1);
    }

    @Override
    public void close() throws IOException {
        for (Wire client : clients) {
            client.close();
        }
        origin.close();
        proxy.close();
    }
}
