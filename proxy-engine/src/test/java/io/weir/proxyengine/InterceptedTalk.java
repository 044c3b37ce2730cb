package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.eventbus.ExchangeCompleted;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.Tally;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * An intercepting proxy between the clients and the connections of one origin, all in the test's hands and counted at their sockets, beneath
 * TLS. The origin accepts and shakes hands on a thread of its own.
 */
final class InterceptedTalk implements AutoCloseable {
    /** What is in the tunnel. */
    enum Layer {
        TLS,
        PLAIN
    }

    final InterceptingProxy proxy;
    private final Layer layer;
    private final String[] originProtocols;
    private final SSLContext originContext;
    private final ServerSocket listener;
    private final List<CountedSocket> originSockets = new CopyOnWriteArrayList<>();
    private final LinkedBlockingQueue<Socket> accepted = new LinkedBlockingQueue<>();
    private final List<Client> clients = new CopyOnWriteArrayList<>();

    /** A client's connection, and what it costs to have the tunnel. */
    record Client(CountedSocket raw, Socket socket, int connectBytes) {
        long up() {
            return raw.written() - connectBytes;
        }

        long down() {
            return raw.read() - TestTunnel.ANSWER.length();
        }

        /** Says goodbye, and reads all that there still is. */
        void leave() throws IOException {
            if (raw.isClosed()) {
                return;
            }
            if (socket != raw) {
                try {
                    socket.close(); // close_notify, not more
                } catch (IOException broken) {
                    // it ended before
                }
            }
            try {
                raw.shutdownOutput();
                raw.drain();
            } catch (IOException broken) {
                // it ended before
            }
            raw.close();
        }
    }

    private InterceptedTalk(InterceptingProxy proxy, Layer layer, String... originProtocols) throws IOException {
        this.proxy = proxy;
        this.layer = layer;
        this.originProtocols = originProtocols;
        originContext = proxy.originContext();
        listener = new ServerSocket(0, 128, InetAddress.getLoopbackAddress()) {
            @Override
            public Socket accept() throws IOException {
                var socket = new CountedSocket();
                implAccept(socket);
                socket.setTcpNoDelay(true);
                originSockets.add(socket);
                return socket;
            }
        };
        var acceptor = new Thread(this::acceptAll, "test-origin");
        acceptor.setDaemon(true);
        acceptor.start();
    }

    /** An origin that speaks these protocols by ALPN, in the order of its liking; none by default. */
    static InterceptedTalk start(Layer layer, String... originProtocols) throws IOException {
        return start(settings -> settings, layer, originProtocols);
    }

    static InterceptedTalk start(UnaryOperator<EngineConfigBuilder> settings, Layer layer, String... originProtocols)
            throws IOException {
        return new InterceptedTalk(InterceptingProxy.start(settings, config -> config), layer, originProtocols);
    }

    private void acceptAll() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                if (layer == Layer.PLAIN) {
                    accepted.add(socket);
                } else {
                    Peer.async(() -> accepted.add(shakeHands(socket)));
                }
            } catch (IOException ended) {
                // by the end of the test
            }
        }
    }

    private Socket shakeHands(Socket socket) throws IOException {
        var tls = (SSLSocket) originContext.getSocketFactory().createSocket(socket, null, true);
        if (originProtocols.length > 0) {
            SSLParameters parameters = tls.getSSLParameters();
            parameters.setApplicationProtocols(originProtocols);
            tls.setSSLParameters(parameters);
        }
        try {
            tls.startHandshake();
        } catch (IOException failed) {
            tls.close();
            throw failed;
        }
        return tls;
    }

    /** A new tunnel, ready to be spoken in. */
    Client client(String... protocols) throws IOException {
        CountedSocket raw = CountedSocket.to(proxy.proxy().address());
        String head = TestTunnel.head("localhost:" + listener.getLocalPort());
        raw.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        String answer =
                new String(raw.getInputStream().readNBytes(TestTunnel.ANSWER.length()), StandardCharsets.US_ASCII);
        assertThat(answer).isEqualTo(TestTunnel.ANSWER);
        var client = new Client(raw, layer == Layer.PLAIN ? raw : secure(raw, protocols), head.length());
        clients.add(client);
        return client;
    }

    private Socket secure(Socket raw, String... protocols) throws IOException {
        var tls = (SSLSocket) proxy.clientContext().getSocketFactory().createSocket(raw, "localhost", 443, false);
        SSLParameters parameters = tls.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        if (protocols.length > 0) {
            parameters.setApplicationProtocols(protocols);
        }
        tls.setSSLParameters(parameters);
        tls.setSoTimeout(30_000);
        tls.startHandshake();
        return tls;
    }

    Wire wire(String... protocols) throws IOException {
        return new Wire(client(protocols).socket());
    }

    /** A client of HTTP/2. */
    FramePeer frames(int... settings) throws IOException {
        Client client = client("h2");
        return FramePeer.client(client.socket(), settings);
    }

    /** The origin's next connection. */
    Socket origin() throws Exception {
        Socket next = accepted.poll(10, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("nobody connects to the origin");
        }
        next.setSoTimeout(30_000);
        return next;
    }

    Wire originWire() throws Exception {
        return new Wire(origin());
    }

    FramePeer originFrames(int... settings) throws Exception {
        return FramePeer.origin(origin(), settings);
    }

    boolean hasMoreOriginConnections() {
        return !accepted.isEmpty();
    }

    int port() {
        return listener.getLocalPort();
    }

    TestLedger ledger() {
        return proxy.ledger();
    }

    /**
     * Ends the clients, waits until all sessions are closed, checks what holds for all conversations, and returns the exchanges in the
     * order in which they were opened.
     */
    List<TestLedger.Session> settle(int exchanges) throws IOException {
        for (Client client : clients) {
            client.leave();
        }
        List<TestLedger.Session> children = ledger().awaitExchanges(exchanges).stream()
                .sorted(Comparator.comparingLong(each -> each.opened.sessionId()))
                .toList(); // the ledger may hear of two in another order
        assertThat(children).as("exchanges").hasSize(exchanges);
        checkLaws();
        checkRoots();
        return children;
    }

    /** What holds whatever happened: identity of facts and sums, the order of the ends, and that nothing is a total that should not be. */
    void checkLaws() {
        List<TestLedger.Session> all = ledger().sessions();
        Tally roots = Tally.ZERO;
        for (TestLedger.Session session : all) {
            if (session.opened.isRoot()) {
                roots = roots.plus(session.counts());
                continue;
            }
            assertThat(session.opened.protocol())
                    .isEqualTo(layer == Layer.TLS ? SessionProtocol.HTTPS_MITM : SessionProtocol.HTTP_MITM);
            ExchangeCompleted facts = session.exchange;
            assertThat(facts)
                    .as("facts of session %s", session.opened.sessionId())
                    .isNotNull();
            assertThat(facts.messages()).isEqualTo(session.counts());
            assertThat(session.counts().overheadUp() + session.counts().overheadDown())
                    .isZero();
            assertThat(facts.parentId()).isEqualTo(session.opened.parentId());
            assertThat(facts.wire().up()).isNotNegative();
            assertThat(facts.wire().down()).isNotNegative();
        }
        assertThat(ledger().rootTotals()).isEqualTo(roots);
        assertThat(ledger().closeOrder())
                .as("children close before their tunnel")
                .satisfies(order -> all.stream()
                        .filter(each -> !each.opened.isRoot())
                        .forEach(child -> assertThat(order.indexOf(child.opened.sessionId()))
                                .as("%s in %s", child.closed, child.opened)
                                .isLessThan(order.indexOf(child.opened.parentId()))));
    }

    /** The tunnels have what crossed the clients' sockets, all of it. */
    private void checkRoots() {
        Tally roots = ledger().rootTotals();
        assertThat(roots.up())
                .as("bytes from the clients")
                .isEqualTo(clients.stream().mapToLong(Client::up).sum());
        assertThat(roots.down())
                .as("bytes to the clients")
                .isEqualTo(clients.stream().mapToLong(Client::down).sum());
        assertThat(roots.overheadUp())
                .isEqualTo(clients.stream().mapToLong(Client::connectBytes).sum());
        await().untilAsserted(() -> assertThat(
                        originSockets.stream().mapToLong(CountedSocket::read).sum())
                .as("bytes to the origin")
                .isLessThanOrEqualTo(roots.originUp()));
        assertThat(roots.originDown())
                .as("bytes from the origin")
                .isLessThanOrEqualTo(
                        originSockets.stream().mapToLong(CountedSocket::written).sum());
    }

    /** Waits until the origin has read all that was sent to it; only for one whose connections are read to their ends. */
    void awaitOriginReadAll() {
        await().untilAsserted(() -> assertThat(
                        originSockets.stream().mapToLong(CountedSocket::read).sum())
                .isEqualTo(ledger().rootTotals().originUp()));
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Client client : clients) {
            client.raw().close();
        }
        for (CountedSocket socket : originSockets) {
            socket.close();
        }
        proxy.close();
    }
}
